/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leases of GPUs: the kernel side of the slow auction, for device.c, netlink_gpu.c, pricing.c and
 * account_admin.c.
 *
 * Locks: mx_gpu::lock, a mutex for each GPU, inside mx_price_mutex and mx_wallet_mutex, and never
 * two of them together; mx_cpu::lock and the spinlocks of the wallets are taken inside it.
 * user_mutex (gpu_user.c) is a leaf.
 */
#ifndef MAXWELL_GPU_H
#define MAXWELL_GPU_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/linux/maxwell_dev.h>

#include "gpuplane.h"

/*
 * What one user may have: open files, and requests and leases of one GPU in all of them. Each that
 * waits is owed a turn of MX_GPU_TURN_MIN_US or more in MX_GPU_MAX_WAIT_MS, whatever it bids: this
 * many make a fifth of the time.
 */
#define MX_GPU_FILES_PER_USER 1024
#define MX_GPU_CLAIMS_PER_USER 64

struct mx_account;
struct mx_gpu_file;

/**
 * struct mx_gpu_user - what a user has open
 * @link: in the list of users
 * @uid: who
 * @files: open files; user_mutex
 * @claims: requests and leases, by number of the GPU; its mx_gpu::lock
 */
struct mx_gpu_user {
	struct list_head link;
	kuid_t uid;
	u32 files;
	u32 claims[MAXWELL_GPUS_MAX];
};

/**
 * struct mx_gpu_claim - what an open file wants or has of a GPU; mx_gpu::lock of that GPU
 * @c: the claim in the auction
 * @file: whose it is
 * @link: in mx_gpu::claims; as @pid and @account, valid while something is asked for or held
 * @pid: the process that asked last, referenced
 * @account: the wallet that pays, held
 * @bid: its bid, before the wallet's factor
 */
struct mx_gpu_claim {
	struct mx_claim c;
	struct mx_gpu_file *file;
	struct list_head link;
	struct pid *pid;
	struct mx_account *account;
	u32 bid;
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
 * @claims: all that is asked for or held
 * @present: below the tunable gpu_count
 * @abandoned: requests and leases whose file was closed
 * @timer: fires when something happens by itself, and queues @work
 * @work: steps the auction
 */
struct mx_gpu {
	struct mutex lock; /* the rest */
	struct mx_gpuplane plane;
	struct list_head claims;
	bool present;
	u64 abandoned;
	struct hrtimer timer;
	struct work_struct work;
};

/**
 * struct mx_gpu_report - a GPU as it was at one moment
 * @held: somebody has the lease
 * @holder_pid: who asked for it, in the caller's pid namespace; 0 if not visible from there, or
 *	gone, and the file with another
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

/* gpu_table.c */
int mx_gpus_init(void);
void mx_gpus_exit(void);
void mx_gpus_refresh(void);
void mx_gpus_redraw(const struct mx_account *a);
u32 mx_gpus_busy_q16(void);
int mx_gpu_report(u32 nr, struct mx_gpu_report *report);
struct mx_gpu *mx_gpu_lock(u32 nr);
u32 mx_gpu_nr(const struct mx_gpu *gpu);

/* gpu.c */
void mx_gpu_advance(struct mx_gpu *gpu);
void mx_gpu_ask(struct mx_gpu *gpu, struct mx_gpu_claim *claim, u32 bid, u64 time_ns);
void mx_gpu_end(struct mx_gpu *gpu, struct mx_gpu_claim *claim);
void mx_gpu_evict_all(struct mx_gpu *gpu);
void mx_gpu_redraw(struct mx_gpu *gpu, const struct mx_account *a);

/* gpu_user.c */
struct mx_gpu_user *mx_gpu_user_get(void);
void mx_gpu_user_put(struct mx_gpu_user *user);

/* gpu_file.c */
int mx_gpu_open(struct mx_gpu_file **gf);
void mx_gpu_release(struct mx_gpu_file *gf);
long mx_gpu_ioctl(struct mx_gpu_file *gf, unsigned int cmd, unsigned long arg);
__poll_t mx_gpu_poll(struct mx_gpu_file *gf, struct file *file, poll_table *wait);
void mx_gpu_tell(struct mx_gpu_claim *claim);

/**
 * mx_gpu_claim_nr() - number of the GPU that a claim is on
 * @claim: claim
 */
static inline u32 mx_gpu_claim_nr(const struct mx_gpu_claim *claim)
{
	return (u32)(claim - claim->file->claim);
}

/**
 * mx_gpu_pending() - whether something is asked for or held
 * @claim: its GPU is locked
 */
static inline bool mx_gpu_pending(const struct mx_gpu_claim *claim)
{
	return claim->c.state == MX_CLAIM_WAITING || claim->c.state == MX_CLAIM_HELD;
}

#endif /* MAXWELL_GPU_H */
