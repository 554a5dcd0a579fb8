/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Just enough generic netlink for the test programs, written from the message format alone: what
 * they say about the module does not depend on libmaxwell, and messages can be made wrong on
 * purpose.
 */
#ifndef MAXWELL_TEST_GENL_H
#define MAXWELL_TEST_GENL_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/maxwell.h>
#include <linux/netlink.h>

#define GENL_SIZE 4096

/* A request in the making, or a reply. */
struct genl_msg {
	union {
		struct nlmsghdr nlh;
		char room[GENL_SIZE];
	};
};

/* A socket, and what the kernel said about the last request. */
struct genl {
	int fd;
	uint16_t family;
	uint32_t seq;
	char text[256];
};

static inline void genl_fatal(const char *what)
{
	perror(what);
	exit(1);
}

static inline void genl_begin(struct genl *g, struct genl_msg *m, uint16_t type, uint8_t cmd,
			      uint16_t flags)
{
	struct genlmsghdr *hdr = NLMSG_DATA(&m->nlh);

	memset(m, 0, sizeof(*m));
	m->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->nlh.nlmsg_type = type;
	m->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	m->nlh.nlmsg_seq = ++g->seq;
	hdr->cmd = cmd;
	hdr->version = 1;
}

static inline void genl_put(struct genl_msg *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr *a = (void *)(m->room + NLMSG_ALIGN(m->nlh.nlmsg_len));

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	m->nlh.nlmsg_len = NLMSG_ALIGN(m->nlh.nlmsg_len) + NLA_ALIGN(a->nla_len);
}

static inline void genl_put_u32(struct genl_msg *m, uint16_t type, uint32_t value)
{
	genl_put(m, type, &value, sizeof(value));
}

/* The attribute @type of a stretch of attributes, or NULL. */
static inline const struct nlattr *genl_find(const char *at, const char *end, uint16_t type)
{
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *a = (const void *)at;

		if (a->nla_len < NLA_HDRLEN || at + a->nla_len > end)
			return NULL;
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
		at += NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

static inline const struct nlattr *genl_attr(const struct genl_msg *m, uint16_t type)
{
	return genl_find((const char *)NLMSG_DATA(&m->nlh) + GENL_HDRLEN,
			 m->room + m->nlh.nlmsg_len, type);
}

/* An unsigned attribute of 4 or 8 bytes; 0 if it is absent. */
static inline uint64_t genl_uint(const struct genl_msg *m, uint16_t type)
{
	const struct nlattr *a = genl_attr(m, type);
	uint64_t wide = 0;
	uint32_t narrow = 0;

	if (!a)
		return 0;
	if (a->nla_len == NLA_HDRLEN + sizeof(wide)) {
		memcpy(&wide, (const char *)a + NLA_HDRLEN, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, (const char *)a + NLA_HDRLEN, sizeof(narrow));
	return narrow;
}

/* The kernel's words, which stand behind @skip bytes of an error's or a dump's last message. */
static inline void genl_read_text(struct genl *g, const struct genl_msg *m, size_t skip)
{
	const char *at = (const char *)NLMSG_DATA(&m->nlh) + NLMSG_ALIGN(skip);
	const struct nlattr *a;

	if (!(m->nlh.nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	a = genl_find(at, m->room + m->nlh.nlmsg_len, NLMSGERR_ATTR_MSG);
	if (a)
		snprintf(g->text, sizeof(g->text), "%s", (const char *)a + NLA_HDRLEN);
}

/* How much of an error message is not attributes: the code, and what is quoted of the request. */
static inline size_t genl_error_len(const struct genl_msg *m)
{
	const struct nlmsgerr *err = NLMSG_DATA(&m->nlh);

	if (m->nlh.nlmsg_flags & NLM_F_CAPPED)
		return sizeof(*err);
	return sizeof(err->error) + err->msg.nlmsg_len;
}

/*
 * Send @len bytes and take what comes back: the reply goes to @reply if there is one (of a dump,
 * the last message), @g->text to the kernel's words. Returns 0 or a negative errno from the kernel.
 */
static inline int genl_talk(struct genl *g, const struct genl_msg *m, size_t len,
			    struct genl_msg *reply)
{
	static struct genl_msg in;
	ssize_t got;

	g->text[0] = '\0';
	/* A request may be granted without one. */
	if (reply)
		reply->nlh = (struct nlmsghdr){};
	if (send(g->fd, m, len, 0) != (ssize_t)len)
		return -errno;
	for (;;) {
		struct nlmsghdr *nlh = &in.nlh;

		memset(&in, 0, sizeof(struct nlmsghdr));
		got = recv(g->fd, &in, sizeof(in), 0);
		if (got < 0)
			return -errno;
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			genl_read_text(g, &in, genl_error_len(&in));
			return ((struct nlmsgerr *)NLMSG_DATA(nlh))->error;
		}
		if (nlh->nlmsg_type == NLMSG_DONE) {
			genl_read_text(g, &in, sizeof(int));
			return *(int *)NLMSG_DATA(nlh);
		}
		if (reply)
			memcpy(reply, &in, got);
		if (!(m->nlh.nlmsg_flags & (NLM_F_ACK | NLM_F_DUMP)))
			return 0;
	}
}

static inline int genl_request(struct genl *g, struct genl_msg *m, struct genl_msg *reply)
{
	return genl_talk(g, m, m->nlh.nlmsg_len, reply);
}

/* Opens a socket and finds the family "maxwell"; ends the program if there is none. */
static inline void genl_open(struct genl *g)
{
	struct sockaddr_nl local = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = 5 };
	struct genl_msg m, reply;
	int on = 1;

	memset(g, 0, sizeof(*g));
	g->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (g->fd < 0 || bind(g->fd, (void *)&local, sizeof(local)) ||
	    setsockopt(g->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(g->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		genl_fatal("netlink socket");
	genl_begin(g, &m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	genl_put(&m, CTRL_ATTR_FAMILY_NAME, MAXWELL_FAMILY_NAME, sizeof(MAXWELL_FAMILY_NAME));
	errno = -genl_request(g, &m, &reply);
	if (errno)
		genl_fatal("netlink family " MAXWELL_FAMILY_NAME);
	memcpy(&g->family, (const char *)genl_attr(&reply, CTRL_ATTR_FAMILY_ID) + NLA_HDRLEN,
	       sizeof(g->family));
}

/* Sets the bid of a thread; pid 0 is the caller. Returns 0 or a negative errno. */
static inline int genl_bid_set(struct genl *g, uint32_t pid, uint32_t bid, uint32_t book)
{
	struct genl_msg m;

	genl_begin(g, &m, g->family, MAXWELL_CMD_BID_SET, NLM_F_ACK);
	if (pid)
		genl_put_u32(&m, MAXWELL_A_BID_PID, pid);
	genl_put_u32(&m, MAXWELL_A_BID_BID, bid);
	genl_put_u32(&m, MAXWELL_A_BID_BOOK, book);
	return genl_request(g, &m, NULL);
}

/* Gets the account of a thread; pid 0 is the caller. Returns 0 or a negative errno. */
static inline int genl_bid_get(struct genl *g, uint32_t pid, struct genl_msg *reply)
{
	struct genl_msg m;

	genl_begin(g, &m, g->family, MAXWELL_CMD_BID_GET, NLM_F_ACK);
	if (pid)
		genl_put_u32(&m, MAXWELL_A_BID_PID, pid);
	return genl_request(g, &m, reply);
}

#endif /* MAXWELL_TEST_GENL_H */
