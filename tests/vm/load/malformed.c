// SPDX-License-Identifier: GPL-2.0
/*
 * Sends messages to the family "maxwell" that it has to refuse, and checks after each that it did
 * so with the right errno and words, and that no price, bid or wallet has changed.
 *
 *	malformed		a list of known mistakes
 *	malformed fuzz COUNT	COUNT random ones (SEED in the environment), unprivileged: none
 *				may change a price, a wallet, or the bid of a task of root
 */
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "genl.h"
#include "malformed.h"

#define SCHED_EXT_POLICY 7
#define SNAPSHOT_MAX 65536
#define NOBODY 65534
/* Nothing comes back to what is no netlink message at all. */
#define SILENCE EAGAIN

struct snapshot {
	size_t len;
	char data[SNAPSHOT_MAX];
};

static pid_t victim;
static struct genl genl;

static void keep(struct snapshot *s, const struct genl_msg *m, uint16_t type)
{
	uint64_t value = genl_uint(m, type);

	if (s->len + sizeof(value) > sizeof(s->data)) {
		fprintf(stderr, "malformed: too much to compare\n");
		exit(1);
	}
	memcpy(s->data + s->len, &value, sizeof(value));
	s->len += sizeof(value);
}

/* Keeps these attributes, up to 0, of each entry of a dump. */
static void keep_dump(struct genl *g, struct snapshot *s, uint8_t cmd, const uint16_t *types)
{
	static char room[32768];
	struct genl_msg m;
	bool more = true;
	const uint16_t *t;

	genl_begin(g, &m, g->family, cmd, NLM_F_DUMP);
	if (send(g->fd, &m, m.nlh.nlmsg_len, 0) < 0)
		genl_fatal("malformed: send");
	while (more) {
		ssize_t got = recv(g->fd, room, sizeof(room), 0);
		const struct nlmsghdr *nlh = (const void *)room;

		if (got < 0)
			genl_fatal("malformed: recv");
		for (; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got)) {
			if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR) {
				more = false;
				break;
			}
			memcpy(&m, nlh, nlh->nlmsg_len);
			for (t = types; *t; t++)
				keep(s, &m, *t);
		}
	}
}

/* Everything that a request could have changed, and time does not. */
static void take_snapshot(struct genl *g, struct snapshot *s)
{
	static const uint16_t of_price[] = {
		MAXWELL_A_PRICE_CPU, MAXWELL_A_PRICE_KIND, MAXWELL_A_PRICE_MULTIPLIER,
		MAXWELL_A_PRICE_SLOPE, MAXWELL_A_PRICE_LEASE_MS, MAXWELL_A_PRICE_VALUE,
		MAXWELL_A_PRICE_STATE, 0,
	};
	static const uint16_t of_wallet[] = {
		MAXWELL_A_WALLET_ID, MAXWELL_A_WALLET_KIND, MAXWELL_A_WALLET_UID,
		MAXWELL_A_WALLET_INCOME, MAXWELL_A_WALLET_CAP_NANOCENTS,
		MAXWELL_A_WALLET_HALF_LIFE_MS, MAXWELL_A_WALLET_GRANTS_NANOCENTS,
		MAXWELL_A_WALLET_NR_TASKS, 0,
	};
	static const uint16_t of_grant[] = {
		MAXWELL_A_WALLET_ID, MAXWELL_A_WALLET_TO_UID, MAXWELL_A_WALLET_TO_CGROUP, 0,
	};
	struct genl_msg m;

	s->len = 0;
	keep_dump(g, s, MAXWELL_CMD_PRICE_GET, of_price);
	keep_dump(g, s, MAXWELL_CMD_WALLET_GET, of_wallet);
	keep_dump(g, s, MAXWELL_CMD_GRANT_GET, of_grant);
	if (genl_bid_get(g, victim, &m)) {
		fprintf(stderr, "malformed: bid-get of the victim: %s\n", g->text);
		exit(1);
	}
	keep(s, &m, MAXWELL_A_BID_PID);
	keep(s, &m, MAXWELL_A_BID_BID);
	keep(s, &m, MAXWELL_A_BID_BOOK);
	keep(s, &m, MAXWELL_A_BID_SOURCE);
	keep(s, &m, MAXWELL_A_BID_WALLET);
	keep(s, &m, MAXWELL_A_BID_WALLET_SOURCE);
}

static bool same(const struct snapshot *a, const struct snapshot *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* A wallet that the victim draws on, with terms and a grant to lose. */
static void make_wallet(void)
{
	struct genl_msg m;

	genl_begin(&genl, &m, genl.family, MAXWELL_CMD_WALLET_NEW, NLM_F_ACK);
	genl_put(&m, MAXWELL_A_WALLET_NAME, VICTIMS_WALLET, sizeof(VICTIMS_WALLET));
	genl_put_u32(&m, MAXWELL_A_WALLET_INCOME, 0);
	genl_put(&m, MAXWELL_A_WALLET_CAP_NANOCENTS, &(uint64_t){ VICTIMS_CAP }, 8);
	errno = -genl_request(&genl, &m, NULL);
	if (errno)
		genl_fatal("malformed: wallet-new");
	genl_begin(&genl, &m, genl.family, MAXWELL_CMD_WALLET_GRANT, NLM_F_ACK);
	genl_put(&m, MAXWELL_A_WALLET_NAME, VICTIMS_WALLET, sizeof(VICTIMS_WALLET));
	genl_put_u32(&m, MAXWELL_A_WALLET_TO_PID, victim);
	errno = -genl_request(&genl, &m, NULL);
	if (errno)
		genl_fatal("malformed: wallet-grant");
}

static void delete_wallet(void)
{
	struct genl_msg m;

	genl_begin(&genl, &m, genl.family, MAXWELL_CMD_WALLET_DEL, NLM_F_ACK);
	genl_put(&m, MAXWELL_A_WALLET_NAME, VICTIMS_WALLET, sizeof(VICTIMS_WALLET));
	errno = -genl_request(&genl, &m, NULL);
	if (errno)
		genl_fatal("malformed: wallet-del");
}

/* A sleeper under the class, with a bid and a book to lose. */
static void make_victim(void)
{
	struct sched_param param = { 0 };

	victim = fork();
	if (victim < 0)
		genl_fatal("malformed: fork");
	if (!victim) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	if (sched_setscheduler(victim, SCHED_EXT_POLICY, &param))
		genl_fatal("malformed: policy SCHED_EXT");
	errno = -genl_bid_set(&genl, victim, 777, MAXWELL_BOOK_FEEDER);
	if (errno)
		genl_fatal("malformed: bid-set");
}

static void put_attr(struct genl_msg *m, const struct attr *a)
{
	struct nlattr *at = (void *)(m->room + NLMSG_ALIGN(m->nlh.nlmsg_len));
	uint32_t pid = victim;

	if (a->size == sizeof(pid) && *(const uint32_t *)a->data == PID_OF_VICTIM)
		genl_put(m, a->type, &pid, sizeof(pid));
	else
		genl_put(m, a->type, a->data, a->size);
	if (a->len)
		at->nla_len = a->len == 0xffff ? 0 : a->len;
}

static int answer(struct genl *g, const struct mistake *w)
{
	struct genl_msg m;
	int i;

	genl_begin(g, &m, g->family, w->cmd, NLM_F_ACK | w->flags);
	for (i = 0; i < ATTRS_MAX && w->attrs[i].data; i++)
		put_attr(&m, &w->attrs[i]);
	return -genl_request(g, &m, NULL);
}

static int nr_wrong;

static void judge(const char *name, int code, int wanted, const char *text,
		  struct snapshot *before)
{
	static struct snapshot after;
	bool changed, ok;

	/* Before the next request overwrites it. */
	ok = code == wanted && strstr(genl.text, text);
	printf("%s  %s: %s, '%s'\n", ok ? "ok  " : "FAIL", name, code ? strerror(code) : "taken",
	       genl.text);
	if (!ok)
		printf("FAIL  %s: should be %s, '%s'\n", name, strerror(wanted), text);
	take_snapshot(&genl, &after);
	changed = !same(before, &after);
	if (changed)
		printf("FAIL  %s: it changed a price, a wallet or the bid\n", name);
	*before = after;
	nr_wrong += !ok || changed;
}

/* Messages that are broken below the attributes; @len is how much of it is sent. */
static void send_broken(const char *name, size_t len, uint32_t says, uint16_t reserved, int wanted,
			const char *text, struct snapshot *before)
{
	struct timeval brief = { .tv_usec = 200000 };
	struct timeval patience = { .tv_sec = 5 };
	struct genl_msg m;

	genl_begin(&genl, &m, genl.family, MAXWELL_CMD_PRICE_SET, NLM_F_ACK);
	genl_put_u32(&m, MAXWELL_A_PRICE_KIND, MAXWELL_PRICE_KIND_LOCAL);
	genl_put_u32(&m, MAXWELL_A_PRICE_MULTIPLIER, 3 * MAXWELL_MULTIPLIER_ONE);
	m.nlh.nlmsg_len = says ? says : m.nlh.nlmsg_len;
	((struct genlmsghdr *)NLMSG_DATA(&m.nlh))->reserved = reserved;
	if (wanted == SILENCE)
		setsockopt(genl.fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof(brief));
	errno = -genl_talk(&genl, &m, len ? len : m.nlh.nlmsg_len, NULL);
	setsockopt(genl.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	judge(name, errno, wanted, text, before);
}

static void all_mistakes(void)
{
	static struct snapshot before;
	char list[MAXWELL_CPULIST_LEN + 2] = "";
	struct mistake too_long = {
		"CPU list too long", PRICE_SET,
		{ KIND, MULTIPLIER, { MAXWELL_A_PRICE_CPUS, list, sizeof(list), 0 } }, EINVAL,
		"policy validation",
	};
	size_t i;

	take_snapshot(&genl, &before);
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const struct mistake *w = &mistakes[i];

		judge(w->name, answer(&genl, w), w->code, w->text, &before);
	}
	for (i = 0; i < sizeof(list); i++)
		list[i] = i % 2 ? ',' : '0';
	list[sizeof(list) - 1] = '\0';
	judge(too_long.name, answer(&genl, &too_long), too_long.code, too_long.text, &before);

	send_broken("only a netlink header", NLMSG_HDRLEN, NLMSG_HDRLEN, 0, EINVAL, "", &before);
	send_broken("half a generic header", NLMSG_HDRLEN + 2, NLMSG_HDRLEN + 2, 0, EINVAL, "",
		    &before);
	send_broken("half a netlink header", 8, 0, 0, SILENCE, "", &before);
	send_broken("longer than what was sent", 28, 1000, 0, SILENCE, "", &before);
	send_broken("reserved bits", 0, 0, 1, EINVAL, "reserved", &before);
}

/* What would change the victim's wallet, or make one. */
static void tempting_wallet(struct genl *g, struct genl_msg *m)
{
	static const uint8_t cmds[] = {
		MAXWELL_CMD_WALLET_NEW, MAXWELL_CMD_WALLET_SET, MAXWELL_CMD_WALLET_DEL,
		MAXWELL_CMD_WALLET_FUND, MAXWELL_CMD_WALLET_GRANT, MAXWELL_CMD_WALLET_REVOKE,
	};
	uint8_t cmd = cmds[rand() % sizeof(cmds)];

	genl_begin(g, m, g->family, cmd, NLM_F_ACK);
	if (cmd == MAXWELL_CMD_WALLET_NEW)
		genl_put(m, MAXWELL_A_WALLET_NAME, "new", 4);
	else if (cmd != MAXWELL_CMD_WALLET_REVOKE)
		genl_put(m, MAXWELL_A_WALLET_NAME, VICTIMS_WALLET, sizeof(VICTIMS_WALLET));
	if (cmd == MAXWELL_CMD_WALLET_NEW || cmd == MAXWELL_CMD_WALLET_SET)
		genl_put_u32(m, MAXWELL_A_WALLET_INCOME, rand() % 1000);
	else if (cmd == MAXWELL_CMD_WALLET_FUND)
		genl_put(m, MAXWELL_A_WALLET_AMOUNT_NANOCENTS, &(uint64_t){ 1 }, 8);
	else if (cmd == MAXWELL_CMD_WALLET_REVOKE || rand() % 2)
		genl_put_u32(m, MAXWELL_A_WALLET_TO_PID, victim);
	else if (cmd == MAXWELL_CMD_WALLET_GRANT)
		genl_put_u32(m, MAXWELL_A_WALLET_TO_UID, NOBODY);
}

/* A message that would be right, if it came from root. */
static void tempting(struct genl *g, struct genl_msg *m)
{
	switch (rand() % 4) {
	case 0:
		genl_begin(g, m, g->family, MAXWELL_CMD_PRICE_SET, NLM_F_ACK);
		genl_put_u32(m, MAXWELL_A_PRICE_KIND, rand() % 3);
		genl_put_u32(m, MAXWELL_A_PRICE_MULTIPLIER, 4096 + rand());
		genl_put_u32(m, MAXWELL_A_PRICE_SLOPE, rand());
		genl_put_u32(m, MAXWELL_A_PRICE_LEASE_MS, rand() % 1000);
		genl_put(m, MAXWELL_A_PRICE_CPUS, "0-1", 4);
		break;
	case 1:
		genl_begin(g, m, g->family, MAXWELL_CMD_BID_SET, NLM_F_ACK);
		genl_put_u32(m, MAXWELL_A_BID_PID, victim);
		genl_put_u32(m, MAXWELL_A_BID_BID, rand());
		genl_put_u32(m, MAXWELL_A_BID_BOOK, rand() % 2);
		break;
	default:
		tempting_wallet(g, m);
	}
}

static void fuzz(int count)
{
	static struct snapshot before, after;
	struct timeval brief = { .tv_usec = 1000 };
	static char room[32768];
	int nr_answers = 0;
	struct genl_msg own;
	struct genl g;
	int i, flips;

	if (setgid(NOBODY) || setuid(NOBODY))
		genl_fatal("malformed: setuid");
	/* The rights that count are those of the socket's opener as well. */
	genl_open(&g);
	/* A user's own wallet is made when it is first asked for: that is no change here. */
	genl_begin(&g, &own, g.family, MAXWELL_CMD_WALLET_GET, NLM_F_ACK);
	errno = -genl_request(&g, &own, NULL);
	if (errno)
		genl_fatal("malformed: wallet-get");
	take_snapshot(&genl, &before);
	setsockopt(g.fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof(brief));
	for (i = 0; i < count; i++) {
		struct genl_msg m;
		size_t len;

		tempting(&g, &m);
		len = m.nlh.nlmsg_len;
		/* Anything behind the message type, which stays that of the family. */
		for (flips = rand() % 4; flips; flips--)
			m.room[6 + rand() % (len - 6)] = rand();
		if (rand() % 8 == 0) {
			len = NLMSG_HDRLEN + rand() % (len - NLMSG_HDRLEN);
			m.nlh.nlmsg_len = len;
		}
		m.nlh.nlmsg_flags |= NLM_F_REQUEST;
		if (send(g.fd, &m, len, 0) < 0)
			continue;
		while (recv(g.fd, room, sizeof(room), MSG_DONTWAIT) > 0)
			nr_answers++;
	}
	take_snapshot(&genl, &after);
	printf("%d messages, %d answers\n", count, nr_answers);
	if (!same(&before, &after)) {
		printf("FAIL  one of them changed a price, a wallet or the bid\n");
		nr_wrong++;
	}
	if (nr_answers < count / 2) {
		printf("FAIL  most of them were not answered\n");
		nr_wrong++;
	}
}

int main(int argc, char **argv)
{
	const char *seed = getenv("SEED");

	srand(seed ? strtoul(seed, NULL, 10) : 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	genl_open(&genl);
	make_victim();
	make_wallet();
	if (argc == 3 && !strcmp(argv[1], "fuzz"))
		fuzz(atoi(argv[2]));
	else if (argc == 1)
		all_mistakes();
	else
		nr_wrong = 1;
	if (geteuid() == 0)
		delete_wallet();
	kill(victim, SIGKILL);
	return !!nr_wrong;
}
