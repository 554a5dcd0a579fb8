// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of the feed that talk to nobody.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed_internal.h"

#define NSEC_PER_MSEC UINT64_C(1000000)

/**
 * feed_line_due_ns() - when the kernel has to hear of a multiplier again
 * @line: which
 * @lease_ms: how long a setting holds
 * @interval_ms: between two settings that can wait
 *
 * Return: the time; 0 for at once, %FEED_NEVER if there is nothing to tell.
 */
uint64_t feed_line_due_ns(const struct feed_line *line, uint32_t lease_ms, uint32_t interval_ms)
{
	uint64_t renewal_ns = lease_ms * NSEC_PER_MSEC / 3;
	uint64_t wait_ns = interval_ms * NSEC_PER_MSEC;
	uint32_t rise;

	if (!line->used)
		return FEED_NEVER;
	if (!line->told)
		return 0;
	if (wait_ns > renewal_ns)
		wait_ns = renewal_ns;
	if (line->wanted.multiplier > line->sent.multiplier) {
		rise = line->wanted.multiplier - line->sent.multiplier;
		if (rise >= line->sent.multiplier / FEED_RISE_PART && wait_ns > FEED_SPACING_NS)
			wait_ns = FEED_SPACING_NS;
		return line->sent_ns + wait_ns;
	}
	if (line->wanted.multiplier != line->sent.multiplier ||
	    line->wanted.slope != line->sent.slope)
		return line->sent_ns + wait_ns;
	return line->sent_ns + renewal_ns;
}

/**
 * feed_retry_ns() - how long to wait after a failure
 * @failures: in a row, 1 or more
 *
 * Return: nanoseconds.
 */
uint64_t feed_retry_ns(unsigned int failures)
{
	uint64_t wait_ns = FEED_RETRY_MIN_NS;

	while (--failures && wait_ns < FEED_RETRY_MAX_NS)
		wait_ns *= 2;
	return wait_ns;
}

/**
 * feed_nr_cpus() - how many CPUs get the price
 * @cpus: the set
 * @online: that there are
 *
 * Which of the set are online is not looked at: of a few that are not, the load seems a little
 * lighter than it is.
 *
 * Return: CPUs, @online at most.
 */
uint32_t feed_nr_cpus(const struct config_cpus *cpus, uint32_t online)
{
	uint32_t nr = 0;
	size_t i;

	for (i = 0; i < sizeof(cpus->bit) / sizeof(cpus->bit[0]); i++)
		nr += (uint32_t)__builtin_popcountll(cpus->bit[i]);
	return nr && nr < online ? nr : online;
}

/**
 * feed_cpu_list() - a set of CPUs as the kernel writes it, such as "0-3,8"
 * @cpus: the set
 * @text: written to; empty for all CPUs
 * @room: bytes there
 *
 * Return: false if it does not fit; @text is empty then.
 */
bool feed_cpu_list(const struct config_cpus *cpus, char *text, size_t room)
{
	unsigned int cpu, first;
	size_t len = 0;

	text[0] = '\0';
	for (cpu = 0; cpu < CONFIG_CPUS_MAX; cpu++) {
		if (!(cpus->bit[cpu / 64] >> cpu % 64 & 1))
			continue;
		first = cpu;
		while (cpu + 1 < CONFIG_CPUS_MAX && cpus->bit[(cpu + 1) / 64] >> (cpu + 1) % 64 & 1)
			cpu++;
		len += snprintf(text + len, room - len, "%s%u", len ? "," : "", first);
		if (len < room && cpu > first)
			len += snprintf(text + len, room - len, "-%u", cpu);
		if (len >= room) {
			text[0] = '\0';
			return false;
		}
	}
	return true;
}

static int by_price(const void *left, const void *right)
{
	const struct control_demand *a = left, *b = right;

	return (a->price > b->price) - (a->price < b->price);
}

/**
 * feed_demand_curve() - how much load there is at each price and above
 * @buckets: of the kernel: tasks that bid so much, in any order, of both books
 * @nr_buckets: how many
 * @steps: written to, by rising price, each price once
 * @room: steps there, 1 or more; of a longer curve every second step is left out, as often as it
 *	takes
 *
 * Return: steps that were written.
 */
size_t feed_demand_curve(const struct mxw_demand *buckets, size_t nr_buckets,
			 struct control_demand *steps, size_t room)
{
	struct control_demand *all = calloc(nr_buckets ? nr_buckets : 1, sizeof(*all));
	size_t nr = 0, stride = 1, out = 0, i;
	double above = 0;

	if (!all)
		return 0;
	for (i = 0; i < nr_buckets; i++) {
		if (!buckets[i].queued && !buckets[i].running)
			continue;
		all[nr].price = buckets[i].price;
		all[nr++].cpus = (double)buckets[i].queued + buckets[i].running;
	}
	qsort(all, nr, sizeof(*all), by_price);
	for (i = nr; i-- > 0;) {
		above += all[i].cpus;
		all[i].cpus = above;
	}
	/* The first of a price has the sum of all of them. */
	for (i = 0; i < nr; i++) {
		if (!i || all[i].price != all[out - 1].price)
			all[out++] = all[i];
	}
	while ((out + stride - 1) / stride > room)
		stride *= 2;
	nr = 0;
	for (i = 0; i < out; i += stride)
		steps[nr++] = all[i];
	free(all);
	return nr;
}
