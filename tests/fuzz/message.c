// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the family: right ones, and ones in which a single thing is wrong, so that they get
 * past all checks but one; and some that are wrong all over.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/maxwell.h>
#include <linux/netlink.h>

#include "message.h"
#include "nl_table.h"

#define HEADERS (NLMSG_HDRLEN + GENL_HDRLEN)
#define MESSAGE_ROOM (MESSAGE_BYTES - 3600)

/* What can be wrong with an attribute. */
enum fault {
	FAULT_VALUE,
	FAULT_LENGTH,
	FAULT_DUPLICATE,
	FAULT_FLAGS,
	FAULT_UNKNOWN,
	FAULT_OTHER,
	FAULT_CLAIMED_LENGTH,
	FAULT_MISSING,
	FAULT_WRAPPED,
	FAULTS,
};

static void put(struct message *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr *a = (void *)(m->data + m->len);

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	memmove((char *)a + NLA_HDRLEN, data, len);
	m->len += NLA_ALIGN(NLA_HDRLEN + len);
}

static void put_right(struct ctx *c, struct message *m, const struct grammar_attr *a)
{
	_Alignas(8) unsigned char value[4096];
	size_t len = make_value(&c->rng, a, false, value);

	if (a->role == ROLE_PID)
		memcpy(&m->target, value, sizeof(m->target));
	put(m, a->type | (a->kind == ATTR_NEST ? NLA_F_NESTED : 0), value, len);
}

static const struct grammar_attr *any_attr(struct rng *r, const struct grammar_cmd *cmd)
{
	return &cmd->attrs[below(r, cmd->nr_attrs)];
}

static void put_wrong(struct ctx *c, struct message *m, const struct grammar_cmd *cmd,
		      const struct grammar_attr *a, enum fault fault)
{
	static const uint8_t lengths[] = { 0, 1, 2, 3, 5, 7, 9, 12, 16, 64 };
	struct nlattr *at = (void *)(m->data + m->len);
	_Alignas(8) unsigned char value[4096] = { 0 };
	struct rng *r = &c->rng;
	size_t len = make_value(r, a, fault == FAULT_VALUE, value);

	switch (fault) {
	case FAULT_VALUE:
		put(m, a->type, value, len);
		break;
	case FAULT_LENGTH:
		put(m, a->type, value, lengths[below(r, sizeof(lengths))]);
		break;
	case FAULT_DUPLICATE:
		put(m, a->type, value, len);
		put_right(c, m, a);
		break;
	case FAULT_FLAGS:
		put(m, a->type | (one_in(r, 2) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER), value, len);
		break;
	case FAULT_UNKNOWN:
		put_right(c, m, a);
		put(m, one_in(r, 2) ? cmd->nr_attrs + 1 + below(r, 3) : below(r, 0x4000), value,
		    len);
		break;
	case FAULT_OTHER:
		put_right(c, m, a);
		put_right(c, m, any_attr(r, cmd));
		break;
	case FAULT_CLAIMED_LENGTH:
		put(m, a->type, value, len);
		at->nla_len = one_in(r, 2) ? below(r, 8) : edge(r);
		break;
	case FAULT_WRAPPED:
		put(m, a->type, value, len);
		memmove(at + 1, at, NLA_ALIGN(NLA_HDRLEN + len));
		at->nla_len += NLA_HDRLEN;
		at->nla_type |= one_in(r, 2) ? NLA_F_NESTED : 0;
		m->len += NLA_HDRLEN;
		break;
	default:
		break;
	}
}

/* The attributes of a request: some of those it takes; one of them wrong, if @faulty. */
static void put_attrs(struct ctx *c, struct message *m, const struct grammar_cmd *cmd, bool faulty)
{
	const unsigned char *list = m->dump ? cmd->of_dump : cmd->of_do;
	unsigned int nr = m->dump ? cmd->nr_dump : cmd->nr_do, i, victim;
	struct rng *r = &c->rng;
	uint64_t wanted = rnd(r);

	/* All of them, or half of them. */
	if (one_in(r, 6))
		wanted = UINT64_MAX;
	if (!nr) {
		if (faulty)
			put_wrong(c, m, cmd, any_attr(r, cmd), below(r, FAULTS));
		return;
	}
	victim = below(r, nr);
	for (i = 0; i < nr && m->len < MESSAGE_ROOM; i++) {
		if (faulty && i == victim)
			put_wrong(c, m, cmd, &cmd->attrs[list[i]], below(r, FAULTS));
		else if (wanted >> i % 64 & 1)
			put_right(c, m, &cmd->attrs[list[i]]);
	}
}

/* Spoils the headers, or any bytes. */
static void spoil(struct ctx *c, struct message *m)
{
	struct nlmsghdr *nlh = (void *)m->data;
	struct genlmsghdr *genl = NLMSG_DATA(nlh);
	struct rng *r = &c->rng;
	int flips;

	m->well_formed = false;
	switch (below(r, 9)) {
	case 0:
		genl->cmd = one_in(r, 2) ? MAXWELL_CMD_MAX + 1 + below(r, 3) : rnd(r);
		break;
	case 1:
		genl->version = rnd(r);
		break;
	case 2:
		genl->reserved = rnd(r);
		break;
	case 3:
		nlh->nlmsg_flags = rnd(r);
		break;
	case 4:
		nlh->nlmsg_len = one_in(r, 2) ? below(r, m->len + 64) : edge(r);
		break;
	case 5:
		/* Types below 16 are the protocol's own. */
		nlh->nlmsg_type = below(r, NLMSG_MIN_TYPE);
		break;
	case 6:
		m->len = below(r, m->len + 1);
		break;
	case 7:
		memset(m->data + m->len, rnd(r), 64);
		m->len += 4 * (1 + below(r, 16));
		nlh->nlmsg_len = m->len;
		break;
	default:
		/*
		 * Behind the type: no other family is to be fuzzed. And not the number: the answer
		 * would be taken for that to another request, which may not be granted.
		 */
		for (flips = 1 + below(r, 4); flips && m->len > 16; flips--) {
			uint32_t at = 6 + below(r, m->len - 10);

			m->data[at < 8 ? at : at + 4] ^= 1U << below(r, 8);
		}
	}
}

/* What the kernel will see in it. */
static void classify(struct message *m, uint16_t family)
{
	const struct nlmsghdr *nlh = (const void *)m->data;
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	unsigned int i;

	m->sub = grammar_nr_cmds;
	m->counts = m->len >= HEADERS && nlh->nlmsg_len >= HEADERS && nlh->nlmsg_len <= m->len &&
		    nlh->nlmsg_type == family && nlh->nlmsg_flags & NLM_F_REQUEST;
	if (m->len < HEADERS)
		return;
	for (i = 0; i < grammar_nr_cmds; i++)
		if (grammar_cmds[i].cmd == genl->cmd)
			m->sub = i;
}

/**
 * make_message() - make a request
 * @c: worker
 * @m: written
 * @family: number of the family
 * @seq: number of the request
 * @last: nothing comes behind it that wrong lengths would make unreadable
 */
void make_message(struct ctx *c, struct message *m, uint16_t family, uint32_t seq, bool last)
{
	struct nlmsghdr *nlh = (void *)m->data;
	struct genlmsghdr *genl = NLMSG_DATA(nlh);
	const struct grammar_cmd *cmd;
	struct rng *r = &c->rng;
	uint32_t how;

	memset(m->data, 0, HEADERS);
	do {
		cmd = &grammar_cmds[below(r, grammar_nr_cmds)];
		/* Dumps cost much, so they are few; of what only the kernel sends, fewer. */
	} while (!cmd->can_do && !one_in(r, cmd->can_dump ? 2 : 8));
	m->dump = cmd->can_dump && (!cmd->can_do || one_in(r, 8)) && !one_in(r, 3);
	m->len = HEADERS;
	m->seq = seq;
	m->target = 0;
	/* Of 16: 6 right, 8 with one wrong attribute, 2 spoilt, some of these as well. */
	how = below(r, 16);
	put_attrs(c, m, cmd, how >= 6 && how < 14);
	m->well_formed = how < 6 && (m->dump ? cmd->can_dump : cmd->can_do);
	nlh->nlmsg_len = m->len;
	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | (one_in(r, 16) ? 0 : NLM_F_ACK) |
			   (m->dump ? NLM_F_DUMP : 0);
	nlh->nlmsg_seq = seq;
	genl->cmd = cmd->cmd;
	genl->version = 1;
	if (how >= 14 && (last || one_in(r, 16)))
		spoil(c, m);
	classify(m, family);
}
