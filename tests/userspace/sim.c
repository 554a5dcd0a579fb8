// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated CPU; see sim.h. It treats the auction as the kernel does: an auction when a slice
 * ends, a task sleeps, or a better bid arrives; the running task stands as the rival.
 */
#include "sim.h"
#include "harness.h"

/* A start far from 0, as a kernel that has been up for a while. */
#define SIM_START_NS BIT_ULL(42)

void sim_init(struct sim *s, const struct mx_terms *terms)
{
	memset(s, 0, sizeof(*s));
	mx_rq_init(&s->rq);
	s->terms = *terms;
	s->now_ns = SIM_START_NS;
}

/* Add a task that wakes up for its first burst @wake_ns from now. */
struct sim_task *sim_add(struct sim *s, u32 bid, u64 burst_ns, u64 sleep_ns, u64 wake_ns)
{
	struct sim_task *task;

	CHECK(s->nr_tasks < SIM_TASKS, "room for %d tasks", SIM_TASKS);
	task = &s->task[s->nr_tasks++];
	task->node.bid = bid;
	task->node.bucket = mx_bucket(bid);
	task->burst_ns = burst_ns;
	task->sleep_ns = sleep_ns;
	task->wake_ns = s->now_ns + wake_ns;
	return task;
}

static void enqueue(struct sim *s, struct sim_task *task, u64 since_ns)
{
	task->node.since_ns = since_ns;
	mx_rq_enqueue(&s->rq, &task->node);
}

static struct sim_task *next_to_wake(struct sim *s)
{
	struct sim_task *next = NULL;
	u32 i;

	for (i = 0; i < s->nr_tasks; i++)
		if (s->task[i].wake_ns != SIM_NEVER &&
		    (!next || s->task[i].wake_ns < next->wake_ns))
			next = &s->task[i];
	return next;
}

/* Wake who is to wake by @until_ns, up to one that preempts; returns when that is. */
static u64 wake(struct sim *s, u64 until_ns)
{
	struct sim_task *task;

	while ((task = next_to_wake(s)) && task->wake_ns <= until_ns) {
		u64 wake_ns = task->wake_ns;

		task->left_ns = task->burst_ns;
		task->wake_ns = SIM_NEVER;
		enqueue(s, task, wake_ns);
		if (s->curr && mx_clears(&s->rq, task->node.book, task->node.bucket) &&
		    mx_outbids(task->node.bucket, s->curr->node.bucket, s->curr_survival))
			return wake_ns;
	}
	return until_ns;
}

static void note_wait(struct sim *s, const struct mx_node *node)
{
	u64 wait_ns = s->now_ns - node->since_ns;

	s->wait_max_ns = max(s->wait_max_ns, wait_ns);
}

/* Nobody may run: sleep until a task wakes up or a turn is due. */
static void idle(struct sim *s, u64 end_ns)
{
	const struct sim_task *next = next_to_wake(s);
	u64 until_ns = end_ns;

	if (next)
		until_ns = min(until_ns, next->wake_ns);
	if (s->rq.nr_queued)
		until_ns = min(until_ns, s->survival_ns);
	until_ns = max(until_ns, s->now_ns + 1);
	s->idle_ns += until_ns - s->now_ns;
	s->now_ns = until_ns;
	wake(s, until_ns);
}

static void run(struct sim *s, u64 slice_ns)
{
	struct sim_task *task = s->curr;
	u64 end_ns = wake(s, s->now_ns + min(slice_ns, task->left_ns));
	u64 ran_ns = end_ns - s->now_ns;

	task->ran_ns += ran_ns;
	if (task->burst_ns != SIM_NEVER)
		task->left_ns -= ran_ns;
	if (s->curr_survival)
		s->survival_ran_ns += ran_ns;
	s->now_ns = end_ns;
	if (task->left_ns)
		return;
	if (task->sleep_ns != SIM_NEVER)
		task->wake_ns = end_ns + task->sleep_ns;
	s->curr = NULL;
}

static void step(struct sim *s, u64 end_ns)
{
	struct mx_rival rival;
	struct mx_pick pick;

	if (s->curr)
		rival = (struct mx_rival){ s->curr->node.bid, s->curr->node.bucket,
					   s->curr->node.book };
	mx_pick(&s->rq, s->curr ? &rival : NULL, &s->terms, &s->survival_ns, s->now_ns, &pick);
	if (pick.node) {
		note_wait(s, pick.node);
		mx_rq_dequeue(&s->rq, pick.node);
	}
	if (s->curr && pick.verdict != MX_KEEP) {
		enqueue(s, s->curr, s->now_ns);
		s->curr = NULL;
	}
	if (pick.node)
		s->curr = (struct sim_task *)((char *)pick.node - offsetof(struct sim_task, node));
	s->curr_survival = pick.verdict == MX_SURVIVAL;
	s->nr_turns += s->curr_survival;
	if (s->curr)
		run(s, pick.slice_ns);
	else
		idle(s, end_ns);
}

/* Run for @duration_ns; those who still wait then count with the wait so far. */
void sim_run(struct sim *s, u64 duration_ns)
{
	u64 end_ns = s->now_ns + duration_ns;
	u32 i;

	wake(s, s->now_ns);
	while (s->now_ns < end_ns)
		step(s, end_ns);
	for (i = 0; i < s->nr_tasks; i++)
		if (s->task[i].node.queued)
			note_wait(s, &s->task[i].node);
}
