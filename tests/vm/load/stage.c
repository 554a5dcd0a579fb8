// SPDX-License-Identifier: GPL-2.0
/*
 * Puts tasks on a CPU's order book in a known state and prints in which order they run.
 *
 *	stage CPU STEP...
 *
 * Steps:
 *	NAME=BID		a new actor, pinned to CPU and asleep; BID "d" is the default bid
 *	hold			a blocker takes the CPU, dearer than everybody; see below
 *	wake:NAME		the actor wakes up, queues, and waits
 *	bid:NAME=BID		its bid changes
 *	book:NAME=feeder	its book changes (or general)
 *	nice:NAME=N		its nice changes
 *	cpu:NAME=N		its affinity changes to CPU N
 *	policy:NAME=other	it leaves the class (or ext: it comes back)
 *	state:NAME		its state, as bid-get has it, is printed: "NAME is queued"
 *	go			the blocker ends: the CPU serves who waits, by the market alone
 *	go:any			the same, turns on the survival share included
 *	sleep:MS		nothing happens for a while
 *	exit:NAME		the actor is killed where it stands
 *
 * In the end all that woke up have to have run, within 10 s; the last line is the order in which
 * they did. Turns on the survival share follow the time of waiting, not the bids, and put whoever
 * runs to the tail. "hold" starts a drone with bid 0 to take most of them. If there was one after
 * "go" all the same, whatever the order, the play is void and begins anew; an actor that ran on one
 * after "go:any" is printed as "(NAME)". Make max_wait_ms long and survival_share_permille 1 to
 * have time between two turns.
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "genl.h"

#define ACTORS_MAX 64
#define PLAYS_MAX 10
#define SCHED_EXT_POLICY 7
#define BLOCKER_BID 100000000

struct actor {
	const char *name;
	size_t name_len;
	pid_t pid;
	int wake_fd;
	bool woken;
	bool killed;
};

/* What the actors tell. */
struct record {
	_Atomic int turn;
	_Atomic int survival;
};

static struct {
	_Atomic int turns;
	struct record records[ACTORS_MAX];
} *shared;

static struct actor actors[ACTORS_MAX];
static int nr_actors;
static int stage_cpu;
static pid_t blocker, drone;
/* Turns on the survival share that the drone had taken at "go"; -1 if they do not matter. */
static int64_t turns_at_go;
static struct genl genl;
/* What "state" steps have to say, once the play is known to count. */
static char said[4096];
static size_t said_len;

static void fail(const char *what, const char *step)
{
	fprintf(stderr, "stage: %s: %s%s%s\n", step, what, genl.text[0] ? ": " : "", genl.text);
	exit(1);
}

static void set_policy(pid_t pid, int policy)
{
	struct sched_param param = { 0 };

	if (sched_setscheduler(pid, policy, &param))
		genl_fatal("stage: sched_setscheduler");
}

static void set_cpu(pid_t pid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(pid, sizeof(set), &set))
		genl_fatal("stage: sched_setaffinity");
}

static void bid(pid_t pid, uint32_t cents, uint32_t book, const char *step)
{
	errno = -genl_bid_set(&genl, pid, cents, book);
	if (errno)
		fail(strerror(errno), step);
}

/* A child under the class, pinned; returns 0 in the child. */
static pid_t new_task(void)
{
	pid_t pid = fork();

	if (pid < 0)
		genl_fatal("stage: fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	set_cpu(0, stage_cpu);
	set_policy(0, SCHED_EXT_POLICY);
	return 0;
}

/* First thing on the CPU: take a number. Then say whether market or survival brought us here. */
static void act(struct record *record)
{
	struct genl_msg account;

	atomic_store(&record->turn, atomic_fetch_add(&shared->turns, 1) + 1);
	if (genl_bid_get(&genl, 0, &account) == 0)
		atomic_store(&record->survival, genl_uint(&account, MAXWELL_A_BID_NR_SURVIVAL));
}

static void add_actor(const char *step, const char *equals)
{
	struct actor *actor = &actors[nr_actors];
	int wake[2], ready[2];
	char byte = 0;

	if (nr_actors == ACTORS_MAX || pipe(wake) || pipe(ready))
		fail("too many actors", step);
	*actor = (struct actor){ .name = step, .name_len = equals - step, .wake_fd = wake[1] };
	actor->pid = new_task();
	if (!actor->pid) {
		/* A socket of its own, or the answers would mix. */
		genl_open(&genl);
		if (equals[1] != 'd')
			bid(0, strtoul(equals + 1, NULL, 10), MAXWELL_BOOK_GENERAL, step);
		close(wake[1]);
		if (write(ready[1], &byte, 1) != 1 || read(wake[0], &byte, 1) != 1)
			exit(1);
		act(&shared->records[nr_actors]);
		exit(0);
	}
	close(wake[0]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		fail("the actor did not get ready", step);
	close(ready[0]);
	nr_actors++;
}

static uint64_t account(pid_t pid, uint16_t attr, const char *step)
{
	struct genl_msg reply;

	errno = -genl_bid_get(&genl, pid, &reply);
	if (errno)
		fail(strerror(errno), step);
	return genl_uint(&reply, attr);
}

/* Starts a spinning task and waits until it is in the given state. */
static pid_t start_spinner(uint32_t cents, uint64_t state, const char *step)
{
	struct genl_msg reply;
	int tries;
	pid_t pid;

	pid = new_task();
	if (!pid)
		for (;;)
			;
	/* It is no task of the class at first. The bid comes from outside: it may have to wait. */
	for (tries = 0; genl_bid_set(&genl, pid, cents, MAXWELL_BOOK_GENERAL) ||
	     genl_bid_get(&genl, pid, &reply) ||
	     genl_uint(&reply, MAXWELL_A_BID_STATE) != state; tries++) {
		if (tries == 1000)
			fail("the blocker or the drone does not get into position", step);
		usleep(2000);
	}
	return pid;
}

/* The drone comes after the blocker: it waits longest from the beginning. */
static void hold(const char *step)
{
	blocker = start_spinner(BLOCKER_BID, MAXWELL_TASK_STATE_RUNNING, step);
	drone = start_spinner(0, MAXWELL_TASK_STATE_PARKED, step);
}

static void go(const char *step)
{
	turns_at_go = -1;
	if (!strchr(step, ':'))
		turns_at_go = account(drone, MAXWELL_A_BID_NR_SURVIVAL, step);
	kill(blocker, SIGKILL);
}

static void wake(struct actor *actor, const char *step)
{
	char byte = 0;

	if (write(actor->wake_fd, &byte, 1) != 1)
		fail("cannot wake it", step);
	actor->woken = true;
	/* Its place in time is settled when the far CPU has taken the wakeup. */
	usleep(3000);
}

static void print_state(struct actor *actor, const char *step)
{
	static const char *const names[] = { "sleeping", "queued", "parked", "running" };

	said_len += snprintf(said + said_len, sizeof(said) - said_len, "%.*s is %s\n",
			     (int)actor->name_len, actor->name,
			     names[account(actor->pid, MAXWELL_A_BID_STATE, step)]);
}

static struct actor *actor_of(const char *name, const char *step)
{
	int i;

	for (i = 0; i < nr_actors; i++)
		if (!strncmp(actors[i].name, name, actors[i].name_len) &&
		    (!name[actors[i].name_len] || name[actors[i].name_len] == '='))
			return &actors[i];
	fail("there is no such actor", step);
	return NULL;
}

static void set_book(struct actor *actor, const char *value, const char *step)
{
	struct genl_msg m;

	genl_begin(&genl, &m, genl.family, MAXWELL_CMD_BID_SET, NLM_F_ACK);
	genl_put_u32(&m, MAXWELL_A_BID_PID, actor->pid);
	genl_put_u32(&m, MAXWELL_A_BID_BOOK, !strcmp(value, "feeder") ? MAXWELL_BOOK_FEEDER :
									MAXWELL_BOOK_GENERAL);
	errno = -genl_request(&genl, &m, NULL);
	if (errno)
		fail(strerror(errno), step);
}

static void do_to_actor(const char *step, const char *colon)
{
	struct actor *actor = actor_of(colon + 1, step);
	const char *equals = strchr(colon, '=');
	const char *value = equals ? equals + 1 : "";

	if (!strncmp(step, "wake:", 5)) {
		wake(actor, step);
	} else if (!strncmp(step, "state:", 6)) {
		print_state(actor, step);
	} else if (!strncmp(step, "bid:", 4)) {
		bid(actor->pid, strtoul(value, NULL, 10),
		    account(actor->pid, MAXWELL_A_BID_BOOK, step), step);
	} else if (!strncmp(step, "book:", 5)) {
		set_book(actor, value, step);
	} else if (!strncmp(step, "nice:", 5)) {
		if (setpriority(PRIO_PROCESS, actor->pid, atoi(value)))
			genl_fatal(step);
	} else if (!strncmp(step, "cpu:", 4)) {
		set_cpu(actor->pid, atoi(value));
	} else if (!strncmp(step, "policy:", 7)) {
		set_policy(actor->pid, !strcmp(value, "ext") ? SCHED_EXT_POLICY : SCHED_OTHER);
	} else if (!strncmp(step, "exit:", 5)) {
		kill(actor->pid, SIGKILL);
		actor->killed = true;
	} else {
		fail("no such step", step);
	}
}

static void do_step(const char *step)
{
	const char *colon = strchr(step, ':');
	const char *equals = strchr(step, '=');

	if (!strcmp(step, "hold"))
		hold(step);
	else if (!strcmp(step, "go") || !strcmp(step, "go:any"))
		go(step);
	else if (!strncmp(step, "sleep:", 6))
		usleep(atoi(colon + 1) * 1000);
	else if (colon)
		do_to_actor(step, colon);
	else if (equals)
		add_actor(step, equals);
	else
		fail("no such step", step);
}

/* Waits for those that woke up; returns how many did not run. */
static int reap(void)
{
	int i, tries, late = 0;

	for (i = 0; i < nr_actors; i++) {
		pid_t done = 0;

		for (tries = 0; actors[i].woken && !done && tries < 2000; tries++) {
			done = waitpid(actors[i].pid, NULL, WNOHANG);
			if (!done)
				usleep(5000);
		}
		if (done)
			actors[i].pid = 0;
		if (!actors[i].woken || actors[i].killed || done)
			continue;
		fprintf(stderr, "stage: %.*s did not run\n", (int)actors[i].name_len,
			actors[i].name);
		late++;
	}
	return late;
}

static void print_order(void)
{
	const char *gap = "";
	int turn, i;

	fwrite(said, said_len, 1, stdout);
	for (turn = 1; turn <= atomic_load(&shared->turns); turn++) {
		for (i = 0; i < nr_actors; i++) {
			bool survival = atomic_load(&shared->records[i].survival);

			if (atomic_load(&shared->records[i].turn) != turn)
				continue;
			printf("%s%s%.*s%s", gap, survival ? "(" : "", (int)actors[i].name_len,
			       actors[i].name, survival ? ")" : "");
			gap = " ";
		}
	}
	putchar('\n');
}

static bool is_void(void)
{
	int i;

	if (turns_at_go < 0)
		return false;
	for (i = 0; i < nr_actors; i++)
		if (atomic_load(&shared->records[i].survival))
			return true;
	return (int64_t)account(drone, MAXWELL_A_BID_NR_SURVIVAL, "end") != turns_at_go;
}

static void clear_stage(void)
{
	int i;

	for (i = 0; i < nr_actors; i++) {
		if (actors[i].pid)
			kill(actors[i].pid, SIGKILL);
		close(actors[i].wake_fd);
	}
	if (blocker)
		kill(blocker, SIGKILL);
	if (drone) {
		/* To die it has to run. */
		genl_bid_set(&genl, drone, BLOCKER_BID, MAXWELL_BOOK_GENERAL);
		kill(drone, SIGKILL);
	}
	while (wait(NULL) > 0)
		;
	blocker = 0;
	drone = 0;
	nr_actors = 0;
	memset(shared, 0, sizeof(*shared));
}

int main(int argc, char **argv)
{
	int i, play, late = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: stage CPU STEP...\n");
		return 1;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		genl_fatal("stage: mmap");
	stage_cpu = atoi(argv[1]);
	/* Out of the actors' way: who looks at a task from its own CPU never sees it running. */
	set_cpu(0, !stage_cpu);
	genl_open(&genl);
	for (play = 0; play < PLAYS_MAX; play++) {
		turns_at_go = -1;
		for (i = 2; i < argc; i++)
			do_step(argv[i]);
		late = reap();
		if (late || !is_void())
			break;
		fprintf(stderr, "stage: a turn on the survival share made this play void\n");
		said_len = 0;
		clear_stage();
	}
	if (play == PLAYS_MAX)
		fail("every play was void: make max_wait_ms longer", "end");
	print_order();
	clear_stage();
	return late ? 1 : 0;
}
