// SPDX-License-Identifier: GPL-2.0
/*
 * The fuzzer's ioctls on /dev/maxwell: leases of GPUs with arguments that are right, wrong in one
 * field, or lie where no argument can; and numbers that mean nothing.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/maxwell_dev.h>

#include "device.h"

static unsigned char *page; /* the last page that is there: behind it is none */
static unsigned char *read_only;

void ioctl_init(void)
{
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	read_only = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(page + 4096, 4096);
}

/* Where @len bytes at @argument are to be passed from. */
static void *place(struct ctx *c, struct dev_file *f, const void *argument, size_t len)
{
	struct rng *r = &c->rng;
	void *at;

	switch (below(r, 16)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(uintptr_t)edge(r);
	case 2:
		/* Kernel addresses: direct map, and text. */
		if (one_in(r, 2))
			return (void *)(0xffff888000000000UL + below(r, 1U << 30));
		return (void *)(0xffffffff81000000UL + below(r, 1U << 24));
	case 3:
		return read_only;
	case 4:
		at = page + 4096 - below(r, len + 1);
		memcpy(at, argument, page + 4096 - (unsigned char *)at);
		return at;
	case 5:
		/* Memory that the kernel reads as well. */
		if (!f->ring || f->foreign)
			return f->prices ? f->prices : read_only;
		at = (unsigned char *)f->ring + MAXWELL_RING_ENTRIES_OFFSET + below(r, 4000);
		return memcpy(at, argument, len);
	case 6:
		at = page + below(r, 64);
		return memcpy(at, argument, len);
	default:
		return memcpy(page, argument, len);
	}
}

/*
 * A call that would wait for ever is broken off by the worker's timer. So may any other one
 * be; then the answer is EINTR.
 */
static void ask(struct ctx *c, struct dev_file *f)
{
	struct rng *r = &c->rng;
	struct maxwell_gpu_ask a = {
		.gpu = one_in(r, 16) ? edge(r) : below(r, one_in(r, 4) ? 17 : 2),
		.bid_cents = one_in(r, 4) ? edge(r) : below(r, 1000),
		.time_ms = one_in(r, 16) ? edge(r) : 1 + below(r, 100),
		.flags = one_in(r, 16) ? edge(r) : !one_in(r, 4),
		.timeout_ms = one_in(r, 8) ? edge(r) : below(r, 8),
		.reserved = one_in(r, 24) ? edge(r) : 0,
	};
	void *at = place(c, f, &a, sizeof(a));

	remember(c, "gpu ask", &a, sizeof(a));
	count(c, SUB_ASK, dev_outcome(ioctl(f->fd, MAXWELL_IOC_GPU_ASK, at)));
}

void ioctl_gpu(struct ctx *c, struct dev_file *f)
{
	struct maxwell_gpu_status status = { 0 };
	struct rng *r = &c->rng;
	uint32_t gpu = one_in(r, 12) ? edge(r) : below(r, one_in(r, 4) ? 17 : 2);

	switch (below(r, 4)) {
	case 0:
		remember(c, "gpu release", &gpu, sizeof(gpu));
		count(c, SUB_RELEASE, dev_outcome(ioctl(f->fd, MAXWELL_IOC_GPU_RELEASE,
							place(c, f, &gpu, sizeof(gpu)))));
		break;
	case 1:
		status.gpu = gpu;
		remember(c, "gpu status", &gpu, sizeof(gpu));
		count(c, SUB_STATUS, dev_outcome(ioctl(f->fd, MAXWELL_IOC_GPU_STATUS,
						       place(c, f, &status, sizeof(status)))));
		break;
	default:
		ask(c, f);
	}
}

void ioctl_wrong(struct ctx *c, struct dev_file *f)
{
	static const unsigned char zeros[64];
	struct rng *r = &c->rng;
	unsigned long cmd = rnd(r) >> below(r, 64);

	if (!one_in(r, 4))
		cmd = _IOC(below(r, 4), MAXWELL_IOC_MAGIC, below(r, 8), below(r, 64));
	remember(c, "ioctl", &cmd, sizeof(cmd));
	count(c, SUB_IOCTL_WRONG,
	      dev_outcome(ioctl(f->fd, cmd, place(c, f, zeros, sizeof(zeros)))));
}

void ioctl_flush(struct ctx *c, int fd)
{
	remember(c, "flush", NULL, 0);
	count(c, SUB_FLUSH, dev_outcome(ioctl(fd, MAXWELL_IOC_RING_FLUSH, rnd(&c->rng))));
}
