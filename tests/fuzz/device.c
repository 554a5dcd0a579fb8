// SPDX-License-Identifier: GPL-2.0
/*
 * A worker that opens, maps, forks with, passes on, reads, and closes /dev/maxwell, in any order.
 * The workers of the two users hand files to each other.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/maxwell_dev.h>

#include "device.h"

/* Of the signal that breaks off what waits for a GPU. */
static const struct itimerval every = { { 0, 50000 }, { 0, 50000 } };

struct dev_file dev_files[FILES];

const char *device_sub_name(unsigned int sub)
{
	static const char *const names[DEVICE_SUBS] = {
		"open", "close", "mmap of the ring", "mmap of the prices", "mmap, hostile", "mprotect",
		"mremap", "madvise", "munmap", "ring flush", "gpu ask", "gpu status", "gpu release",
		"ioctl, hostile", "poll", "read, write, lseek", "dup", "fork", "file passed on",
		"file received", "ring push", "ring entries",
	};

	return names[sub];
}

int dev_outcome(long ret)
{
	return ret < 0 ? errno : OUT_OK;
}

static void do_open(struct ctx *c, struct dev_file *f)
{
	remember(c, "open", NULL, 0);
	f->fd = open(MAXWELL_DEVICE, (one_in(&c->rng, 8) ? O_RDONLY : O_RDWR) | O_CLOEXEC |
		     (one_in(&c->rng, 8) ? O_NONBLOCK : 0));
	f->foreign = false;
	count(c, SUB_OPEN, dev_outcome(f->fd));
}

/* The mapping may outlive the file, which ends with the last of both. */
static void do_close(struct ctx *c, struct dev_file *f)
{
	bool mapping_last = one_in(&c->rng, 4);

	remember(c, "close", &f->fd, sizeof(f->fd));
	if (f->ring)
		ring_account(c, f);
	if (!mapping_last)
		ring_unmap(c, f);
	count(c, SUB_CLOSE, dev_outcome(close(f->fd)));
	if (f->ring)
		ring_push(c, f);
	ring_unmap(c, f);
	if (f->prices)
		munmap(f->prices, 4096);
	f->prices = NULL;
	f->fd = -1;
}

static void do_poll(struct ctx *c, const struct dev_file *f)
{
	struct pollfd p[2] = {
		{ .fd = f->fd, .events = rnd(&c->rng) },
		{ .fd = dev_files[below(&c->rng, FILES)].fd, .events = POLLIN },
	};

	remember(c, "poll", NULL, 0);
	count(c, SUB_POLL, dev_outcome(poll(p, 2, below(&c->rng, 4))));
}

static void do_read_write(struct ctx *c, const struct dev_file *f)
{
	char buffer[64] = "";
	long ret;

	remember(c, "read, write", NULL, 0);
	switch (below(&c->rng, 3)) {
	case 0:
		ret = read(f->fd, buffer, sizeof(buffer));
		break;
	case 1:
		ret = write(f->fd, buffer, sizeof(buffer));
		break;
	default:
		ret = lseek(f->fd, edge(&c->rng), below(&c->rng, 3));
	}
	count(c, SUB_READ_WRITE, dev_outcome(ret));
}

static void do_dup(struct ctx *c, const struct dev_file *f)
{
	int fd = dup(f->fd);

	remember(c, "dup", NULL, 0);
	count(c, SUB_DUP, dev_outcome(fd));
	close(fd);
}

/* A child that uses what it inherited, and dies of itself, by a signal, or in another program. */
static void do_fork(struct ctx *c, struct dev_file *f)
{
	uint32_t how = below(&c->rng, 4);
	int status;
	pid_t pid;

	remember(c, "fork", &how, sizeof(how));
	pid = fork();
	count(c, SUB_FORK, dev_outcome(pid));
	if (pid > 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		return;
	}
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setitimer(ITIMER_REAL, &every, NULL);
	if (f->ring)
		ring_push(c, f);
	ioctl_flush(c, f->fd);
	ioctl_gpu(c, f);
	if (!how)
		raise(SIGKILL);
	if (how == 1)
		execl("/proc/self/exe", "fuzz", "nothing", (char *)NULL);
	_exit(0);
}

/* The peer lets go of files soon, so that whose they are does not matter for long. */
static void do_pass(struct ctx *c, const struct dev_file *f, int peer)
{
	char byte = 0, room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = room, .msg_controllen = sizeof(room),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &f->fd, sizeof(int));
	remember(c, "pass on", NULL, 0);
	count(c, SUB_PASS, dev_outcome(sendmsg(peer, &msg, MSG_DONTWAIT)));
}

static void do_receive(struct ctx *c, struct dev_file *f, int peer)
{
	char byte, room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = room, .msg_controllen = sizeof(room),
	};
	const struct cmsghdr *head;

	remember(c, "receive", NULL, 0);
	if (recvmsg(peer, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0) {
		count(c, SUB_RECEIVE, errno);
		return;
	}
	head = CMSG_FIRSTHDR(&msg);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return;
	if (f->fd >= 0)
		do_close(c, f);
	memcpy(&f->fd, CMSG_DATA(head), sizeof(int));
	f->foreign = true;
	count(c, SUB_RECEIVE, OUT_OK);
}

static void do_something(struct ctx *c, struct dev_file *f, int peer)
{
	struct rng *r = &c->rng;

	switch (below(r, 32)) {
	case 0:
	case 1:
		do_close(c, f);
		break;
	case 2:
	case 3:
	case 4:
		ring_map(c, f);
		break;
	case 5:
		prices_map(c, f);
		break;
	case 6:
	case 7:
		map_wrong(c, f);
		break;
	case 8:
		map_change(c, f);
		break;
	case 9:
		do_poll(c, f);
		break;
	case 10:
		do_read_write(c, f);
		break;
	case 11:
		do_dup(c, f);
		break;
	case 12:
		if (one_in(r, 8))
			do_fork(c, f);
		break;
	case 13:
		if (!f->foreign)
			do_pass(c, f, peer);
		break;
	case 14:
		do_receive(c, f, peer);
		break;
	case 15:
	case 16:
		ioctl_wrong(c, f);
		break;
	case 17:
	case 18:
		ioctl_flush(c, one_in(r, 2) ? f->fd : scribbler_fd());
		break;
	case 19:
	case 20:
	case 21:
	case 22:
	case 23:
	case 24:
		ioctl_gpu(c, f);
		break;
	default:
		if (f->ring)
			ring_push(c, f);
	}
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* So that the files that privileged ones left bids in are empty, when all is held. */
static void flush_all(void)
{
	int i;

	for (i = 0; i < FILES; i++)
		if (dev_files[i].ring)
			ioctl(dev_files[i].fd, MAXWELL_IOC_RING_FLUSH, 0);
}

void device_worker(struct ctx *c, int peer)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int i;

	for (i = 0; i < FILES; i++)
		dev_files[i].fd = -1;
	ioctl_init();
	scribbler_start(c);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	for (;;) {
		struct dev_file *f;

		if (c->w->privileged && atomic_load(&shared->hold))
			flush_all();
		if (!next_op(c))
			break;
		f = &dev_files[below(&c->rng, FILES)];
		atomic_fetch_add(&c->w->messages, 1);
		if (f->fd < 0)
			do_open(c, f);
		else
			do_something(c, f, peer);
	}
	for (i = 0; i < FILES; i++)
		if (dev_files[i].fd >= 0)
			do_close(c, &dev_files[i]);
}
