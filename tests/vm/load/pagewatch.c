// SPDX-License-Identifier: GPL-2.0
/*
 * Looks for entries of the price page whose parts do not belong together.
 *
 *	pagewatch change SECONDS	set multipliers at random, as fast as it can; in the end 1.0
 *	pagewatch watch SECONDS BASE	read the page all the time, with this base price in force
 *
 * While there is no demand multiplier and the GPU multiplier is coupled to the general book alone,
 * as by default, both reserves of an entry follow from its multipliers.
 */
#include <stdio.h>
#include <string.h>

#include "genl.h"
#include "ringdev.h"

#define CPUS_MAX 64

static struct maxwell_cpu_prices last[CPUS_MAX];
static unsigned long nr_reads, nr_busy, nr_changes, nr_prices;

static void die_of(const char *what, uint32_t cpu, const struct maxwell_cpu_prices *e)
{
	printf("CPU %u, seq %u: %s: reserves %u and %u at multipliers %x %x %x, flags %x, ", cpu,
	       e->seq, what, e->reserve_general, e->reserve_feeder, e->local, e->external, e->gpu,
	       e->flags);
	printf("bid %u, %u queued, time %llu, last seq %u, time %llu\n", e->best_bid, e->queued,
	       e->time_ns, last[cpu].seq, last[cpu].time_ns);
	exit(1);
}

static int read_entry(const struct maxwell_cpu_prices *at, struct maxwell_cpu_prices *e)
{
	uint32_t seq = __atomic_load_n(&at->seq, __ATOMIC_ACQUIRE);

	if (seq & 1)
		return 0;
	*e = *(const volatile struct maxwell_cpu_prices *)at;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	e->seq = seq;
	return *(const volatile uint32_t *)&at->seq == seq;
}

static uint64_t scale(uint64_t price_q16, uint32_t multiplier)
{
	unsigned __int128 product = (unsigned __int128)price_q16 * multiplier >> 16;
	uint64_t most = (uint64_t)UINT32_MAX << 16;

	return product > most ? most : (uint64_t)product;
}

static uint32_t reserve(uint32_t base, const struct maxwell_cpu_prices *e, uint32_t gpu)
{
	uint64_t price_q16 = (uint64_t)base << 16;

	price_q16 = scale(scale(scale(price_q16, e->local), e->external), gpu) >> 16;
	return price_q16 ? (uint32_t)price_q16 : 1;
}

static void judge(uint32_t cpu, const struct maxwell_cpu_prices *e, uint32_t base)
{
	const struct maxwell_cpu_prices *l = &last[cpu];

	if (e->reserve_feeder != reserve(base, e, MAXWELL_MULTIPLIER_ONE))
		die_of("the feeders' reserve does not follow from the multipliers", cpu, e);
	if (e->reserve_general != reserve(base, e, e->gpu))
		die_of("the general reserve does not follow from the multipliers", cpu, e);
	if (e->best_bid && !e->queued)
		die_of("a bid of nobody", cpu, e);
	if (e->reserved || e->reserved2 || e->flags & ~(MAXWELL_CPU_ONLINE | MAXWELL_CPU_IDLE))
		die_of("bits that mean nothing", cpu, e);
	if ((int32_t)(e->seq - l->seq) < 0)
		die_of("the count went back", cpu, e);
	if (e->seq == l->seq && memcmp(e, l, sizeof(*e)))
		die_of("a change without a count", cpu, e);
	if (e->time_ns < l->time_ns)
		die_of("the time went back", cpu, e);
	nr_changes += e->seq != l->seq;
	nr_prices += e->local != l->local || e->external != l->external || e->gpu != l->gpu;
	last[cpu] = *e;
}

static void watch(int seconds, uint32_t base)
{
	const struct maxwell_prices *page = dev_prices(dev_open());
	uint64_t end = now_ns() + seconds * NSEC_PER_SEC;
	struct maxwell_cpu_prices e;
	uint32_t cpu;

	if (page->nr_cpus > CPUS_MAX)
		errx(1, "%u CPUs are more than %u", page->nr_cpus, CPUS_MAX);
	for (cpu = 0; cpu < page->nr_cpus; cpu++)
		while (!read_entry(cpu_prices(page, cpu), &last[cpu]))
			;
	while (now_ns() < end) {
		for (cpu = 0; cpu < page->nr_cpus; cpu++) {
			if (!read_entry(cpu_prices(page, cpu), &e)) {
				nr_busy++;
				continue;
			}
			nr_reads++;
			judge(cpu, &e, base);
		}
	}
	printf("{\"reads\": %lu, \"busy\": %lu, \"changes\": %lu, \"prices\": %lu}\n", nr_reads,
	       nr_busy, nr_changes, nr_prices);
}

static void set_price(struct genl *genl, uint32_t kind, uint32_t multiplier)
{
	struct genl_msg m;
	int error;

	genl_begin(genl, &m, genl->family, MAXWELL_CMD_PRICE_SET, NLM_F_ACK);
	genl_put_u32(&m, MAXWELL_A_PRICE_KIND, kind);
	genl_put_u32(&m, MAXWELL_A_PRICE_MULTIPLIER, multiplier);
	error = genl_request(genl, &m, NULL);
	if (error)
		errx(1, "price-set: %s: %s", strerror(-error), genl->text);
}

static void change(int seconds)
{
	uint64_t rng = 0x9e3779b97f4a7c15ULL, end = now_ns() + seconds * NSEC_PER_SEC, nr = 0;
	static struct genl genl;
	uint32_t kind;

	for (genl_open(&genl); now_ns() < end; nr++) {
		uint64_t r = rng_next(&rng);

		set_price(&genl, (uint32_t)(r >> 60) % 3,
			  MAXWELL_MULTIPLIER_ONE / 4 + (uint32_t)r % (8 * MAXWELL_MULTIPLIER_ONE));
	}
	for (kind = 0; kind < 3; kind++)
		set_price(&genl, kind, MAXWELL_MULTIPLIER_ONE);
	printf("%llu changes\n", (unsigned long long)nr);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "change"))
		change(atoi(argv[2]));
	else if (argc == 4 && !strcmp(argv[1], "watch"))
		watch(atoi(argv[2]), (uint32_t)atoi(argv[3]));
	else
		errx(2, "usage: pagewatch change SECONDS | watch SECONDS BASE");
	return 0;
}
