// SPDX-License-Identifier: GPL-2.0
/*
 * The pin that keeps the class attached after maxctl has ended: a file in the BPF file system.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "loader.h"

#define BPFFS_DIR "/sys/fs/bpf"
#define PIN_DIR BPFFS_DIR "/maxwell"
#define PIN_PATH PIN_DIR "/link"

/**
 * mc_pin_path() - where the pin is
 *
 * Return: its path.
 */
const char *mc_pin_path(void)
{
	return PIN_PATH;
}

/**
 * mc_find_pin() - look for the pin
 *
 * Return: 0 if it is there, -ENOENT, or -EACCES if we may not look.
 */
int mc_find_pin(void)
{
	return access(PIN_PATH, F_OK) ? -errno : 0;
}

/**
 * mc_bpffs_mounted() - whether the BPF file system is where it belongs
 *
 * Return: true if so.
 */
bool mc_bpffs_mounted(void)
{
	struct statfs fs;

	return !statfs(BPFFS_DIR, &fs) && fs.f_type == BPF_FS_MAGIC;
}

static int system_error(const char *what)
{
	return mc_error(errno == EPERM || errno == EACCES ? MC_DENIED : MC_REFUSED, "%s: %s", what,
			strerror(errno));
}

static bool is_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool empty = true;

	if (!dir)
		return false;
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			empty = false;
	closedir(dir);
	return empty;
}

/**
 * mc_prepare_pin() - make room for the pin
 *
 * Mounts the BPF file system if nothing is mounted there yet.
 *
 * Return: MC_OK, or an exit code with the error said.
 */
int mc_prepare_pin(void)
{
	if (!mc_bpffs_mounted()) {
		if (!is_empty(BPFFS_DIR))
			return mc_error(MC_REFUSED,
					BPFFS_DIR " is neither a BPF file system nor empty");
		if (mount("bpf", BPFFS_DIR, "bpf", 0, "mode=0700"))
			return system_error("cannot mount the BPF file system at " BPFFS_DIR);
	}
	if (mkdir(PIN_DIR, 0700) && errno != EEXIST)
		return system_error("cannot make " PIN_DIR);
	return MC_OK;
}

/**
 * mc_remove_pin() - remove the pin, if there is one
 *
 * Return: MC_OK, or an exit code with the error said.
 */
int mc_remove_pin(void)
{
	if (unlink(PIN_PATH) && errno != ENOENT)
		return system_error("cannot remove " PIN_PATH);
	return MC_OK;
}
