// SPDX-License-Identifier: GPL-2.0
/*
 * First process of the test guest.
 *
 * Runs from the initrd: loads the modules that reach the root image, mounts it, binds the payload
 * into it at /maxwell, and runs /maxwell/src/tests/vm/guest.sh there. That gets the verdict channel
 * as descriptor 3 and the log channel as stdout and stderr (virtio ports, so that nothing which
 * writes to the console can forge or drown a verdict). Then it powers off. Whatever goes wrong here
 * is said loudly with its errno; there is no verdict then, which the host takes for a failure.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNNER "/maxwell/src/tests/vm/guest.sh"
#define ROOT "/newroot"
#define VERDICT_FD 3

static void power_off(void)
{
	sync();
	/* A kernel without ACPI can't power off; QEMU was told to end at a reset. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

__attribute__((format(printf, 1, 2)))
static __attribute__((noreturn)) void give_up(const char *format, ...)
{
	int err = errno;
	va_list args;
	char text[512];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	dprintf(STDERR_FILENO, "\n*** guest init gave up: %s: %s (errno %d) ***\n", text,
		strerror(err), err);
	power_off();
	for (;;)
		pause();
}

static void must_mount(const char *what, const char *where, const char *type, unsigned long flags,
		       const char *data)
{
	if (mkdir(where, 0755) && errno != EEXIST)
		give_up("mkdir %s", where);
	if (mount(what, where, type, flags, data))
		give_up("mount %s on %s", what, where);
}

static void get_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	if (fd < 0)
		return;
	for (int i = 0; i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void load_modules(void)
{
	FILE *order = fopen("/modules/order", "re");
	char path[256];

	if (!order)
		give_up("open /modules/order");
	while (fgets(path, sizeof(path), order)) {
		int fd;

		path[strcspn(path, "\n")] = '\0';
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			give_up("open module %s", path);
		if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
			give_up("load module %s", path);
		close(fd);
	}
	fclose(order);
}

/* The image is an NVDIMM or, on a kernel that has no ACPI to find one by, a virtio disk. */
static const char *find_disk(void)
{
	const struct timespec pause_ns = { .tv_nsec = 10 * 1000L * 1000 };

	for (int tries = 0; tries < 2000; tries++) {
		if (!access("/dev/pmem0", F_OK))
			return "/dev/pmem0";
		if (!access("/dev/vda", F_OK))
			return "/dev/vda";
		nanosleep(&pause_ns, NULL);
	}
	give_up("waiting for /dev/pmem0 or /dev/vda");
}

/* Udev would name the ports; without it the kernel's numbers have to be looked up. */
static int open_port(const char *wanted)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	struct dirent *entry;
	int found = -1;

	if (!dir)
		give_up("open /sys/class/virtio-ports");
	while (found < 0 && (entry = readdir(dir))) {
		char path[512], name[64] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (fgets(name, sizeof(name), file))
			name[strcspn(name, "\n")] = '\0';
		fclose(file);
		if (strcmp(name, wanted))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		found = open(path, O_WRONLY | O_CLOEXEC);
		if (found < 0)
			give_up("open %s", path);
	}
	closedir(dir);
	if (found < 0)
		give_up("no virtio port is named %s", wanted);
	return found;
}

static void enter_root(void)
{
	static const char * const moved[] = { "/dev", "/proc", "/sys" };

	must_mount(find_disk(), ROOT, "ext4", MS_NOATIME, NULL);
	must_mount("/payload", ROOT "/maxwell", NULL, MS_BIND, NULL);
	for (size_t i = 0; i < sizeof(moved) / sizeof(*moved); i++) {
		char target[64];

		snprintf(target, sizeof(target), ROOT "%s", moved[i]);
		must_mount(moved[i], target, NULL, MS_MOVE, NULL);
	}
	if (chdir(ROOT) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		give_up("switch to the root image");
	must_mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777");
	must_mount("tmpfs", "/run", "tmpfs", 0, "mode=755");
	must_mount("devpts", "/dev/pts", "devpts", 0, NULL);
	must_mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777");
	must_mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL);
	must_mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	must_mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	must_mount("bpf", "/sys/fs/bpf", "bpf", 0, "mode=700");
}

static pid_t start_runner(int verdict_fd, int log_fd, bool interactive)
{
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork");
	if (pid > 0)
		return pid;
	setsid();
	if (interactive) {
		ioctl(STDIN_FILENO, TIOCSCTTY, 1);
	} else {
		int null = open("/dev/null", O_RDONLY);

		if (null < 0)
			give_up("open /dev/null");
		dup2(null, STDIN_FILENO);
		close(null);
		dup2(log_fd, STDOUT_FILENO);
		dup2(log_fd, STDERR_FILENO);
	}
	if (verdict_fd == VERDICT_FD)
		fcntl(VERDICT_FD, F_SETFD, 0);
	else
		dup2(verdict_fd, VERDICT_FD);
	execl(RUNNER, RUNNER, NULL);
	dprintf(verdict_fd, "exec %s: %s\n", RUNNER, strerror(errno));
	_exit(127);
}

int main(void)
{
	bool interactive;
	struct utsname uts;
	pid_t pid, runner;
	int status, verdict_fd, log_fd;

	must_mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	get_console();
	must_mount("proc", "/proc", "proc", 0, NULL);
	must_mount("sysfs", "/sys", "sysfs", 0, NULL);
	uname(&uts);
	printf("Maxwell test guest, Linux %s\n", uts.release);
	load_modules();
	enter_root();
	if (sethostname("maxwell-guest", 13))
		give_up("sethostname");
	setenv("PATH", "/maxwell/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("TERM", "linux", 0);

	verdict_fd = open_port("maxwell.verdict");
	log_fd = open_port("maxwell.log");
	interactive = !access("/maxwell/interactive", F_OK);
	runner = start_runner(verdict_fd, log_fd, interactive);
	do {
		pid = wait(&status);
		if (pid < 0 && errno != EINTR)
			give_up("wait");
	} while (pid != runner);
	dprintf(verdict_fd, "exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) :
		128 + WTERMSIG(status));
	power_off();
}
