/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of libmaxwell share: the connection, and how a request is sent and decoded.
 */
#ifndef LIBMAXWELL_INTERNAL_H
#define LIBMAXWELL_INTERNAL_H

#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "compiler.h"
#include "libmaxwell.h"

struct mxw {
	struct nl_sock *sock;
	int family;
	bool inconsistent;
	struct mxw_error error;
};

/**
 * struct mxw_reply - where the objects of a reply go
 * @object: what they are
 * @items: array of them
 * @nr: how many there are
 * @capacity: how many fit
 */
struct mxw_reply {
	const struct mxw_object *object;
	char *items;
	size_t nr;
	size_t capacity;
};

/**
 * struct mxw_filter - narrows a list
 * @attr: number of the attribute that holds a CPU list
 * @cpus: the CPU list; NULL for all CPUs
 */
struct mxw_filter {
	int attr;
	const char *cpus;
};

__printf(3, 4) int mxw_fail(struct mxw *m, int code, const char *fmt, ...);
void mxw_parse_ext_ack(struct mxw *m, struct nlmsghdr *answer, int skip, struct nlmsghdr *request,
		       const struct mxw_object *object);

void mxw_decode(const struct mxw_object *object, struct nlattr **attrs, void *out);
struct nl_msg *mxw_request(struct mxw *m, int cmd, int flags);
int mxw_put(struct nl_msg *msg, const struct mxw_object *object, const void *from);
int mxw_talk(struct mxw *m, struct nl_msg *msg, const struct mxw_object *object,
	     struct mxw_reply *reply);
int mxw_get_one(struct mxw *m, int cmd, const struct mxw_object *object, const void *request,
		void *out);
int mxw_set_one(struct mxw *m, int cmd, const struct mxw_object *object, const void *request);
int mxw_dump(struct mxw *m, int cmd, const struct mxw_object *object,
	     const struct mxw_filter *filter, void *out, size_t *nr);

#endif /* LIBMAXWELL_INTERNAL_H */
