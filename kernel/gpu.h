/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leases of GPUs: the kernel side of the slow auction, for device.c, netlink_gpu.c and pricing.c.
 *
 * Locks: mx_gpu::lock, a mutex for each GPU, inside mx_price_mutex and never two of them together;
 * the locks of account.c are taken inside it. user_mutex (gpu_file.c) is a leaf.
 */
#ifndef MAXWELL_GPU_H
#define MAXWELL_GPU_H

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/linux/maxwell_dev.h>

#include "gpuplane.h"

/* What one user may have: open files, and requests and leases in all of them. */
#define MX_GPU_FILES_PER_USER 1024
#define MX_GPU_CLAIMS_PER_USER 1024

struct mx_gpu_file;
struct mx_gpu_user;

/**
 * struct mx_gpu_claim - what an open file wants or has of a GPU; mx_gpu::lock of that GPU
 * @c: the claim in the auction
 * @file: whose it is
 * @pid: the process that asked last, referenced; NULL if nothing is asked for or held
 * @bid: its bid, before the wallet's factor
 * @wallet: number of the wallet that pays
 */
struct mx_gpu_claim {
	struct mx_claim c;
	struct mx_gpu_file *file;
	struct pid *pid;
	u32 bid;
	u32 wallet;
};

/**
 * struct mx_gpu_file - an open file of /dev/maxwell
 * @user: who opened it
 * @wait: woken when a claim changes
 * @news: a bit for each GPU: its claim has changed since the file was last told
 * @claim: by number of the GPU
 */
struct mx_gpu_file {
	struct mx_gpu_user *user;
	wait_queue_head_t wait;
	unsigned long news;
	struct mx_gpu_claim claim[MAXWELL_GPUS_MAX];
};

/**
 * struct mx_gpu - a GPU
 * @lock: protects the rest, and the claims that files have on it
 * @plane: the auction
 * @present: below the tunable gpu_count
 * @abandoned: requests and leases whose file was closed
 * @timer: fires when something happens by itself, and queues @work
 * @work: steps the auction
 */
struct mx_gpu {
	struct mutex lock; /* the rest */
	struct mx_gpuplane plane;
	bool present;
	u64 abandoned;
	struct hrtimer timer;
	struct work_struct work;
};

/**
 * struct mx_gpu_report - a GPU as it was at one moment
 * @held: somebody has the lease
 * @holder_pid: who, in the caller's pid namespace; 0 if not visible from there
 * @price: what the holder pays, cents per GPU-second
 * @left_ns: what is left of the lease
 * @reserve: reserve price
 * @queued: requests that wait
 * @best_bid: dearest of them
 * @busy_permille: share of time under lease, moving average
 * @auctions: auctions that had a winner
 * @leased_ns: time under lease
 * @overstayed: leases that were taken away
 * @abandoned: requests and leases whose file was closed
 * @charged_nanocents: all charges
 */
struct mx_gpu_report {
	bool held;
	u32 holder_pid;
	u32 price;
	u64 left_ns;
	u32 reserve;
	u32 queued;
	u32 best_bid;
	u32 busy_permille;
	u64 auctions;
	u64 leased_ns;
	u64 overstayed;
	u64 abandoned;
	u64 charged_nanocents;
};

/* gpu.c */
int mx_gpus_init(void);
void mx_gpus_exit(void);
void mx_gpus_refresh(void);
u32 mx_gpus_busy_q16(void);
int mx_gpu_report(u32 nr, struct mx_gpu_report *report);
struct mx_gpu *mx_gpu_lock(u32 nr);
void mx_gpu_advance(struct mx_gpu *gpu);
void mx_gpu_ask(struct mx_gpu *gpu, struct mx_gpu_claim *claim, u32 bid, u64 time_ns, u32 wallet);
void mx_gpu_end(struct mx_gpu *gpu, struct mx_gpu_claim *claim);

/* gpu_file.c */
int mx_gpu_open(struct mx_gpu_file **gf);
void mx_gpu_release(struct mx_gpu_file *gf);
long mx_gpu_ioctl(struct mx_gpu_file *gf, unsigned int cmd, unsigned long arg);
__poll_t mx_gpu_poll(struct mx_gpu_file *gf, struct file *file, poll_table *wait);
void mx_gpu_tell(struct mx_gpu_claim *claim);
void mx_gpu_claim_over(struct mx_gpu_claim *claim);

#endif /* MAXWELL_GPU_H */
