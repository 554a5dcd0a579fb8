// SPDX-License-Identifier: GPL-2.0
/*
 * A worker that writes anything into the files below /sys/kernel/maxwell. Whoever lacks privilege
 * has to be refused by each of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

#define TEXT_MAX 9000

enum { SUB_WRITE, SUB_PWRITE, SUB_WRITEV, SUB_READ, SUB_OPEN, SUB_OTHER };

const char *sysfs_sub_name(unsigned int sub)
{
	static const char *const names[] = {
		"write", "pwrite", "writev", "read", "open to write", "mmap, truncate, chmod, unlink",
	};

	return names[sub];
}

static size_t number_text(struct rng *r, char *out)
{
	static const char *const formats[] = {
		"%llu", "%lld", "0x%llx", "0%llo", "+%llu", "-%llu", "%lluk",
	};
	/* Mostly in the range of some tunable. */
	uint64_t value = one_in(r, 3) ? edge(r) : rnd(r) >> (32 + below(r, 32));
	const char *format = one_in(r, 4) ? formats[below(r, 7)] : formats[0];

	return sprintf(out, format, (unsigned long long)value);
}

/* Something like what the file holds, or anything. */
static size_t make_text(struct rng *r, const struct sys_file *f, char *out)
{
	static const char *const gaps[] = { " ", "\n", "\t", "  ", ",", "", "\v" };
	uint32_t nr = one_in(r, 8) ? below(r, 40) : f->nr_words, i;
	uint64_t rising = below(r, 2000);
	size_t len = 0;

	if (one_in(r, 8)) {
		len = below(r, one_in(r, 4) ? TEXT_MAX : 32);
		for (i = 0; i < len; i++)
			out[i] = one_in(r, 4) ? (char)rnd(r) : "0123456789\n -x"[below(r, 14)];
		return len;
	}
	for (i = 0; i < nr; i++) {
		if (i)
			len += sprintf(out + len, "%s", one_in(r, 30) ? gaps[below(r, 7)] : " ");
		if (nr == 1 || one_in(r, 30)) {
			len += number_text(r, out + len);
		} else {
			/* Tables want their values to rise. */
			rising += below(r, 3000);
			len += sprintf(out + len, "%llu", (unsigned long long)rising);
		}
	}
	if (!one_in(r, 4))
		out[len++] = '\n';
	if (one_in(r, 16))
		out[below(r, len + 1)] = '\0';
	if (one_in(r, 32)) {
		memset(out + len, ' ', 4096);
		len += 4096;
	}
	return len;
}

static int outcome(ssize_t ret)
{
	return ret < 0 ? errno : OUT_OK;
}

static int open_to_write(struct ctx *c, const struct sys_file *f)
{
	int flags = (one_in(&c->rng, 2) ? O_WRONLY : O_RDWR) | (one_in(&c->rng, 8) ? O_APPEND : 0) |
		    (one_in(&c->rng, 8) ? O_TRUNC : 0) | O_CLOEXEC;
	int fd = open(f->path, flags);

	count(c, SUB_OPEN, outcome(fd));
	if (c->w->privileged)
		return fd;
	if (fd >= 0)
		violation("%s: opened for writing without privilege", f->path);
	else if (errno != EACCES)
		violation("%s: refused with %s, not EACCES", f->path, strerrorname_np(errno));
	return fd;
}

static void do_write(struct ctx *c, const struct sys_file *f)
{
	static char text[TEXT_MAX + 64];
	struct rng *r = &c->rng;
	size_t len = make_text(r, f, text), part = below(r, len + 1);
	struct iovec iov[2] = { { text, part }, { text + part, len - part } };
	int fd;

	remember(c, f->name, text, len);
	fd = open_to_write(c, f);
	if (fd < 0)
		return;
	switch (below(r, 6)) {
	case 0:
		count(c, SUB_PWRITE, outcome(pwrite(fd, text, len, one_in(r, 2) ? below(r, 5000) :
									edge(r) >> 1)));
		break;
	case 1:
		count(c, SUB_WRITEV, outcome(writev(fd, iov, 2)));
		break;
	case 2:
		count(c, SUB_WRITE, outcome(write(fd, text, part)));
		count(c, SUB_WRITE, outcome(write(fd, text + part, len - part)));
		break;
	case 3:
		/* From where there is nothing. */
		count(c, SUB_WRITE, outcome(write(fd, (void *)edge(r), 1 + below(r, 64))));
		break;
	default:
		count(c, SUB_WRITE, outcome(write(fd, text, len)));
	}
	close(fd);
}

static void do_read(struct ctx *c, const struct sys_file *f)
{
	static char text[8192];
	struct rng *r = &c->rng;
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);

	remember(c, f->name, "read", 4);
	if (fd < 0)
		violation("%s: cannot be read: %s", f->path, strerrorname_np(errno));
	count(c, SUB_READ, outcome(pread(fd, text, below(r, sizeof(text)),
					 one_in(r, 2) ? 0 : edge(r) >> 1)));
	close(fd);
}

/* What no file in sysfs is for. */
static void do_other(struct ctx *c, const struct sys_file *f)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC), ret = -1;
	void *map;

	remember(c, f->name, "other", 5);
	switch (below(&c->rng, 4)) {
	case 0:
		map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
		ret = map == MAP_FAILED ? -1 : munmap(map, 4096);
		break;
	case 1:
		ret = ftruncate(fd, below(&c->rng, 100));
		break;
	case 2:
		/* Nothing but what it has: root may change that. */
		ret = chmod(f->path, f->writable ? 0644 : 0444);
		break;
	default:
		ret = unlink(f->path);
	}
	count(c, SUB_OTHER, outcome(ret));
	close(fd);
}

void sysfs_worker(struct ctx *c)
{
	while (next_op(c)) {
		const struct sys_file *f = &sys_files[below(&c->rng, nr_sys_files)];

		switch (below(&c->rng, 16)) {
		case 0:
			do_other(c, f);
			break;
		case 1:
		case 2:
		case 3:
			do_read(c, f);
			break;
		default:
			do_write(c, f);
		}
		atomic_fetch_add(&c->w->messages, 1);
	}
}
