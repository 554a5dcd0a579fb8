// SPDX-License-Identifier: GPL-2.0
/*
 * What maxctl asks the system: sysfs files, capabilities, the clock, signals; and the connection
 * to the module.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "maxctl.h"

#define SCHED_EXT_DIR "/sys/kernel/sched_ext/"

/* sched_ext's exit kind for "unregistered from user space"; see enum scx_exit_kind. */
#define EXIT_KIND_UNREG 64

static atomic_bool interrupted;

/**
 * mc_read_text() - first line of a small file
 * @path: the file
 * @text: room for it
 * @size: of it
 *
 * Return: 0 or a negative errno; @text is empty then.
 */
int mc_read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;
	int err = 0;

	text[0] = '\0';
	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		err = -errno;
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return err;
}

/**
 * mc_module_loaded() - whether the module is loaded
 *
 * Return: true if so.
 */
bool mc_module_loaded(void)
{
	return !access("/sys/module/" MC_MODULE, F_OK);
}

/**
 * mc_sched_ext_state() - state of sched_ext
 * @state: room for "enabled", "disabled", "enabling", "disabling"; empty without sched_ext
 * @size: of it
 */
void mc_sched_ext_state(char *state, size_t size)
{
	mc_read_text(SCHED_EXT_DIR "state", state, size);
}

/**
 * mc_sched_ext_owner() - which scheduler is attached
 * @name: room for its name
 * @size: of it
 *
 * Return: false if there is none.
 */
bool mc_sched_ext_owner(char *name, size_t size)
{
	return !mc_read_text(SCHED_EXT_DIR "root/ops", name, size) && name[0];
}

/**
 * mc_has_capability() - whether we may use a capability
 * @bit: its number
 *
 * Return: true if it is in the effective set.
 */
bool mc_has_capability(unsigned int bit)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long long effective = 0;
	char line[256];

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	fclose(file);
	return effective >> bit & 1;
}

/**
 * mc_now_ns() - monotonic time
 *
 * Return: the time.
 */
uint64_t mc_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * MC_NS_PER_S + now.tv_nsec;
}

static int not_attached(void)
{
	if (MXW_HAS(&mc.class, MAXWELL_A_CLASS_EXIT_KIND) && mc.class.exit_kind != EXIT_KIND_UNREG)
		return mc_error(MC_INACTIVE,
				"the kernel ended the class, maxctl status says why: maxctl attach");
	return mc_error(MC_INACTIVE, "the class is not attached: maxctl attach");
}

/**
 * mc_refresh_class() - read the state of the class again
 *
 * Return: MC_OK, or an exit code with the error said.
 */
int mc_refresh_class(void)
{
	if (mxw_class_get(mc.link, &mc.class))
		return mc_kernel_error(mc.link, "class-get");
	return MC_OK;
}

/**
 * mc_ready() - provide what the running command needs, by its flags
 *
 * Return: MC_OK, or an exit code with the error said.
 */
int mc_ready(void)
{
	int err;

	/* Looking for the family would load the module: not for commands that only look. */
	if (!mc_module_loaded() && !(mc.command->flags & MC_MAY_LOAD))
		return mc_error(MC_INACTIVE, "the module " MC_MODULE
				" is not loaded: modprobe " MC_MODULE);
	if (mxw_open(&mc.link)) {
		if (!mc.link)
			return mc_error(MC_REFUSED, "out of memory");
		return mc_kernel_error(mc.link, NULL);
	}
	err = mc_refresh_class();
	if (err)
		return err;
	if ((mc.command->flags & MC_NEEDS_CLASS) == MC_NEEDS_CLASS &&
	    mc.class.mode == MAXWELL_CLASS_MODE_DETACHED)
		return not_attached();
	return MC_OK;
}

static void on_signal(int number)
{
	(void)number;
	interrupted = true;
}

/**
 * mc_catch_signals() - have SIGINT and SIGTERM end a loop instead of the program
 */
void mc_catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	/* No SA_RESTART: waiting has to end. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/**
 * mc_interrupted() - whether a loop should end
 *
 * Return: true after a signal, or when nobody reads the output any more.
 */
bool mc_interrupted(void)
{
	return interrupted || ferror(stdout);
}
