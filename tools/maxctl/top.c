// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl top: who had how much of a CPU during the last interval.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "maxctl.h"

/* Lines above the tasks: summary, multipliers, blank, header. */
#define LINES_ABOVE 4

struct top {
	uint64_t interval_ns;
	uint32_t rounds;
	bool batch;
	bool screen;
};

struct row {
	struct mxw_bid bid;
	double share_percent;
};

struct sample {
	uint64_t taken_ns;
	struct row *rows;
	size_t nr;
};

static int compare_pids(const void *a, const void *b)
{
	const struct row *x = a;
	const struct row *y = b;

	return (x->bid.pid > y->bid.pid) - (x->bid.pid < y->bid.pid);
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *const *x = a;
	const struct row *const *y = b;
	double left = (*x)->share_percent;
	double right = (*y)->share_percent;

	if (left != right)
		return left < right ? 1 : -1;
	if ((*x)->bid.bid != (*y)->bid.bid)
		return (*x)->bid.bid < (*y)->bid.bid ? 1 : -1;
	return compare_pids(*x, *y);
}

static int take_sample(struct sample *sample)
{
	struct mxw_bid *bids;
	size_t i;

	if (mxw_bid_list(mc.link, &bids, &sample->nr))
		return mc_kernel_error(mc.link, "bid-get");
	sample->taken_ns = mc_now_ns();
	sample->rows = calloc(sample->nr + 1, sizeof(*sample->rows));
	if (!sample->rows)
		abort();
	for (i = 0; i < sample->nr; i++)
		sample->rows[i].bid = bids[i];
	free(bids);
	qsort(sample->rows, sample->nr, sizeof(*sample->rows), compare_pids);
	return MC_OK;
}

/* A task that was not there before, or whose number was taken over, has run only since then. */
static void compute_shares(struct sample *now, const struct sample *before)
{
	uint64_t elapsed_ns = now->taken_ns - before->taken_ns;
	size_t i;

	for (i = 0; i < now->nr; i++) {
		struct row *row = &now->rows[i];
		const struct row *old = bsearch(row, before->rows, before->nr, sizeof(*old),
						compare_pids);
		uint64_t ran_ns = row->bid.runtime_ns;

		if (old && old->bid.runtime_ns <= ran_ns)
			ran_ns -= old->bid.runtime_ns;
		row->share_percent = elapsed_ns ? 100.0 * ran_ns / elapsed_ns : 0;
	}
}

static int print_summary(void)
{
	uint32_t idle = 0, queued = 0, parked = 0, low = UINT32_MAX, high = 0;
	struct mxw_cpu *cpus;
	char clock[32];
	size_t nr, i;

	if (mxw_cpu_list(mc.link, &cpus, &nr))
		return mc_kernel_error(mc.link, "cpu-get");
	for (i = 0; i < nr; i++) {
		idle += cpus[i].idle;
		queued += cpus[i].queued;
		parked += cpus[i].parked;
		if (cpus[i].reserve_general < low)
			low = cpus[i].reserve_general;
		if (cpus[i].reserve_general > high)
			high = cpus[i].reserve_general;
	}
	free(cpus);
	printf("maxwell %s  %zu CPUs, %u idle  queued %u  parked %u  %s\n",
	       mxw_name(mxw_class_modes, mc.class.mode), nr, idle, queued, parked,
	       mc_format_clock(clock, sizeof(clock), false));
	if (nr)
		printf("reserve %u..%u cents/s\n\n", low, high);
	return MC_OK;
}

static void print_rows(struct row **rows, size_t nr, size_t max_rows)
{
	static const struct mc_column columns[] = {
		{ "PID", true },    { "COMM", false }, { "BID", true },	 { "BOOK", false },
		{ "STATE", false }, { "CPU", true },   { "%CPU", true }, { "WAIT", true },
		{ "WAIT-MAX", true },
	};
	char text[MC_TEXT_LEN];
	struct mc_table table;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < nr; i++) {
		const struct mxw_bid *bid = &rows[i]->bid;

		mc_cell(&table, "%u", bid->pid);
		mc_cell(&table, "%s", bid->comm);
		mc_cell(&table, "%u", bid->bid);
		mc_cell(&table, "%s", mxw_name(mxw_books, bid->book));
		mc_cell(&table, "%s", mxw_name(mxw_task_states, bid->state));
		mc_cell(&table, "%u", bid->cpu);
		mc_cell(&table, "%.1f", rows[i]->share_percent);
		mc_cell_if(&table, MXW_HAS(bid, MAXWELL_A_BID_WAIT_NS), "%s",
			   mc_format_time(text, bid->wait_ns));
		mc_cell(&table, "%s", mc_format_time(text, bid->wait_max_ns));
	}
	mc_table_print(&table, max_rows);
	mc_table_free(&table);
}

static void print_json(struct row **rows, size_t nr, uint64_t elapsed_ns)
{
	json_t *root = mc_json_new();
	json_t *tasks = json_array();
	char clock[64];
	size_t i;

	for (i = 0; i < nr; i++) {
		json_t *task = mc_json_object(&mxw_bid_object, &rows[i]->bid);

		json_object_set_new(task, "share_percent", json_real(rows[i]->share_percent));
		json_array_append_new(tasks, task);
	}
	json_object_set_new(root, "time",
			    json_string(mc_format_clock(clock, sizeof(clock), true)));
	json_object_set_new(root, "interval_ns", json_integer(elapsed_ns));
	json_object_set_new(root, "tasks", tasks);
	mc_json_print(root);
}

static size_t screen_rows(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row <= LINES_ABOVE + 1)
		size.ws_row = 24;
	return size.ws_row - LINES_ABOVE - 1;
}

static int print_sample(const struct top *top, const struct sample *now, uint64_t elapsed_ns)
{
	struct row **order = calloc(now->nr + 1, sizeof(*order));
	int err = MC_OK;
	size_t i;

	if (!order)
		abort();
	for (i = 0; i < now->nr; i++)
		order[i] = &now->rows[i];
	qsort(order, now->nr, sizeof(*order), compare_rows);
	if (mc.json) {
		print_json(order, now->nr, elapsed_ns);
	} else {
		printf("%s", top->screen ? "\033[H\033[2J" : "");
		err = print_summary();
		if (!err)
			print_rows(order, now->nr, top->screen ? screen_rows() : 0);
		if (!top->screen)
			putchar('\n');
	}
	free(order);
	fflush(stdout);
	return err;
}

/* Returns false if the reader wants to leave. */
static bool wait_interval(const struct top *top)
{
	struct pollfd keyboard = { .fd = top->screen ? STDIN_FILENO : -1, .events = POLLIN };
	uint64_t end_ns = mc_now_ns() + top->interval_ns;
	char key;

	while (!mc_interrupted() && mc_now_ns() < end_ns) {
		uint64_t left_ms = (end_ns - mc_now_ns()) / MC_NS_PER_MS + 1;

		if (poll(&keyboard, 1, left_ms) <= 0)
			continue;
		if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q')
			return false;
	}
	return !mc_interrupted();
}

static int loop(const struct top *top)
{
	struct sample before, now;
	uint32_t round;
	int err;

	err = take_sample(&before);
	for (round = 0; !err && (!top->rounds || round < top->rounds); round++) {
		if (!wait_interval(top))
			break;
		err = take_sample(&now);
		if (!err)
			err = mc_refresh_class();
		if (err)
			break;
		compute_shares(&now, &before);
		err = print_sample(top, &now, now.taken_ns - before.taken_ns);
		free(before.rows);
		before = now;
	}
	if (!err)
		free(before.rows);
	return err;
}

static int parse_options(int argc, char **argv, struct top *top)
{
	static const struct option longs[] = {
		{ "delay", required_argument, NULL, 'd' },
		{ "batch", no_argument, NULL, 'b' },
		{ "number", required_argument, NULL, 'n' },
		{ 0 },
	};
	int err = MC_OK;
	int option;

	while (!err && (option = mc_option(argc, argv, "d:bn:", longs)) != -1) {
		if (option == 'd')
			err = mc_parse_time(optarg, "delay", &top->interval_ns);
		else if (option == 'n')
			err = mc_parse_u32(optarg, "number", &top->rounds);
		else if (option == 'b')
			top->batch = true;
		else
			err = MC_USAGE;
	}
	if (!err && top->interval_ns < 10 * MC_NS_PER_MS)
		return mc_error(MC_USAGE, "the delay must be 10ms or more");
	if (!err && optind < argc)
		return mc_error(MC_USAGE, "'%s' is one word too many", argv[optind]);
	return err;
}

int cmd_top(int argc, char **argv)
{
	struct top top = { .interval_ns = 2 * MC_NS_PER_S };
	struct termios saved, raw;
	int err;

	err = parse_options(argc, argv, &top);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	mc_catch_signals();
	top.screen = !top.batch && !mc.json && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) &&
		     !tcgetattr(STDIN_FILENO, &saved);
	if (top.screen) {
		raw = saved;
		raw.c_lflag &= ~(ICANON | ECHO);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	err = loop(&top);
	if (top.screen)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	return err;
}
