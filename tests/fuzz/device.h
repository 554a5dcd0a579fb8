/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Open files of /dev/maxwell as the fuzzer keeps them.
 */
#ifndef FUZZ_DEVICE_H
#define FUZZ_DEVICE_H

#include "fuzz.h"

/* More than one user may have rings. */
#define FILES 72

enum {
	SUB_OPEN, SUB_CLOSE, SUB_MMAP_RING, SUB_MMAP_PRICES, SUB_MMAP_WRONG, SUB_MPROTECT,
	SUB_MREMAP, SUB_MADVISE, SUB_MUNMAP, SUB_FLUSH, SUB_ASK, SUB_STATUS, SUB_RELEASE,
	SUB_IOCTL_WRONG, SUB_POLL, SUB_READ_WRITE, SUB_DUP, SUB_FORK, SUB_PASS, SUB_RECEIVE,
	SUB_PUSH, SUB_ENTRIES, DEVICE_SUBS,
};

/**
 * struct dev_file - an open file, or a place for one
 * @fd: -1 for none
 * @foreign: it came from the other user, whose rights it carries
 * @ring: mapping of the ring, or NULL
 * @prices: of the price page, or NULL
 */
struct dev_file {
	int fd;
	bool foreign;
	struct maxwell_ring *ring;
	void *prices;
};

extern struct dev_file dev_files[FILES];

int dev_outcome(long ret);

/* --- ring.c --- */

void ring_push(struct ctx *c, struct dev_file *f);
void ring_account(struct ctx *c, const struct dev_file *f);
void ring_unmap(struct ctx *c, struct dev_file *f);
void ring_map(struct ctx *c, struct dev_file *f);
void prices_map(struct ctx *c, struct dev_file *f);
void map_wrong(struct ctx *c, struct dev_file *f);
void map_change(struct ctx *c, struct dev_file *f);
void scribbler_start(struct ctx *c);
int scribbler_fd(void);

/* --- ioctl.c --- */

void ioctl_init(void);
void ioctl_gpu(struct ctx *c, struct dev_file *f);
void ioctl_wrong(struct ctx *c, struct dev_file *f);
void ioctl_flush(struct ctx *c, int fd);

#endif /* FUZZ_DEVICE_H */
