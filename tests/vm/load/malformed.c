// SPDX-License-Identifier: GPL-2.0
/*
 * Sends messages to the family "maxwell" that it has to refuse, and checks after each that it did
 * so with the right errno and words, and that no price and no bid has changed.
 *
 *	malformed		a list of known mistakes
 *	malformed fuzz COUNT	COUNT random ones (SEED in the environment), unprivileged: none
 *				may change a price, or the bid of a task of root
 */
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "genl.h"

#define SCHED_EXT_POLICY 7
#define SNAPSHOT_MAX 65536
#define NOBODY 65534
/* Nothing comes back to what is no netlink message at all. */
#define SILENCE EAGAIN

/* One attribute; @len is what its header says, if that shall not be the truth. */
struct attr {
	uint16_t type;
	const void *data;
	size_t size;
	uint16_t len;
};

#define U32(type, value) { (type), &(uint32_t){ (value) }, 4, 0 }
#define U16(type, value) { (type), &(uint16_t){ (value) }, 2, 0 }
#define U64(type, value) { (type), &(uint64_t){ (value) }, 8, 0 }
#define TEXT(type, text) { (type), (text), sizeof(text), 0 }
#define BYTES(type, text) { (type), (text), sizeof(text) - 1, 0 }
#define EMPTY(type) { (type), "", 0, 0 }

#define KIND U32(MAXWELL_A_PRICE_KIND, MAXWELL_PRICE_KIND_LOCAL)
#define MULTIPLIER U32(MAXWELL_A_PRICE_MULTIPLIER, 3 * MAXWELL_MULTIPLIER_ONE)
#define CPUS(text) TEXT(MAXWELL_A_PRICE_CPUS, text)
#define PID U32(MAXWELL_A_BID_PID, PID_OF_VICTIM)
#define BID U32(MAXWELL_A_BID_BID, 5)
/* Stands for the victim's pid until the message is made. */
#define PID_OF_VICTIM 0xfffffff1
#define ATTRS_MAX 6

struct mistake {
	const char *name;
	uint8_t cmd;
	uint16_t flags;
	struct attr attrs[ATTRS_MAX];
	int code;
	const char *text;
};

#define PRICE_SET MAXWELL_CMD_PRICE_SET, 0
#define PRICE_GET MAXWELL_CMD_PRICE_GET, NLM_F_DUMP
#define BID_SET MAXWELL_CMD_BID_SET, 0
#define BID_GET MAXWELL_CMD_BID_GET, 0
#define DEMAND_GET MAXWELL_CMD_DEMAND_GET, NLM_F_DUMP

static const struct mistake mistakes[] = {
	{ "no kind", PRICE_SET, { MULTIPLIER }, EINVAL, "kind is missing" },
	{ "no multiplier", PRICE_SET, { KIND }, EINVAL, "multiplier is missing" },
	{ "nothing at all", PRICE_SET, { }, EINVAL, "kind is missing" },
	{ "kind out of range", PRICE_SET, { U32(MAXWELL_A_PRICE_KIND, 3), MULTIPLIER }, ERANGE,
	  "integer out of range" },
	{ "multiplier too small", PRICE_SET,
	  { KIND, U32(MAXWELL_A_PRICE_MULTIPLIER, MAXWELL_MULTIPLIER_MIN - 1) }, ERANGE,
	  "integer out of range" },
	{ "multiplier 0", PRICE_SET, { KIND, U32(MAXWELL_A_PRICE_MULTIPLIER, 0) }, ERANGE,
	  "integer out of range" },
	{ "lease too long", PRICE_SET,
	  { KIND, MULTIPLIER, U32(MAXWELL_A_PRICE_LEASE_MS, 86400001) }, ERANGE,
	  "integer out of range" },
	{ "kind of 2 bytes", PRICE_SET, { U16(MAXWELL_A_PRICE_KIND, 0), MULTIPLIER }, EINVAL,
	  "invalid attribute length" },
	{ "kind of 0 bytes", PRICE_SET, { EMPTY(MAXWELL_A_PRICE_KIND), MULTIPLIER }, EINVAL,
	  "invalid attribute length" },
	{ "multiplier of 8 bytes", PRICE_SET,
	  { KIND, U64(MAXWELL_A_PRICE_MULTIPLIER, MAXWELL_MULTIPLIER_ONE) }, EINVAL,
	  "invalid attribute length" },
	{ "slope of 8 bytes", PRICE_SET, { KIND, MULTIPLIER, U64(MAXWELL_A_PRICE_SLOPE, 1) },
	  EINVAL, "invalid attribute length" },
	{ "text for a multiplier", PRICE_SET, { KIND, TEXT(MAXWELL_A_PRICE_MULTIPLIER, "1.25") },
	  EINVAL, "invalid attribute length" },
	{ "multiplier as a nest", PRICE_SET,
	  { KIND, U32(MAXWELL_A_PRICE_MULTIPLIER | NLA_F_NESTED, MAXWELL_MULTIPLIER_ONE) }, EINVAL,
	  "NLA_F_NESTED not expected" },
	{ "CPU list without an end", PRICE_SET,
	  { KIND, MULTIPLIER, BYTES(MAXWELL_A_PRICE_CPUS, "0-1") }, EINVAL, "" },
	{ "CPU list of nothing", PRICE_SET, { KIND, MULTIPLIER, EMPTY(MAXWELL_A_PRICE_CPUS) },
	  EINVAL, "" },
	{ "empty CPU list", PRICE_SET, { KIND, MULTIPLIER, CPUS("") }, EINVAL,
	  "the CPU list is empty" },
	{ "CPU list of a word", PRICE_SET, { KIND, MULTIPLIER, CPUS("x") }, EINVAL,
	  "not a CPU list below 2" },
	{ "CPU list cut short", PRICE_SET, { KIND, MULTIPLIER, CPUS("0-") }, EINVAL,
	  "not a CPU list below 2" },
	{ "CPU list backwards", PRICE_SET, { KIND, MULTIPLIER, CPUS("1-0") }, EINVAL,
	  "not a CPU list below 2" },
	{ "negative CPU", PRICE_SET, { KIND, MULTIPLIER, CPUS("-1") }, EINVAL,
	  "not a CPU list below 2" },
	{ "CPU beyond possible", PRICE_SET, { KIND, MULTIPLIER, CPUS("0,2") }, EINVAL,
	  "not a CPU list below 2" },
	{ "CPU beyond numbers", PRICE_SET, { KIND, MULTIPLIER, CPUS("99999999999999999999") },
	  EINVAL, "not a CPU list below 2" },
	{ "unknown attribute", PRICE_SET, { KIND, MULTIPLIER, U32(99, 1) }, EINVAL,
	  "Unknown attribute type" },
	{ "attribute of type 0", PRICE_SET, { KIND, MULTIPLIER, U32(0, 1) }, EINVAL, "" },
	{ "attribute of the reply", PRICE_SET,
	  { KIND, MULTIPLIER, U32(MAXWELL_A_PRICE_VALUE, MAXWELL_MULTIPLIER_ONE) }, EINVAL,
	  "Unknown attribute type" },
	{ "attribute beyond the end", PRICE_SET,
	  { KIND, { MAXWELL_A_PRICE_MULTIPLIER, &(uint32_t){ 1 << 17 }, 4, 200 } }, EINVAL,
	  "leftover" },
	{ "attribute shorter than its header", PRICE_SET,
	  { KIND, { MAXWELL_A_PRICE_MULTIPLIER, &(uint32_t){ 1 << 17 }, 4, 3 } }, EINVAL,
	  "leftover" },
	{ "attribute of length 0", PRICE_SET,
	  { { MAXWELL_A_PRICE_KIND, &(uint32_t){ 0 }, 4, 0xffff }, MULTIPLIER }, EINVAL,
	  "leftover" },

	{ "nothing to set", BID_SET, { PID }, EINVAL, "nothing to set" },
	{ "bid and default", BID_SET, { PID, BID, EMPTY(MAXWELL_A_BID_USE_DEFAULT) }, EINVAL,
	  "exclude each other" },
	{ "a flag with a value", BID_SET, { PID, U32(MAXWELL_A_BID_USE_DEFAULT, 1) }, ERANGE,
	  "policy validation" },
	{ "pid 0", BID_SET, { U32(MAXWELL_A_BID_PID, 0), BID }, ERANGE, "integer out of range" },
	{ "nobody's pid", BID_SET, { U32(MAXWELL_A_BID_PID, 4194303), BID }, ESRCH,
	  "no thread has the id 4194303" },
	{ "a pid beyond all", BID_SET, { U32(MAXWELL_A_BID_PID, 0xffffffff), BID }, ESRCH,
	  "no thread has the id" },
	{ "a task of the fair class", BID_SET, { U32(MAXWELL_A_BID_PID, 1), BID }, ESRCH,
	  "thread 1 is not under the class" },
	{ "book out of range", BID_SET, { PID, U32(MAXWELL_A_BID_BOOK, 2) }, ERANGE,
	  "integer out of range" },
	{ "bid of 8 bytes", BID_SET, { PID, U64(MAXWELL_A_BID_BID, 1) }, EINVAL,
	  "invalid attribute length" },
	{ "pid of 2 bytes", BID_SET, { U16(MAXWELL_A_BID_PID, 1), BID }, EINVAL,
	  "invalid attribute length" },
	{ "attribute of the account", BID_SET, { PID, BID, U32(MAXWELL_A_BID_STATE, 1) }, EINVAL,
	  "Unknown attribute type" },
	{ "bid cut short", BID_SET, { PID, { MAXWELL_A_BID_BID, &(uint32_t){ 9 }, 4, 40 } }, EINVAL,
	  "leftover" },

	{ "bid-get of pid 0", BID_GET, { U32(MAXWELL_A_BID_PID, 0) }, ERANGE,
	  "integer out of range" },
	{ "bid-get with a bid", BID_GET, { PID, BID }, EINVAL, "Unknown attribute type" },
	{ "bid-get of the fair class", BID_GET, { U32(MAXWELL_A_BID_PID, 1) }, ESRCH,
	  "thread 1 is not under the class" },
	{ "price-get of a word", PRICE_GET, { CPUS("some") }, EINVAL, "not a CPU list below 2" },
	{ "price-get with a kind", PRICE_GET, { KIND }, EINVAL, "Unknown attribute type" },
	{ "demand-get of no CPU", DEMAND_GET, { TEXT(MAXWELL_A_DEMAND_CPUS, "") }, EINVAL,
	  "the CPU list is empty" },
	{ "demand-get beyond possible", DEMAND_GET, { TEXT(MAXWELL_A_DEMAND_CPUS, "0-7") }, EINVAL,
	  "not a CPU list below 2" },
	{ "unknown command", 99, 0, { }, EOPNOTSUPP, "" },
	{ "the command of an event", MAXWELL_CMD_PRICE_NTF, 0, { }, EOPNOTSUPP, "" },
	{ "price-get as a single request", MAXWELL_CMD_PRICE_GET, 0, { }, EOPNOTSUPP, "" },
	{ "class-get as a dump", MAXWELL_CMD_CLASS_GET, NLM_F_DUMP, { }, EOPNOTSUPP, "" },
	{ "price-set as a dump", MAXWELL_CMD_PRICE_SET, NLM_F_DUMP, { KIND, MULTIPLIER },
	  EOPNOTSUPP, "" },
	{ "reserved flags", MAXWELL_CMD_PRICE_SET, NLM_F_CREATE, { KIND, MULTIPLIER }, EINVAL,
	  "nlmsg_flags" },
};

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
		fprintf(stderr, "malformed: too many prices\n");
		exit(1);
	}
	memcpy(s->data + s->len, &value, sizeof(value));
	s->len += sizeof(value);
}

/* Everything that a request could have changed. */
static void take_snapshot(struct genl *g, struct snapshot *s)
{
	static char room[32768];
	struct genl_msg m;
	bool more = true;

	s->len = 0;
	genl_begin(g, &m, g->family, MAXWELL_CMD_PRICE_GET, NLM_F_DUMP);
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
			keep(s, &m, MAXWELL_A_PRICE_CPU);
			keep(s, &m, MAXWELL_A_PRICE_KIND);
			keep(s, &m, MAXWELL_A_PRICE_MULTIPLIER);
			keep(s, &m, MAXWELL_A_PRICE_SLOPE);
			keep(s, &m, MAXWELL_A_PRICE_LEASE_MS);
			keep(s, &m, MAXWELL_A_PRICE_VALUE);
			keep(s, &m, MAXWELL_A_PRICE_STATE);
		}
	}
	if (genl_bid_get(g, victim, &m)) {
		fprintf(stderr, "malformed: bid-get of the victim: %s\n", g->text);
		exit(1);
	}
	keep(s, &m, MAXWELL_A_BID_PID);
	keep(s, &m, MAXWELL_A_BID_BID);
	keep(s, &m, MAXWELL_A_BID_BOOK);
	keep(s, &m, MAXWELL_A_BID_SOURCE);
}

static bool same(const struct snapshot *a, const struct snapshot *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
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
		printf("FAIL  %s: it changed a price or the bid\n", name);
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
	char list[MAXWELL_CPULIST_LEN + 2];
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

/* A message that would be right, if it came from root. */
static void tempting(struct genl *g, struct genl_msg *m)
{
	if (rand() % 2) {
		genl_begin(g, m, g->family, MAXWELL_CMD_PRICE_SET, NLM_F_ACK);
		genl_put_u32(m, MAXWELL_A_PRICE_KIND, rand() % 3);
		genl_put_u32(m, MAXWELL_A_PRICE_MULTIPLIER, 4096 + rand());
		genl_put_u32(m, MAXWELL_A_PRICE_SLOPE, rand());
		genl_put_u32(m, MAXWELL_A_PRICE_LEASE_MS, rand() % 1000);
		genl_put(m, MAXWELL_A_PRICE_CPUS, "0-1", 4);
	} else {
		genl_begin(g, m, g->family, MAXWELL_CMD_BID_SET, NLM_F_ACK);
		genl_put_u32(m, MAXWELL_A_BID_PID, victim);
		genl_put_u32(m, MAXWELL_A_BID_BID, rand());
		genl_put_u32(m, MAXWELL_A_BID_BOOK, rand() % 2);
	}
}

static void fuzz(int count)
{
	static struct snapshot before, after;
	struct timeval brief = { .tv_usec = 1000 };
	static char room[32768];
	int nr_answers = 0;
	struct genl g;
	int i, flips;

	take_snapshot(&genl, &before);
	if (setgid(NOBODY) || setuid(NOBODY))
		genl_fatal("malformed: setuid");
	/* The rights that count are those of the socket's opener as well. */
	genl_open(&g);
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
		printf("FAIL  one of them changed a price or the bid\n");
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
	if (argc == 3 && !strcmp(argv[1], "fuzz"))
		fuzz(atoi(argv[2]));
	else if (argc == 1)
		all_mistakes();
	else
		nr_wrong = 1;
	kill(victim, SIGKILL);
	return !!nr_wrong;
}
