// SPDX-License-Identifier: GPL-2.0
/*
 * The life of the class: attached, detached, ejected, and why.
 *
 * Takes mx_class_mutex; may sleep.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "maxwell.h"
#include "device.h"

static DEFINE_MUTEX(mx_class_mutex);
static struct mx_class class;

/**
 * mx_class_get() - state of the class
 * @out: written
 */
void mx_class_get(struct mx_class *out)
{
	mutex_lock(&mx_class_mutex);
	*out = class;
	mutex_unlock(&mx_class_mutex);
}

/**
 * mx_class_begin() - ops.init
 * @all: every normal task, not just those with policy SCHED_EXT
 *
 * Context: process context; no task is under the class yet.
 *
 * Return: 0 or -EBUSY.
 */
int mx_class_begin(bool all)
{
	mutex_lock(&mx_class_mutex);
	if (class.mode != MAXWELL_CLASS_MODE_DETACHED) {
		mutex_unlock(&mx_class_mutex);
		return -EBUSY;
	}
	mx_tasks_sweep();
	mx_topology_refresh();
	mx_idle_reset();
	mx_cpus_reset();
	class.mode = all ? MAXWELL_CLASS_MODE_ALL : MAXWELL_CLASS_MODE_PARTIAL;
	class.attach_count++;
	class.attach_ns = mx_now_ns();
	mutex_unlock(&mx_class_mutex);
	mx_ring_poll_class(true);
	mx_notify_class(MAXWELL_CLASS_EVENT_ATTACHED);
	return 0;
}

/**
 * mx_class_end() - ops.exit
 * @info: why
 *
 * Context: process context; no task is under the class any more.
 */
void mx_class_end(const struct maxwell_exit_info *info)
{
	mx_ring_poll_class(false);
	mutex_lock(&mx_class_mutex);
	class.mode = MAXWELL_CLASS_MODE_DETACHED;
	class.exit = *info;
	class.exit.reason[sizeof(class.exit.reason) - 1] = '\0';
	class.exit.msg[sizeof(class.exit.msg) - 1] = '\0';
	class.has_exit = true;
	/* The core does not say why of each kind of end, and has no more to say of some. */
	if (!info->on_request)
		pr_err("the class has ended: %s\n",
		       class.exit.msg[0] ? class.exit.msg : class.exit.reason);
	mutex_unlock(&mx_class_mutex);
	mx_notify_class(info->on_request ? MAXWELL_CLASS_EVENT_DETACHED :
					   MAXWELL_CLASS_EVENT_EJECTED);
}
