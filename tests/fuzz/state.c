// SPDX-License-Identifier: GPL-2.0
/*
 * What the unprivileged must not be able to change: tunables, prices, named wallets and grants, and
 * the bids of other users' tasks. While the privileged workers wait, all has to stay as it is.
 */
#include <stdio.h>

#include "fuzz.h"
#include "genl.h"

#define STATE_BYTES 262144

/* Lines of text, so that a difference speaks for itself. */
struct state {
	size_t len;
	char text[STATE_BYTES];
};

static struct genl genl;

static void say(struct state *s, const char *name, uint64_t value)
{
	if (s->len + 100 > sizeof(s->text))
		genl_fatal("fuzz: too much state");
	s->len += sprintf(s->text + s->len, "%s=%llu ", name, (unsigned long long)value);
}

static void end_line(struct state *s)
{
	s->text[s->len++] = '\n';
	s->text[s->len] = '\0';
}

/* Where a lease runs out, the rest changes by itself. */
static void of_price(struct state *s, const struct genl_msg *m)
{
	say(s, "cpu", genl_uint(m, MAXWELL_A_PRICE_CPU));
	say(s, "kind", genl_uint(m, MAXWELL_A_PRICE_KIND));
	say(s, "lease-ms", genl_uint(m, MAXWELL_A_PRICE_LEASE_MS));
	if (!genl_uint(m, MAXWELL_A_PRICE_LEASE_MS)) {
		say(s, "multiplier", genl_uint(m, MAXWELL_A_PRICE_MULTIPLIER));
		say(s, "slope", genl_uint(m, MAXWELL_A_PRICE_SLOPE));
	}
	end_line(s);
}

/* Default wallets come and go with their users' tasks. */
static void of_wallet(struct state *s, const struct genl_msg *m)
{
	if (genl_uint(m, MAXWELL_A_WALLET_KIND) != MAXWELL_WALLET_KIND_NAMED)
		return;
	say(s, "wallet", genl_uint(m, MAXWELL_A_WALLET_ID));
	say(s, "owner", genl_uint(m, MAXWELL_A_WALLET_UID));
	say(s, "income", genl_uint(m, MAXWELL_A_WALLET_INCOME));
	say(s, "cap", genl_uint(m, MAXWELL_A_WALLET_CAP_NANOCENTS));
	say(s, "half-life", genl_uint(m, MAXWELL_A_WALLET_HALF_LIFE_MS));
	say(s, "grants", genl_uint(m, MAXWELL_A_WALLET_GRANTS_NANOCENTS));
	end_line(s);
}

static void of_grant(struct state *s, const struct genl_msg *m)
{
	say(s, "grant of", genl_uint(m, MAXWELL_A_WALLET_ID));
	say(s, "to-uid", genl_uint(m, MAXWELL_A_WALLET_TO_UID));
	say(s, "to-cgroup", genl_uint(m, MAXWELL_A_WALLET_TO_CGROUP));
	end_line(s);
}

static void of_dump(struct state *s, uint8_t cmd,
		    void (*entry)(struct state *s, const struct genl_msg *m))
{
	static char room[32768];
	static struct genl_msg m;
	ssize_t got;

	genl_begin(&genl, &m, genl.family, cmd, NLM_F_DUMP);
	if (send(genl.fd, &m, m.nlh.nlmsg_len, 0) < 0)
		genl_fatal("fuzz: send");
	for (;;) {
		const struct nlmsghdr *nlh = (const void *)room;

		got = recv(genl.fd, room, sizeof(room), 0);
		if (got < 0)
			genl_fatal("fuzz: a dump of the state");
		for (; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got)) {
			if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR)
				return;
			memcpy(&m, nlh, nlh->nlmsg_len);
			entry(s, &m);
		}
	}
}

static void of_canary(struct state *s, pid_t pid)
{
	struct genl_msg m;

	if (genl_bid_get(&genl, pid, &m)) {
		violation("bid-get of a sleeper in the class: %s", genl.text);
		return;
	}
	say(s, "pid", pid);
	say(s, "bid", genl_uint(&m, MAXWELL_A_BID_BID));
	say(s, "book", genl_uint(&m, MAXWELL_A_BID_BOOK));
	say(s, "source", genl_uint(&m, MAXWELL_A_BID_SOURCE));
	say(s, "wallet-source", genl_uint(&m, MAXWELL_A_BID_WALLET_SOURCE));
	end_line(s);
}

static void of_tunables(struct state *s)
{
	static char text[SYS_TEXT_MAX];
	unsigned int i;

	for (i = 0; i < nr_sys_files; i++) {
		sys_file_read(&sys_files[i], text);
		s->len += snprintf(s->text + s->len, sizeof(s->text) - s->len, "%s: %s",
				   sys_files[i].name, text);
		if (s->len >= sizeof(s->text))
			genl_fatal("fuzz: too much state");
	}
}

static void take(struct state *s)
{
	s->len = 0;
	of_tunables(s);
	of_dump(s, MAXWELL_CMD_PRICE_GET, of_price);
	of_dump(s, MAXWELL_CMD_WALLET_GET, of_wallet);
	of_dump(s, MAXWELL_CMD_GRANT_GET, of_grant);
	of_canary(s, shared->canary[0]);
	of_canary(s, shared->canary[1]);
}

/* Whether all privileged workers wait, for @ms at most. */
static bool all_held(int ms)
{
	unsigned int i, nr_free;

	for (; ms > 0; ms -= 20) {
		for (i = nr_free = 0; i < shared->nr_workers; i++) {
			struct worker *w = &shared->worker[i];

			nr_free += w->privileged && !atomic_load(&w->held) &&
				   !atomic_load(&w->done);
		}
		if (!nr_free)
			return true;
		usleep(20000);
	}
	return false;
}

/* The first line that is not the same. */
static void show_change(const char *before, const char *after)
{
	const char *line = before, *same = after;

	while (*before && *before == *after) {
		if (*before == '\n') {
			line = before + 1;
			same = after + 1;
		}
		before++;
		after++;
	}
	violation("changed without privilege: '%.*s' to '%.*s'", (int)strcspn(line, "\n"), line,
		  (int)strcspn(same, "\n"), same);
}

/* state_check() - let the unprivileged workers go on alone for a while: nothing may change */
void state_check(void)
{
	static struct state before, after;

	atomic_store(&shared->hold, true);
	if (!all_held(60000)) {
		violation("privileged workers do not come to rest");
		return;
	}
	/* What they put into rings that they passed on is taken up by then. */
	usleep(100000);
	take(&before);
	usleep(700000);
	take(&after);
	if (before.len != after.len || memcmp(before.text, after.text, before.len))
		show_change(before.text, after.text);
	atomic_store(&shared->hold, false);
}

/* state_open() - remember how the tunables were */
void state_open(void)
{
	genl_open(&genl);
	sys_files_find();
}

/* state_restore() - tunables as they were, prices at 1.0 */
void state_restore(void)
{
	struct genl_msg m;
	uint32_t kind;

	sys_files_restore();
	for (kind = 0; kind <= MAXWELL_PRICE_KIND_GPU; kind++) {
		genl_begin(&genl, &m, genl.family, MAXWELL_CMD_PRICE_SET, NLM_F_ACK);
		genl_put_u32(&m, MAXWELL_A_PRICE_KIND, kind);
		genl_put_u32(&m, MAXWELL_A_PRICE_MULTIPLIER, MAXWELL_MULTIPLIER_ONE);
		if (genl_request(&genl, &m, NULL))
			violation("the price cannot be restored: %s", genl.text);
	}
}
