// SPDX-License-Identifier: GPL-2.0
/*
 * What the fuzzer says: sums by kind of operation and outcome, the kernel's words by command, and,
 * when something goes wrong, the last operations of each worker.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

static const char *outcome_name(int outcome)
{
	switch (outcome) {
	case OUT_OK:
		return "ok";
	case OUT_SILENCE:
		return "no answer";
	case OUT_IGNORED:
		return "acknowledged, no request";
	case OUT_NOTIFIED:
		return "received";
	case OUT_TAKEN:
		return "put into force";
	case OUT_REFUSED:
		return "refused";
	case OUT_INVALID:
		return "invalid";
	case OUT_OVERRUN:
		return "overrun";
	default:
		return strerrorname_np(outcome) ? strerrorname_np(outcome) : "an errno unknown";
	}
}

static const char *sub_name(const struct worker *w, unsigned int sub)
{
	if (!strncmp(w->name, "netlink", 7))
		return netlink_sub_name(sub);
	if (!strncmp(w->name, "sysfs", 5))
		return sysfs_sub_name(sub);
	return device_sub_name(sub);
}

/* Workers of the same name do the same as the same user. */
static void add_up(unsigned int first, uint64_t (*sum)[OUTCOMES])
{
	unsigned int i, sub, out;

	for (i = first; i < shared->nr_workers; i++) {
		const struct worker *w = &shared->worker[i];

		if (strcmp(w->name, shared->worker[first].name))
			continue;
		for (sub = 0; sub < SUBS_MAX; sub++)
			for (out = 0; out < OUTCOMES; out++)
				sum[sub][out] += w->count[sub][out];
	}
}

static void print_sums(const struct worker *w, uint64_t (*sum)[OUTCOMES])
{
	unsigned int sub, out;

	for (sub = 0; sub < SUBS_MAX; sub++) {
		uint64_t all = 0;

		for (out = 0; out < OUTCOMES; out++)
			all += sum[sub][out];
		if (!all)
			continue;
		printf("%s  %s  %llu:", w->name, sub_name(w, sub), (unsigned long long)all);
		for (out = 0; out < OUTCOMES; out++)
			if (sum[sub][out])
				printf(" %s %llu,", outcome_name(out),
				       (unsigned long long)sum[sub][out]);
		printf("\n");
	}
}

static void print_texts(void)
{
	unsigned int i, j;

	for (i = 0; i < shared->nr_workers; i++) {
		const struct worker *w = &shared->worker[i];

		for (j = 0; j < TEXTS_MAX; j++)
			if (w->texts[j].count)
				printf("words  %s  %s  %llu: %s\n", w->name,
				       sub_name(w, w->texts[j].sub),
				       (unsigned long long)w->texts[j].count, w->texts[j].text);
	}
}

void report_sums(void)
{
	static uint64_t sum[SUBS_MAX][OUTCOMES];
	uint64_t messages = 0, operations = 0;
	unsigned int i, j;

	for (i = 0; i < shared->nr_workers; i++) {
		const struct worker *w = &shared->worker[i];
		bool netlink = !strncmp(w->name, "netlink", 7);

		*(netlink ? &messages : &operations) += atomic_load(&w->messages);
		for (j = 0; j < i; j++)
			if (!strcmp(w->name, shared->worker[j].name))
				break;
		if (j < i)
			continue;
		memset(sum, 0, sizeof(sum));
		add_up(i, sum);
		print_sums(w, sum);
	}
	print_texts();
	printf("sum  %llu netlink messages, %llu operations on sysfs and device\n",
	       (unsigned long long)messages, (unsigned long long)operations);
}

/* Where everybody is, for a replay of what comes next if the guest dies without a word. */
void report_positions(double seconds)
{
	char line[512];
	unsigned int i;
	int len, fd;

	len = snprintf(line, sizeof(line), "fuzz: seed %llu, after %.0f s:",
		       (unsigned long long)shared->seed, seconds);
	for (i = 0; i < shared->nr_workers; i++)
		len += snprintf(line + len, sizeof(line) - len, " %llu",
				(unsigned long long)atomic_load(&shared->worker[i].n));
	printf("%s\n", line);
	/* In order with what the kernel says. */
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		dprintf(fd, "<5>%s\n", line);
	close(fd);
}

static void print_ring(const struct worker *w)
{
	uint64_t n = atomic_load(&w->n), i;
	uint32_t j;

	for (i = n > REMEMBERED ? n - REMEMBERED + 1 : 0; i <= n; i++) {
		const struct remembered *r = &w->last[i % REMEMBERED];

		if (r->n != i || !r->what[0])
			continue;
		printf("last  %s %llu  %s %u ", w->name, (unsigned long long)i, r->what, r->len);
		for (j = 0; j < r->len && j < sizeof(r->data); j++)
			printf("%02x", r->data[j]);
		printf("\n");
	}
}

static void print_proc(pid_t pid, const char *file)
{
	char path[64], text[2048];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? 0 : read(fd, text, sizeof(text));
	if (len > 0)
		printf("%s of %d:\n%.*s\n", file, pid, (int)len, text);
	close(fd);
}

/* What the kernel tells of a task that something is wrong with. */
void report_task(pid_t pid, const char *what)
{
	printf("%d %s\n", pid, what);
	print_proc(pid, "stat");
	print_proc(pid, "schedstat");
	print_proc(pid, "status");
	print_proc(pid, "stack");
}

/* What everybody did last, and where in the kernel it is. */
void report_rings(const char *why)
{
	unsigned int i;

	printf("%s: the last operations of each worker (SEED=%llu)\n", why,
	       (unsigned long long)shared->seed);
	for (i = 0; i < shared->nr_workers; i++) {
		const struct worker *w = &shared->worker[i];

		print_ring(w);
		print_proc(w->pid, "stack");
	}
}
