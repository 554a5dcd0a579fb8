// SPDX-License-Identifier: GPL-2.0
/*
 * What can be done to the mappings of /dev/maxwell, and what must not come of it.
 *
 *	ringmap attack TID	everything below; TID is a thread of this user, under the class
 *	ringmap hold		maps a ring and the prices, closes the file, waits to be killed
 *	ringmap inherit FD	used by itself: what is left of a file after exec
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "ringdev.h"

#define RINGS_PER_USER 64

static uint64_t tid;
static uint32_t cents = 100;

static void must(int ok, const char *what)
{
	printf("%s: %s\n", ok ? "ok" : "FAIL", what);
	fflush(stdout);
	if (!ok)
		exit(1);
}

/* mmap that has to fail like this. */
static void refused(int fd, size_t len, int prot, int flags, uint64_t at, int error,
		    const char *what)
{
	void *map = mmap(NULL, len, prot, flags, fd, (off_t)at);

	must(map == MAP_FAILED && errno == error, what);
}

/* One bid by @ring that is taken up within a second; returns whether it was put into force. */
static int bid(struct maxwell_ring *ring, uint64_t id)
{
	volatile struct maxwell_ring *r = ring;
	uint64_t taken = r->taken, end = now_ns() + NSEC_PER_SEC;

	ring_push(ring, id, cents++ % 1000);
	while (ring_tail(ring) != r->head) {
		if (now_ns() > end)
			errx(1, "a bid was not taken up within a second");
		usleep(500);
	}
	return r->taken == taken + 1;
}

static int child_ok(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status);
}

static void bad_mappings(int fd)
{
	const int rw = PROT_READ | PROT_WRITE;

	refused(fd, MAXWELL_RING_BYTES, rw, MAP_PRIVATE, MAXWELL_MAP_RING, EINVAL,
		"a private ring is refused");
	refused(fd, MAXWELL_RING_BYTES / 2, rw, MAP_SHARED, MAXWELL_MAP_RING, EINVAL,
		"half a ring is refused");
	refused(fd, MAXWELL_RING_BYTES * 2UL, rw, MAP_SHARED, MAXWELL_MAP_RING, EINVAL,
		"two rings' length is refused");
	refused(fd, MAXWELL_RING_BYTES / 2, rw, MAP_SHARED, MAXWELL_MAP_RING + 4096, EINVAL,
		"the middle of a ring is refused");
	refused(fd, 1 << 20, PROT_READ, MAP_SHARED, MAXWELL_MAP_PRICES, EINVAL,
		"more than the price page is refused");
	refused(fd, 4096, PROT_READ, MAP_PRIVATE, MAXWELL_MAP_PRICES, EINVAL,
		"a private price page is refused");
	refused(fd, 4096, rw, MAP_SHARED, MAXWELL_MAP_PRICES, EACCES,
		"prices are not mapped for writing");
	must(ioctl(fd, MAXWELL_IOC_RING_FLUSH) && errno == ENXIO, "no ring, nothing to flush");
}

/* The kernel writes where the caller may not, unless somebody looks out. */
static void write_to_prices(int fd)
{
	const struct maxwell_prices *page = dev_prices(fd);
	int mem = open("/proc/self/mem", O_RDWR);
	uint32_t zero = 0;
	int pair[2];

	must(mem >= 0 && pwrite(mem, &zero, 4, (off_t)(uintptr_t)&page->magic) < 0,
	     "/proc/self/mem does not write to the prices");
	if (pipe(pair) || write(pair[1], &zero, 4) != 4)
		err(1, "pipe");
	must(read(pair[0], (void *)&page->magic, 4) < 0 && errno == EFAULT,
	     "read(2) does not write to the prices");
	must(mprotect((void *)page, 4096, PROT_READ | PROT_EXEC) && errno == EACCES,
	     "prices are not made executable");
	must(page->magic == MAXWELL_PRICES_MAGIC, "the prices are as they were");
	close(mem);
	close(pair[0]);
	close(pair[1]);
}

static void map_twice(int fd, struct maxwell_ring *ring)
{
	struct maxwell_ring *other = dev_ring(fd);
	int i, ok = 1;

	must(bid(other, tid) && ring->head == other->head && ring->taken == other->taken,
	     "mapped twice it is the same ring");
	for (i = 0; i < 8; i++)
		munmap(dev_ring(fd), MAXWELL_RING_BYTES);
	must(bid(ring, tid), "it goes on when other mappings are gone");
	must(mremap(other, MAXWELL_RING_BYTES, 2UL * MAXWELL_RING_BYTES, MREMAP_MAYMOVE) ==
	     MAP_FAILED, "it does not grow");
	must(mprotect(other, 4096, PROT_READ | PROT_EXEC) && errno == EACCES,
	     "it is not made executable");
	must(!munmap(other, 4096), "half of a mapping goes");
	for (i = 0; i < 300; i++)
		ok &= bid(ring, tid);
	must(ok, "and the ring goes on, around its end");
	munmap((char *)other + 4096, 4096);
}

/* A jump of the head drops what is there, and leads to the end of the numbers. */
static void indexes(struct maxwell_ring *ring)
{
	volatile struct maxwell_ring *r = ring;
	uint64_t overrun = r->overrun, end = now_ns() + NSEC_PER_SEC;
	int i, ok = 1;

	__atomic_store_n(&ring->head, UINT32_MAX - 20, __ATOMIC_RELEASE);
	while (ring_tail(ring) != r->head && now_ns() < end)
		usleep(500);
	must(ring_tail(ring) == UINT32_MAX - 20 && r->overrun == overrun + 1,
	     "a jump of the head is one overrun");
	for (i = 0; i < 40; i++)
		ok &= bid(ring, tid);
	must(ok && r->head == 19 && r->overrun == overrun + 1, "indexes wrap");
	/* A ring behind is nearly 2^32 ahead. */
	__atomic_store_n(&ring->head, r->head - 1, __ATOMIC_RELEASE);
	end = now_ns() + NSEC_PER_SEC;
	while (ring_tail(ring) != 18 && now_ns() < end)
		usleep(500);
	must(r->overrun == overrun + 2, "a step back is an overrun");
	must(bid(ring, tid), "and it goes on from there");
}

static void fork_and_exec(int fd, struct maxwell_ring *ring)
{
	char number[16];
	pid_t pid = fork();

	if (!pid)
		_exit(!(bid(ring, tid) && !ioctl(fd, MAXWELL_IOC_RING_FLUSH)));
	must(child_ok(pid), "a child bids by its parent's ring");
	must(bid(ring, tid), "so does the parent after it");
	fcntl(fd, F_SETFD, 0);
	snprintf(number, sizeof(number), "%d", fd);
	pid = fork();
	if (!pid) {
		execl("/proc/self/exe", "ringmap", "inherit", number, NULL);
		_exit(127);
	}
	must(child_ok(pid), "after exec the file is there, and its ring");
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* What is left after exec: no mapping, but the file, and the ring that it has. */
static void inherit(int fd)
{
	if (ioctl(fd, MAXWELL_IOC_RING_FLUSH))
		err(1, "flush after exec");
	if (!dev_ring(fd)->taken)
		errx(1, "another ring after exec");
}

static void hold(void)
{
	int fd = dev_open();

	dev_prices(fd);
	dev_ring(fd);
	close(fd);
	puts("held");
	fflush(stdout);
	pause();
}

/* A file whose opener is gone speaks for his user still, but for no thread of its own. */
static void opener_gone(void)
{
	int fd, pair[2], ok;
	pid_t pid;

	if (pipe(pair))
		err(1, "pipe");
	pid = fork();
	if (!pid) {
		fd = dev_open();
		pid = fork();
		if (pid)
			_exit(0);
		usleep(50000);
		if (getppid() != 1)
			usleep(500000);
		ok = !bid(dev_ring(fd), 0) && bid(dev_ring(fd), tid);
		_exit(write(pair[1], &ok, sizeof(ok)) != sizeof(ok));
	}
	close(pair[1]);
	must(child_ok(pid), "the opener is gone");
	must(read(pair[0], &ok, sizeof(ok)) == sizeof(ok) && ok,
	     "what it opened bids for its user's threads, not for it");
	close(pair[0]);
}

static void too_many(void)
{
	int fd[RINGS_PER_USER + 8], i, n;
	void *map = NULL;

	for (n = 0; n < RINGS_PER_USER + 8; n++) {
		fd[n] = dev_open();
		map = mmap(NULL, MAXWELL_RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd[n],
			   MAXWELL_MAP_RING);
		if (map == MAP_FAILED)
			break;
		munmap(map, MAXWELL_RING_BYTES);
	}
	must(map == MAP_FAILED && errno == EMFILE && n == RINGS_PER_USER - 1,
	     "a user has 64 rings and no more");
	for (i = 0; i <= n; i++)
		close(fd[i]);
	must(bid(dev_ring(dev_open()), tid), "closed ones do not count");
}

static void attack(void)
{
	int fd = dev_open();
	struct maxwell_ring *ring;

	bad_mappings(fd);
	ring = dev_ring(fd);
	must(bid(ring, tid), "a bid is taken");
	must(!bid(ring, 0), "this program is not under the class");
	write_to_prices(fd);
	map_twice(fd, ring);
	indexes(ring);
	fork_and_exec(fd, ring);
	too_many();
	opener_gone();
	close(fd);
	must(bid(ring, tid), "a mapping outlives its file descriptor");
	munmap(ring, MAXWELL_RING_BYTES);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "attack")) {
		tid = strtoull(argv[2], NULL, 10);
		attack();
	} else if (argc == 2 && !strcmp(argv[1], "hold")) {
		hold();
	} else if (argc == 3 && !strcmp(argv[1], "inherit")) {
		inherit(atoi(argv[2]));
	} else {
		errx(2, "usage: ringmap attack TID | hold");
	}
	return 0;
}
