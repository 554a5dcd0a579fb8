// SPDX-License-Identifier: GPL-2.0
/*
 * The files below /sys/kernel/maxwell, found by looking, and what they held when the fuzzer began.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define DIRECTORY "/sys/kernel/maxwell"

struct sys_file sys_files[SYS_FILES_MAX];
unsigned int nr_sys_files;

/**
 * sys_file_read() - what is in a file now
 * @f: file
 * @text: written, SYS_TEXT_MAX bytes
 */
void sys_file_read(const struct sys_file *f, char *text)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, text, SYS_TEXT_MAX - 1);

	close(fd);
	text[len > 0 ? len : 0] = '\0';
	if (len <= 0)
		violation("%s cannot be read", f->path);
}

static unsigned int words_in(const char *text)
{
	static const char gaps[] = " \t\n";
	unsigned int nr = 0;

	for (text += strspn(text, gaps); *text; text += strspn(text, gaps)) {
		text += strcspn(text, gaps);
		nr++;
	}
	return nr;
}

static int found(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	struct sys_file *f = &sys_files[nr_sys_files];

	if (type != FTW_F || nr_sys_files == SYS_FILES_MAX || strlen(path) >= sizeof(f->path))
		return 0;
	strcpy(f->path, path);
	f->name = f->path + walk->base;
	f->writable = st->st_mode & 0222;
	sys_file_read(f, f->text);
	f->nr_words = words_in(f->text);
	nr_sys_files++;
	return 0;
}

void sys_files_find(void)
{
	if (nftw(DIRECTORY, found, 8, FTW_PHYS) || !nr_sys_files)
		violation("there is nothing in " DIRECTORY);
}

/* All that can be written as it was in the beginning. */
void sys_files_restore(void)
{
	unsigned int i;

	for (i = 0; i < nr_sys_files; i++) {
		const struct sys_file *f = &sys_files[i];
		int fd = f->writable ? open(f->path, O_WRONLY | O_CLOEXEC) : -1;
		ssize_t len = strlen(f->text);

		if (f->writable && write(fd, f->text, len) != len)
			violation("%s cannot be restored", f->path);
		close(fd);
	}
}
