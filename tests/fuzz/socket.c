// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink sockets that are opened, closed and set up in all kinds of ways.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "genl.h"
#include "socket.h"

/**
 * family_find() - the numbers of the family and of its groups
 * @f: written
 */
void family_find(struct family *f)
{
	const struct nlattr *groups, *group, *id;
	struct genl_msg m, reply;
	const char *at, *end;
	struct genl g;

	genl_open(&g);
	f->id = g.family;
	f->nr_groups = 0;
	genl_begin(&g, &m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	genl_put(&m, CTRL_ATTR_FAMILY_NAME, MAXWELL_FAMILY_NAME, sizeof(MAXWELL_FAMILY_NAME));
	errno = -genl_request(&g, &m, &reply);
	if (errno)
		genl_fatal("fuzz: netlink family");
	groups = genl_attr(&reply, CTRL_ATTR_MCAST_GROUPS);
	at = (const char *)groups + NLA_HDRLEN;
	end = groups ? (const char *)groups + groups->nla_len : at;
	while (at + NLA_HDRLEN <= end && f->nr_groups < GROUPS_MAX) {
		group = (const void *)at;
		id = genl_find(at + NLA_HDRLEN, at + group->nla_len, CTRL_ATTR_MCAST_GRP_ID);
		if (id)
			memcpy(&f->groups[f->nr_groups++], (const char *)id + NLA_HDRLEN, 4);
		at += NLA_ALIGN(group->nla_len);
	}
	close(g.fd);
}

static int open_elsewhere(void)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd;

	if (here < 0 || unshare(CLONE_NEWNET))
		genl_fatal("fuzz: another network namespace");
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (setns(here, CLONE_NEWNET))
		genl_fatal("fuzz: setns");
	close(here);
	return fd;
}

static bool set(struct sock *s, int option, bool on)
{
	int value = on;

	return !setsockopt(s->fd, SOL_NETLINK, option, &value, sizeof(value)) && on;
}

/**
 * sock_open() - open a socket, with random options
 * @c: worker
 * @s: written
 * @elsewhere: in another network namespace, which takes privilege
 */
void sock_open(struct ctx *c, struct sock *s, bool elsewhere)
{
	struct rng *r = &c->rng;
	int bytes;

	memset(s, 0, sizeof(*s));
	s->elsewhere = elsewhere;
	s->fd = elsewhere ? open_elsewhere() :
			    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (s->fd < 0)
		genl_fatal("fuzz: netlink socket");
	s->seq = 1 + below(r, 1000000);
	s->wordy = set(s, NETLINK_EXT_ACK, !one_in(r, 8));
	set(s, NETLINK_CAP_ACK, one_in(r, 2));
	set(s, NETLINK_GET_STRICT_CHK, one_in(r, 2));
	set(s, NETLINK_NO_ENOBUFS, one_in(r, 4));
	if (one_in(r, 8)) {
		bytes = below(r, 8192);
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	}
}

/* What is still without an answer gets none any more. */
static void settle(struct ctx *c, struct sock *s)
{
	uint32_t i;

	for (i = 0; i < s->nr_asked; i++)
		if (!s->asked[i].answered)
			count(c, s->asked[i].sub, OUT_SILENCE);
	s->nr_asked = 0;
}

void sock_close(struct ctx *c, struct sock *s)
{
	settle(c, s);
	close(s->fd);
	s->fd = -1;
}

/**
 * sock_tune() - join or leave a group, bind, connect, or change an option
 * @c: worker
 * @s: socket
 * @f: family
 */
void sock_tune(struct ctx *c, struct sock *s, const struct family *f)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	struct rng *r = &c->rng;
	int group = -1;

	if (f->nr_groups && !one_in(r, 6))
		group = f->groups[below(r, f->nr_groups)];
	switch (below(r, 8)) {
	case 0:
		address.nl_pid = one_in(r, 2) ? 0 : edge(r);
		address.nl_groups = one_in(r, 2) ? 0 : edge(r);
		bind(s->fd, (void *)&address, sizeof(address));
		break;
	case 1:
		/* To the kernel, or nothing would reach it any more. */
		connect(s->fd, (void *)&address, sizeof(address));
		break;
	case 2:
		set(s, NETLINK_GET_STRICT_CHK, one_in(r, 2));
		break;
	case 3:
	case 4:
		setsockopt(s->fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof(group));
		break;
	default:
		setsockopt(s->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
	}
}

/**
 * sock_asked() - a request is about to be sent
 * @s: socket, with room for it
 * @m: request
 */
void sock_asked(struct sock *s, const struct message *m)
{
	s->asked[s->nr_asked++] = (struct asked) {
		.seq = m->seq,
		.target = m->target,
		.sub = m->sub,
		.counts = m->counts,
		.well_formed = m->well_formed,
		.dump = m->dump,
	};
}

/* The kernel said yes to something that it has to refuse? */
static void check_granted(struct ctx *c, const struct sock *s, const struct asked *a)
{
	const struct grammar_cmd *cmd = &grammar_cmds[a->sub];
	size_t len;

	if (!a->counts || a->sub >= grammar_nr_cmds)
		return;
	len = strlen(cmd->name);
	if (s->elsewhere)
		violation("%s: granted in another network namespace", cmd->name);
	if (c->w->privileged)
		return;
	if (cmd->privileged)
		violation("%s: granted without privilege", cmd->name);
	else if (a->well_formed && a->target &&
		 ((pid_t)a->target == shared->canary[0] || (pid_t)a->target == shared->canary[1]) &&
		 strcmp(cmd->name + len - 4, "-get"))
		violation("%s: granted for another user's thread", cmd->name);
}

static void refused(struct ctx *c, const struct sock *s, const struct asked *a, int error,
		    const char *text)
{
	if (*text) {
		count_text(c, a->sub, text);
		return;
	}
	/* Not the family's: a second dump at the same time, one with no room for its answers. */
	if (!s->wordy || !a->well_formed || (a->dump && (error == EBUSY || error == ENOBUFS)))
		return;
	/* Out of memory the kernel is short of words as well. */
	if (error != ENOMEM)
		violation("%s: a well-formed request was refused without words: %s",
			  netlink_sub_name(a->sub), strerrorname_np(error));
}

/* @error is negative or 0; @text the kernel's words, or "". */
static void answered(struct ctx *c, struct sock *s, uint32_t seq, int error, const char *text)
{
	uint32_t i;

	for (i = 0; i < s->nr_asked; i++) {
		struct asked *a = &s->asked[i];

		if (a->seq != seq || a->answered)
			continue;
		a->answered = true;
		error = -error;
		if (error < 0 || error >= OUT_SILENCE) {
			violation("%s: errno %d", a->sub < grammar_nr_cmds ?
				  grammar_cmds[a->sub].name : "no command", error);
			error = 0;
		}
		count(c, a->sub, error || a->counts ? error : OUT_IGNORED);
		if (error)
			refused(c, s, a, error, text);
		else
			check_granted(c, s, a);
		return;
	}
}

/* The id in an answer to wallet-new is one that exists. */
static void learn(const struct genl_msg *m)
{
	const struct genlmsghdr *genl = NLMSG_DATA(&m->nlh);

	if (genl->cmd == MAXWELL_CMD_WALLET_NEW && genl_attr(m, MAXWELL_A_WALLET_ID))
		pool_add(&shared->wallets, genl_uint(m, MAXWELL_A_WALLET_ID));
}

static void read_one(struct ctx *c, struct sock *s, const struct family *f,
		     const struct nlmsghdr *nlh)
{
	static struct genl_msg m;
	struct genl words = { 0 };

	if (nlh->nlmsg_len > sizeof(m))
		return;
	memcpy(&m, nlh, nlh->nlmsg_len);
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		genl_read_text(&words, &m, genl_error_len(&m));
		answered(c, s, nlh->nlmsg_seq, *(const int *)NLMSG_DATA(nlh), words.text);
	} else if (nlh->nlmsg_type == NLMSG_DONE) {
		genl_read_text(&words, &m, sizeof(int));
		answered(c, s, nlh->nlmsg_seq, *(const int *)NLMSG_DATA(nlh), words.text);
	} else if (nlh->nlmsg_type == f->id && !nlh->nlmsg_seq) {
		count(c, grammar_nr_cmds + 1, OUT_NOTIFIED);
	} else if (nlh->nlmsg_type == f->id) {
		learn(&m);
		answered(c, s, nlh->nlmsg_seq, 0, "");
	}
}

/**
 * sock_drain() - take all answers
 * @c: worker
 * @s: socket
 * @f: family
 */
void sock_drain(struct ctx *c, struct sock *s, const struct family *f)
{
	static const size_t sizes[] = { 1, 16, 100, 600, 4096 };
	static _Alignas(8) char room[32768];
	size_t size = sizeof(room);
	int i;

	/* Now and then a buffer too small for what comes. */
	if (one_in(&c->rng, 12))
		size = sizes[below(&c->rng, sizeof(sizes) / sizeof(sizes[0]))];
	for (i = 0; i < 4000; i++) {
		ssize_t got = recv(s->fd, room, size, MSG_DONTWAIT);
		const struct nlmsghdr *nlh = (const void *)room;

		if (got < 0 && errno != ENOBUFS)
			break;
		for (; got > 0 && NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got))
			read_one(c, s, f, nlh);
	}
	settle(c, s);
}
