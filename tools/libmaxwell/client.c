// SPDX-License-Identifier: GPL-2.0
/*
 * The connection, and one function for each command about tasks, prices and CPUs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>

#include "internal.h"

static int connect_family(struct mxw *m)
{
	int on = 1;
	int err;

	m->sock = nl_socket_alloc();
	if (!m->sock)
		return mxw_fail(m, -ENOMEM, "out of memory");
	err = genl_connect(m->sock);
	if (err < 0)
		return mxw_fail(m, -EIO, "cannot open generic netlink: %s", nl_geterror(err));
	/* Without these the kernel sends a bare errno, and quotes whole requests. */
	if (setsockopt(nl_socket_get_fd(m->sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(nl_socket_get_fd(m->sock), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
		return mxw_fail(m, -errno, "cannot turn extended ACKs on: %s", strerror(errno));
	m->family = genl_ctrl_resolve(m->sock, MAXWELL_FAMILY_NAME);
	if (m->family < 0)
		return mxw_fail(m, -ENOENT,
				"the kernel has no netlink family '" MAXWELL_FAMILY_NAME
				"': is the module sched_maxwell loaded?");
	return 0;
}

/**
 * mxw_open() - connect to the kernel's side
 * @out: the connection; set on failure as well, for mxw_error(), unless memory ran out
 *
 * The kernel loads the module if it is installed and not yet there. Close the connection also after
 * a failure.
 *
 * Return: 0; -ENOENT if there is no such family; -ENOMEM; -EIO, or the errno of setsockopt(2), if
 * there is no netlink to talk by.
 */
int mxw_open(struct mxw **out)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	return connect_family(*out);
}

/**
 * mxw_close() - end a connection
 * @m: the connection, or NULL; nobody may be using it
 */
void mxw_close(struct mxw *m)
{
	if (!m)
		return;
	if (m->sock)
		nl_socket_free(m->sock);
	free(m);
}

/**
 * mxw_inconsistent() - whether the last list changed while it was read
 * @m: the connection
 *
 * It was read again a few times before. Each entry is right by itself; some may be missing or there
 * twice.
 *
 * Return: true if so.
 */
bool mxw_inconsistent(const struct mxw *m)
{
	return m->inconsistent;
}

/**
 * mxw_class_get() - state of the class and of the module's books
 * @m: the connection
 * @out: the state
 *
 * Return: 0, or a negative errno with mxw_error() set.
 */
int mxw_class_get(struct mxw *m, struct mxw_class *out)
{
	return mxw_get_one(m, MAXWELL_CMD_CLASS_GET, &mxw_class_object, NULL, out);
}

/**
 * mxw_price_set() - set a multiplier, on all of the CPUs or on none
 * @m: the connection
 * @price: kind and multiplier, and the present ones of cpus, slope and lease_ms
 *
 * Return: 0, or a negative errno with mxw_error() set: -EPERM without CAP_SYS_NICE, -EINVAL for no
 * list of CPUs that can be here.
 */
int mxw_price_set(struct mxw *m, const struct mxw_price *price)
{
	return mxw_set_one(m, MAXWELL_CMD_PRICE_SET, &mxw_price_object, price);
}

/**
 * mxw_price_list() - the multipliers of each CPU
 * @m: the connection
 * @cpus: CPU list, or NULL for all
 * @out: array; the caller frees it
 * @nr: how many there are
 *
 * Return: 0, or a negative errno with mxw_error() set: -EINVAL for no list of CPUs that can be
 * here.
 */
int mxw_price_list(struct mxw *m, const char *cpus, struct mxw_price **out, size_t *nr)
{
	const struct mxw_filter filter = { .attr = MAXWELL_A_PRICE_CPUS, .cpus = cpus };

	return mxw_dump(m, MAXWELL_CMD_PRICE_GET, &mxw_price_object, &filter, out, nr);
}

/**
 * mxw_bid_set() - set a task's bid, its book, or both
 * @m: the connection
 * @bid: the present ones of pid, bid, use_default and book; one of the last three at least
 *
 * Return: 0, or a negative errno with mxw_error() set: -ESRCH if there is no such thread or it is
 * not under the class, -EPERM if it is another user's and the caller lacks CAP_SYS_NICE.
 */
int mxw_bid_set(struct mxw *m, const struct mxw_bid *bid)
{
	return mxw_set_one(m, MAXWELL_CMD_BID_SET, &mxw_bid_object, bid);
}

/**
 * mxw_bid_get() - bid and account of one task
 * @m: the connection
 * @pid: its thread id, 1 or more
 * @out: the account
 *
 * Return: 0, or a negative errno with mxw_error() set: -ESRCH if there is no such thread or it is
 * not under the class.
 */
int mxw_bid_get(struct mxw *m, uint32_t pid, struct mxw_bid *out)
{
	struct mxw_bid request = { .present = 1ULL << MAXWELL_A_BID_PID, .pid = pid };

	return mxw_get_one(m, MAXWELL_CMD_BID_GET, &mxw_bid_object, &request, out);
}

/**
 * mxw_bid_list() - bids and accounts of all tasks under the class
 * @m: the connection
 * @out: array; the caller frees it
 * @nr: how many there are
 *
 * Return: 0, or a negative errno with mxw_error() set.
 */
int mxw_bid_list(struct mxw *m, struct mxw_bid **out, size_t *nr)
{
	return mxw_dump(m, MAXWELL_CMD_BID_GET, &mxw_bid_object, NULL, out, nr);
}

/**
 * mxw_cpu_list() - state and counters of each online CPU
 * @m: the connection
 * @out: array; the caller frees it
 * @nr: how many there are
 *
 * Return: 0, or a negative errno with mxw_error() set.
 */
int mxw_cpu_list(struct mxw *m, struct mxw_cpu **out, size_t *nr)
{
	return mxw_dump(m, MAXWELL_CMD_CPU_GET, &mxw_cpu_object, NULL, out, nr);
}

/**
 * mxw_demand_list() - the demand curve: waiting and running tasks by price bucket
 * @m: the connection
 * @cpus: CPU list to sum over, or NULL for all that are online
 * @out: array, of buckets in which there is somebody; the caller frees it
 * @nr: how many there are
 *
 * Return: 0, or a negative errno with mxw_error() set: -EINVAL for no list of CPUs that can be
 * here.
 */
int mxw_demand_list(struct mxw *m, const char *cpus, struct mxw_demand **out, size_t *nr)
{
	const struct mxw_filter filter = { .attr = MAXWELL_A_DEMAND_CPUS, .cpus = cpus };

	return mxw_dump(m, MAXWELL_CMD_DEMAND_GET, &mxw_demand_object, &filter, out, nr);
}
