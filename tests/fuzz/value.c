// SPDX-License-Identifier: GPL-2.0
/*
 * Values of attributes: right ones, that is in range and often of something that exists, and
 * hostile ones, that is just out of range or of things that do not.
 */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "message.h"

/* As long as a value gets. */
#define VALUE_MAX 3000

static uint64_t make_pid(struct rng *r, bool hostile)
{
	if (hostile)
		return one_in(r, 2) ? 0 : edge(r);
	switch (below(r, 16)) {
	case 0:
		return syscall(SYS_gettid);
	case 1:
	case 2:
		return shared->canary[below(r, 2)];
	case 3:
		return 1 + below(r, 400);
	case 4:
		return 4194304 - below(r, 3);
	default:
		return pool_pick(r, &shared->pids);
	}
}

static uint64_t make_id(struct rng *r, enum attr_role role, bool hostile)
{
	static const uint32_t uids[] = { 0, NOBODY, SOMEBODY, 1, 65533, 4000000000U };

	if (hostile)
		return edge(r);
	switch (role) {
	case ROLE_WALLET:
		return one_in(r, 4) ? 1 + below(r, 12) : pool_pick(r, &shared->wallets);
	case ROLE_UID:
		return uids[below(r, sizeof(uids) / sizeof(uids[0]))];
	default:
		return one_in(r, 8) ? below(r, 100) : pool_pick(r, &shared->cgroups);
	}
}

static uint64_t make_number(struct rng *r, const struct grammar_attr *a, bool hostile)
{
	uint64_t value;

	if (a->role == ROLE_PID)
		value = make_pid(r, hostile);
	else if (a->role != ROLE_NONE)
		value = make_id(r, a->role, hostile);
	else if (!hostile)
		value = between(r, a->min, a->max);
	else if (one_in(r, 2))
		value = one_in(r, 2) ? a->min - 1 : a->max + 1;
	else
		value = edge(r);
	return value;
}

static size_t put_number(struct rng *r, const struct grammar_attr *a, uint64_t value,
			 unsigned char *out)
{
	size_t size = a->size;

	if (!size)
		size = value <= UINT32_MAX && one_in(r, 2) ? 4 : 8;
	memcpy(out, &value, size);
	return size;
}

static size_t make_cpus(struct rng *r, bool hostile, char *out)
{
	static const char *const good[] = {
		"0", "1", "0-1", "0,1", "0-0", "1-1,0", "all", "0-1:1/2",
	};
	static const char *const bad[] = {
		"", "-1", "0-", "0-4294967295", "99999999999999999999", "1-0", "0-1:2/1", "0-1:0/0",
		"a", ",", "0,,1", "0 1", "\t", "0-8191", "64", "N", "0x1", "0-1:1/0",
	};
	size_t len, i;

	if (!hostile)
		return sprintf(out, "%s", good[below(r, sizeof(good) / sizeof(good[0]))]) + 1;
	if (!one_in(r, 4))
		return sprintf(out, "%s", bad[below(r, sizeof(bad) / sizeof(bad[0]))]) + 1;
	len = below(r, VALUE_MAX);
	for (i = 0; i < len; i++)
		out[i] = "0123456789,-:/\n "[below(r, 16)];
	out[len] = '\0';
	return len + 1;
}

static size_t make_name(struct rng *r, size_t max, bool hostile, char *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-";
	static const char *const known[] = { "common", "overflow", "uid:0", "uid:65534", "canary" };
	size_t len, i;

	if (!hostile && !one_in(r, 4))
		return sprintf(out, "f%u", below(r, 24)) + 1;
	if (!hostile && one_in(r, 2))
		return sprintf(out, "%s", known[below(r, sizeof(known) / sizeof(known[0]))]) + 1;
	len = 1 + below(r, max);
	if (hostile)
		len = one_in(r, 8) ? 0 : below(r, one_in(r, 2) ? max + 4 : VALUE_MAX);
	for (i = 0; i < len; i++)
		out[i] = hostile && one_in(r, 8) ? (char)rnd(r) :
						   letters[below(r, sizeof(letters) - 1)];
	/* Now and then without an end. */
	out[len] = hostile && one_in(r, 4) ? 'x' : '\0';
	return len + 1;
}

static size_t make_bytes(struct rng *r, size_t max, bool hostile, unsigned char *out)
{
	size_t len = hostile ? below(r, VALUE_MAX) : below(r, max + 1), i;

	for (i = 0; i < len; i++)
		out[i] = rnd(r);
	return len;
}

static size_t make_nest(struct rng *r, const struct grammar_attr *a, bool hostile,
			unsigned char *out)
{
	size_t len = 0, i, value_len;
	uint16_t head[2];

	for (i = 0; i < a->nr_nest && len < VALUE_MAX; i++) {
		/* Not into the same set for ever. */
		if (one_in(r, 2) || (a->nest[i].kind == ATTR_NEST && one_in(r, 2)))
			continue;
		value_len = make_value(r, &a->nest[i], hostile && one_in(r, 3), out + len + 4);
		head[0] = 4 + value_len;
		head[1] = a->nest[i].type;
		memcpy(out + len, head, sizeof(head));
		len += (4 + value_len + 3) & ~3U;
	}
	return len;
}

/**
 * make_value() - the payload of an attribute
 * @r: random numbers
 * @a: attribute
 * @hostile: it should be refused
 * @out: written, VALUE_MAX or somewhat more
 *
 * Return: its length in bytes.
 */
size_t make_value(struct rng *r, const struct grammar_attr *a, bool hostile, unsigned char *out)
{
	switch (a->kind) {
	case ATTR_FLAG:
		return hostile ? below(r, 8) : 0;
	case ATTR_STRING:
		if (a->role == ROLE_CPUS)
			return make_cpus(r, hostile, (char *)out);
		return make_name(r, a->max, hostile, (char *)out);
	case ATTR_BINARY:
		return make_bytes(r, a->max, hostile, out);
	case ATTR_NEST:
		return make_nest(r, a, hostile, out);
	default:
		return put_number(r, a, make_number(r, a, hostile), out);
	}
}
