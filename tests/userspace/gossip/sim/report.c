// SPDX-License-Identifier: GPL-2.0
/*
 * The report of a campaign: a few lines for people, and build/bench/campaign.json.
 */
#include <stdio.h>

#include "report.h"
#include "runner.h"

#define US_PER_MS 1000.0

static void add_histogram(uint32_t *sum, const uint32_t *one)
{
	uint32_t i;

	for (i = 0; i < SIM_HIST; i++)
		sum[i] += one[i];
}

/**
 * sim_report_add() - one world more
 * @report: of all
 * @r: what came of it
 */
void sim_report_add(struct sim_report *report, const struct sim_result *r)
{
	struct sim_stats *sum = &report->sum;
	const struct sim_stats *s = &r->stats;
	uint32_t i;

	report->seeds++;
	report->nodes += r->nodes;
	report->violations += r->broken != SIM_RULE_NONE;
	report->by_rule[r->broken]++;
	for (i = 0; i < SIM_FAULTS; i++)
		sum->faults[i] += s->faults[i];
	add_histogram(sum->near, s->near);
	add_histogram(sum->reserve, s->reserve);
	add_histogram(sum->whole, s->whole);
	sum->dear_already += s->dear_already;
	sum->deaths_true += s->deaths_true;
	sum->deaths_false_long += s->deaths_false_long;
	sum->crises += s->crises;
	sum->events += s->events;
	sum->deliveries += s->deliveries;
	sum->sim_ns += s->sim_ns;
	sum->suspicions += s->suspicions;
	sum->refuted += s->refuted;
	sum->idle_bytes += s->idle_bytes;
	sum->idle_nodes += s->idle_nodes;
	sum->throttle_ticks += s->throttle_ticks;
	sum->ib_worlds += s->ib_worlds;
	sum->ib_promoted += s->ib_promoted;
	sum->ib_deliveries += s->ib_deliveries;
	if (s->converged_ns > report->converged_max_ns)
		report->converged_max_ns = s->converged_ns;
}

static uint64_t count(const uint32_t *histogram)
{
	uint64_t nr = 0;
	uint32_t i;

	for (i = 0; i < SIM_HIST; i++)
		nr += histogram[i];
	return nr;
}

/* The upper end of the bucket, in ms. */
static double quantile(const uint32_t *histogram, double q)
{
	double left = q * (double)count(histogram), us;
	uint32_t i;

	for (i = 0; i < SIM_HIST; i++) {
		left -= histogram[i];
		if (histogram[i] && left <= 0)
			break;
	}
	if (i == SIM_HIST)
		return 0;
	us = (double)(1ULL << i / SIM_HIST_PER_OCTAVE);
	us *= 1.0 + (double)(i % SIM_HIST_PER_OCTAVE + 1) / SIM_HIST_PER_OCTAVE;
	return us / US_PER_MS;
}

static double idle(const struct sim_report *report)
{
	return report->sum.idle_nodes ? report->sum.idle_bytes / report->sum.idle_nodes : 0;
}

static void print_latency(const char *name, const uint32_t *histogram)
{
	printf("%s: p50 %.3f ms, p99 %.3f ms, max %.3f ms of %llu\n", name,
	       quantile(histogram, 0.5), quantile(histogram, 0.99), quantile(histogram, 1.0),
	       (unsigned long long)count(histogram));
}

/**
 * sim_report_print() - for people
 * @report: of all
 */
void sim_report_print(const struct sim_report *report)
{
	const struct sim_stats *s = &report->sum;
	uint32_t i;

	printf("%llu seeds, %llu nodes, %.0f simulated seconds, %.0f s\n",
	       (unsigned long long)report->seeds, (unsigned long long)report->nodes,
	       (double)s->sim_ns / SIM_S, report->wall_s);
	printf("%llu events, %llu deliveries, %llu crises, %llu suspicions, %llu refutations, %llu deaths of the dead, %llu of those out of reach for too long\n",
	       (unsigned long long)s->events, (unsigned long long)s->deliveries,
	       (unsigned long long)s->crises, (unsigned long long)s->suspicions,
	       (unsigned long long)s->refuted, (unsigned long long)s->deaths_true,
	       (unsigned long long)s->deaths_false_long);
	runner_print_faults(sim_fault_names, s->faults, SIM_FAULTS);
	printf("worlds with InfiniBand: %llu, %llu deliveries by it, %llu nodes promoted in the end\n",
	       (unsigned long long)s->ib_worlds, (unsigned long long)s->ib_deliveries,
	       (unsigned long long)s->ib_promoted);
	print_latency("crisis at coupled neighbours, no loss", s->near);
	print_latency("crisis to their price, no loss", s->reserve);
	printf("  %llu more were as dear already\n", (unsigned long long)s->dear_already);
	print_latency("crisis in the zone, loss up to 30 %", s->whole);
	printf("at rest %.0f bytes/s a node; all agree %.1f s after healing at the latest\n",
	       idle(report), (double)report->converged_max_ns / SIM_S);
	for (i = 1; i < SIM_RULES; i++)
		if (report->by_rule[i])
			printf("broken: %s in %llu worlds\n", sim_rule_names[i],
			       (unsigned long long)report->by_rule[i]);
	printf("%llu violations\n", (unsigned long long)report->violations);
}

static void write_latency(FILE *f, const char *name, const uint32_t *histogram)
{
	fprintf(f, "  \"%s_p50_ms\": %.3f,\n  \"%s_p99_ms\": %.3f,\n  \"%s_max_ms\": %.3f,\n",
		name, quantile(histogram, 0.5), name, quantile(histogram, 0.99), name,
		quantile(histogram, 1.0));
	fprintf(f, "  \"%s_samples\": %llu,\n", name, (unsigned long long)count(histogram));
}

/* As JSON: null if none was looked for, which is not the same as not found. */
static const char *canaries_caught(const struct sim_report *report)
{
	bool sought = false, caught = true;
	uint32_t i;

	for (i = 1; i < SIM_CANARIES; i++) {
		sought |= report->sought[i];
		caught &= !report->sought[i] || report->canary[i];
	}
	return !sought ? "null" : caught ? "true" : "false";
}

/**
 * sim_report_write() - for programs
 * @report: of all
 * @path: of the file
 *
 * Return: false if that failed, and errno says why.
 */
bool sim_report_write(const struct sim_report *report, const char *path)
{
	FILE *f = fopen(path, "w");
	const char *caught;

	if (!f)
		return false;
	caught = canaries_caught(report);
	fprintf(f, "{\n  \"seeds\": %llu,\n  \"nodes\": %llu,\n  \"simulated_s\": %.0f,\n",
		(unsigned long long)report->seeds, (unsigned long long)report->nodes,
		(double)report->sum.sim_ns / SIM_S);
	fprintf(f, "  \"violations\": %llu,\n  \"canary_caught\": %s,\n",
		(unsigned long long)report->violations, caught);
	runner_write_table(f, "faults", sim_fault_names, report->sum.faults, 0, SIM_FAULTS);
	runner_write_table(f, "violations_by_rule", sim_rule_names, report->by_rule, 1, SIM_RULES);
	runner_write_table(f, "canary_caught_after_seeds", sim_canary_names, report->canary, 1,
			   SIM_CANARIES);
	write_latency(f, "crisis_neighbour", report->sum.near);
	write_latency(f, "crisis_price", report->sum.reserve);
	fprintf(f, "  \"crisis_price_high_already\": %llu,\n",
		(unsigned long long)report->sum.dear_already);
	write_latency(f, "crisis_zone", report->sum.whole);
	fprintf(f, "  \"deaths_true\": %llu,\n  \"suspicions\": %llu,\n  \"refutations\": %llu,\n",
		(unsigned long long)report->sum.deaths_true,
		(unsigned long long)report->sum.suspicions,
		(unsigned long long)report->sum.refuted);
	fprintf(f, "  \"ib_worlds\": %llu,\n  \"ib_promoted\": %llu,\n",
		(unsigned long long)report->sum.ib_worlds,
		(unsigned long long)report->sum.ib_promoted);
	fprintf(f, "  \"idle_bytes_per_s\": %.0f,\n  \"converged_max_s\": %.1f,\n", idle(report),
		(double)report->converged_max_ns / SIM_S);
	fprintf(f, "  \"wall_s\": %.1f\n}\n", report->wall_s);
	return !fclose(f);
}
