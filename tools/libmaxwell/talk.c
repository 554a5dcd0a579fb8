// SPDX-License-Identifier: GPL-2.0
/*
 * One request and all that comes back: an ACK, a reply, or a dump that is read again when it
 * changed while it was read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>

#include "internal.h"

/* A dump of a busy system may never come out in one piece; its entries are right all the same. */
#define DUMP_TRIES 5

/* What the callbacks of one request share. */
struct exchange {
	struct mxw *m;
	struct nlmsghdr *request;
	const struct mxw_object *object;
	struct mxw_reply *reply;
	int result;
	bool done;
};

/**
 * mxw_request() - begin a request
 * @m: the connection
 * @cmd: the command
 * @flags: NLM_F_DUMP or 0
 *
 * Return: the message, or NULL with mxw_error() set.
 */
struct nl_msg *mxw_request(struct mxw *m, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, m->family, 0, flags, cmd,
			       MAXWELL_FAMILY_VERSION))
		return msg;
	nlmsg_free(msg);
	mxw_fail(m, -ENOMEM, "out of memory");
	return NULL;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *refusal, void *arg)
{
	/* libnl hands out the payload only; the header is right before it. */
	struct nlmsghdr *answer = (struct nlmsghdr *)((char *)refusal - NLMSG_HDRLEN);
	struct exchange *x = arg;
	int skip = sizeof(*refusal);

	(void)from;
	/* The refused request is quoted in full unless the kernel says that it capped it. */
	if (!(answer->nlmsg_flags & NLM_F_CAPPED))
		skip += refusal->msg.nlmsg_len - NLMSG_HDRLEN;
	x->m->error.code = -refusal->error;
	mxw_parse_ext_ack(x->m, answer, skip, x->request, x->object);
	x->result = refusal->error;
	x->done = true;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;

	(void)msg;
	x->done = true;
	return NL_STOP;
}

/* A dump that fails halfway says so in the message that ends it. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *answer = nlmsg_hdr(msg);
	struct exchange *x = arg;
	int code = 0;

	if (nlmsg_datalen(answer) >= (int)sizeof(code))
		memcpy(&code, nlmsg_data(answer), sizeof(code));
	if (code < 0) {
		x->m->error.code = -code;
		mxw_parse_ext_ack(x->m, answer, sizeof(code), x->request, x->object);
		x->result = code;
	}
	x->done = true;
	return NL_STOP;
}

static bool reserve(struct mxw_reply *reply)
{
	size_t capacity = reply->capacity ? 2 * reply->capacity : 16;
	char *items;

	if (reply->nr < reply->capacity)
		return true;
	items = reallocarray(reply->items, capacity, reply->object->size);
	if (!items)
		return false;
	reply->items = items;
	reply->capacity = capacity;
	return true;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;
	struct mxw_reply *reply = x->reply;
	struct nlattr *attrs[64];

	if (!reply || reply->object->attr_max >= (int)ARRAY_SIZE(attrs))
		return NL_SKIP;
	if (genlmsg_parse(nlmsg_hdr(msg), 0, attrs, reply->object->attr_max, NULL) < 0) {
		x->result = mxw_fail(x->m, -EBADMSG, "the kernel's answer is malformed");
		return NL_SKIP;
	}
	if (!reserve(reply)) {
		x->result = mxw_fail(x->m, -ENOMEM, "out of memory");
		return NL_SKIP;
	}
	mxw_decode(reply->object, attrs, reply->items + reply->nr * reply->object->size);
	reply->nr++;
	return NL_OK;
}

static int receive(struct mxw *m, struct nl_cb *cb, struct exchange *x)
{
	int err;

	while (!x->done) {
		err = nl_recvmsgs(m->sock, cb);
		if (err == -NLE_DUMP_INTR)
			m->inconsistent = true;
		else if (err < 0 && !x->done)
			return mxw_fail(m, -EIO, "cannot read from netlink: %s", nl_geterror(err));
	}
	return x->result;
}

/**
 * mxw_talk() - send a request and read what comes back
 * @m: the connection
 * @msg: the request; freed here
 * @object: whose attributes it carries; may be NULL
 * @reply: where the answer's objects go; may be NULL
 *
 * Return: 0, or a negative errno with mxw_error() set.
 */
int mxw_talk(struct mxw *m, struct nl_msg *msg, const struct mxw_object *object,
	     struct mxw_reply *reply)
{
	struct exchange x = { .m = m, .request = nlmsg_hdr(msg), .object = object, .reply = reply };
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int err;

	m->inconsistent = false;
	if (!cb) {
		nlmsg_free(msg);
		return mxw_fail(m, -ENOMEM, "out of memory");
	}
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, &x);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, &x);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, &x);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, &x);

	err = nl_send_auto(m->sock, msg);
	if (err < 0)
		err = mxw_fail(m, -EIO, "cannot write to netlink: %s", nl_geterror(err));
	else
		err = receive(m, cb, &x);
	nl_cb_put(cb);
	nlmsg_free(msg);
	return err;
}

/* A request that has what is present in a structure, if there is one. */
static struct nl_msg *fill_request(struct mxw *m, int cmd, const struct mxw_object *object,
				   const void *from)
{
	struct nl_msg *msg = mxw_request(m, cmd, 0);

	if (msg && from && mxw_put(msg, object, from)) {
		nlmsg_free(msg);
		mxw_fail(m, -EMSGSIZE, "the request is too long");
		return NULL;
	}
	return msg;
}

/**
 * mxw_get_one() - ask for one object
 * @m: the connection
 * @cmd: the command
 * @object: what the request and the answer are
 * @request: what to send of it; may be NULL
 * @out: the answer
 *
 * Return: 0, or a negative errno with mxw_error() set.
 */
int mxw_get_one(struct mxw *m, int cmd, const struct mxw_object *object, const void *request,
		void *out)
{
	struct mxw_reply reply = { .object = object };
	struct nl_msg *msg = fill_request(m, cmd, object, request);
	int err;

	if (!msg)
		return -m->error.code;
	err = mxw_talk(m, msg, object, &reply);
	if (!err && reply.items)
		memcpy(out, reply.items, object->size);
	else if (!err)
		err = mxw_fail(m, -EBADMSG, "the kernel's answer is empty");
	free(reply.items);
	return err;
}

/**
 * mxw_set_one() - have something done that is answered by yes or no
 * @m: the connection
 * @cmd: the command
 * @object: what the request is
 * @request: what to send of it
 *
 * Return: 0, or a negative errno with mxw_error() set.
 */
int mxw_set_one(struct mxw *m, int cmd, const struct mxw_object *object, const void *request)
{
	struct nl_msg *msg = fill_request(m, cmd, object, request);

	return msg ? mxw_talk(m, msg, object, NULL) : -m->error.code;
}

/**
 * mxw_dump() - read all objects of one sort
 * @m: the connection
 * @cmd: the command
 * @object: what it lists
 * @filter: which of them; may be NULL
 * @out: pointer to the array's pointer; the caller frees the array
 * @nr: how many there are
 *
 * A list that changed while it was read is read again a few times; if it still changed,
 * mxw_inconsistent() says so.
 *
 * Return: 0, or a negative errno with mxw_error() set.
 */
int mxw_dump(struct mxw *m, int cmd, const struct mxw_object *object,
	     const struct mxw_filter *filter, void *out, size_t *nr)
{
	struct mxw_reply reply = { .object = object };
	struct nl_msg *msg;
	int tries, err;

	for (tries = 0; tries < DUMP_TRIES; tries++) {
		reply.nr = 0;
		msg = mxw_request(m, cmd, NLM_F_DUMP);
		if (!msg) {
			err = -ENOMEM;
			break;
		}
		if (filter && filter->cpus && nla_put_string(msg, filter->attr, filter->cpus)) {
			nlmsg_free(msg);
			err = mxw_fail(m, -EMSGSIZE, "the request is too long");
			break;
		}
		err = mxw_talk(m, msg, object, &reply);
		if (err || !m->inconsistent)
			break;
	}
	if (err) {
		free(reply.items);
		return err;
	}
	memcpy(out, &reply.items, sizeof(reply.items));
	*nr = reply.nr;
	return 0;
}
