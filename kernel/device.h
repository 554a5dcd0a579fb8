/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files behind /dev/maxwell offer each other and the rest of the module. Locks: see
 * maxwell.h.
 */
#ifndef MAXWELL_DEVICE_H
#define MAXWELL_DEVICE_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "price.h"

struct mx_bid_ring;
struct mx_cpu;
struct pid;
struct pid_namespace;
struct vm_area_struct;

/**
 * struct mx_opener - who opened the device, and so whom its ring may bid for
 * @pid_ns: pid namespace in which the ring's thread ids count; referenced
 * @thread: the thread that opened it; referenced
 * @group: its thread group; referenced
 * @euid: its effective user
 * @nice: it had CAP_SYS_NICE
 */
struct mx_opener {
	struct pid_namespace *pid_ns;
	struct pid *thread;
	struct pid *group;
	kuid_t euid;
	bool nice;
};

/* device.c */
int mx_device_register(void);
void mx_device_unregister(void);

/* ring_file.c */
struct mx_bid_ring *mx_bid_ring_new(const struct mx_opener *opener);
void mx_bid_ring_free(struct mx_bid_ring *ring);
int mx_bid_ring_map(struct mx_bid_ring *ring, struct vm_area_struct *vma);

/* ring_poll.c */
void mx_bid_ring_flush(struct mx_bid_ring *ring);
void mx_ring_poll_init(void);
void mx_ring_poll_class(bool attached);

/* page.c */
extern atomic_t mx_page_users;

int mx_page_init(void);
void mx_page_exit(void);
int mx_page_map(struct vm_area_struct *vma);
void mx_page_prices(struct mx_cpu *mx, const u32 *value, u64 now_ns);
void mx_page_write(struct mx_cpu *mx, u64 now_ns);

/**
 * mx_page_tick() - keep a busy CPU's entry fresh while somebody may look at it
 * @mx: CPU, locked
 * @now_ns: the time
 */
static inline void mx_page_tick(struct mx_cpu *mx, u64 now_ns)
{
	if (unlikely(atomic_read(&mx_page_users)))
		mx_page_write(mx, now_ns);
}

#endif /* MAXWELL_DEVICE_H */
