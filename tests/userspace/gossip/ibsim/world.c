// SPDX-License-Identifier: GPL-2.0
/*
 * A world: what it is like, from its seed (swarm testing: most kinds of trouble are absent from
 * most worlds), and its course.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

extern const struct link_ops gossipd_link;

/* Rounds of the loop that do not wait, one after the other. */
#define ROUNDS 400
/* Bounds after the last fault: see Documentation/testing/infiniband.md. */
#define HEALED_NS (60 * IBSIM_S)
#define BEST_NS (70 * IBSIM_S)
#define BEGIN_NS (1000 * IBSIM_S)

struct ibsim_world *ibsim;

uint64_t ibsim_draw(void)
{
	if (ibsim_canary == IBSIM_CANARY_DICE)
		return sim_random(&ibsim->rng) ^ (uintptr_t)ibsim;
	return sim_random(&ibsim->rng);
}

uint64_t ibsim_below(uint64_t below)
{
	return sim_below(&ibsim->rng, below);
}

bool ibsim_chance(uint32_t per_mille)
{
	return sim_chance(&ibsim->rng, per_mille);
}

/* Into the hash of all that happened. */
void ibsim_trace(uint64_t what, uint64_t value)
{
	uint64_t *hash = &ibsim->result->hash;

	*hash = sim_mix(*hash ^ sim_mix(what << 56 ^ value) ^ ibsim_now_ns);
}

/* For a replay. */
void ibsim_say(const char *format, ...)
{
	va_list args;

	if (!ibsim->verbose)
		return;
	printf("%12.6f ", (double)(ibsim_now_ns - BEGIN_NS) / IBSIM_S);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static void draw_options(struct ibsim_options *o, uint64_t *rng)
{
	o->ports = (uint32_t)(sim_chance(rng, 100) ? sim_range(rng, 7, 10) :
			      sim_range(rng, 1, 4));
	o->two = sim_chance(rng, 300) ? 500 : 0;
	o->ethernet = sim_chance(rng, 600);
	o->buffers = (uint32_t)(sim_chance(rng, 300) ? 512 : 16 << sim_below(rng, 5));
	o->send_only = sim_chance(rng, 100);
	o->storm_ns = sim_range(rng, 5, 40) * IBSIM_S;
	o->every_ns = sim_range(rng, 1, 40) * sim_range(rng, 1, 40) * IBSIM_MS;
	o->send_every_ns = sim_range(rng, 1, 50) * IBSIM_MS;
	/* Half of all kinds in half of the worlds, a few of them in others. */
	o->kinds = sim_random(rng);
	if (sim_chance(rng, 300))
		o->kinds &= sim_random(rng);
	if (sim_chance(rng, 300))
		o->kinds &= sim_random(rng);
	o->call_fails = (uint32_t)sim_range(rng, 5, 400);
	if (sim_chance(rng, 400))
		o->close_ns = 1 + sim_below(rng, o->storm_ns);
}

static void print_options(const struct ibsim_options *o)
{
	uint32_t i;

	printf("ports=%u two=%u ethernet=%d buffers=%u send_only=%d storm_s=%llu every_ms=%llu send_every_ms=%llu call_fails=%u close_ms=%llu\n",
	       o->ports, o->two, o->ethernet, o->buffers, o->send_only,
	       (unsigned long long)(o->storm_ns / IBSIM_S),
	       (unsigned long long)(o->every_ns / IBSIM_MS),
	       (unsigned long long)(o->send_every_ns / IBSIM_MS), o->call_fails,
	       (unsigned long long)(o->close_ns / IBSIM_MS));
	printf("kinds:");
	for (i = 0; i < IBSIM_FAULTS; i++) {
		if (o->kinds >> i & 1)
			printf(" %s", ibsim_fault_names[i]);
	}
	printf("\n");
}

static void make_machine(void)
{
	bool some = false;
	uint32_t i;

	fake_reset(ibsim->opt.ports);
	fake.fate = ibsim_fate;
	fake.join = ibsim_joining;
	for (i = 1; i < ibsim->opt.ports; i++) {
		if (fake.port[i - 1].number == 1 && ibsim_chance(ibsim->opt.two))
			fake_second_port(i);
	}
	for (i = 0; i < ibsim->opt.ports; i++) {
		struct fake_port *port = &fake.port[i];

		port->ethernet = ibsim->opt.ethernet;
		/* Some come later. */
		if (ibsim->opt.kinds >> IBSIM_PLUGGED & 1 && ibsim_chance(300))
			port->of->there = false;
		some = some || port->of->there;
	}
	if (some)
		return;
	ibsim_fault(IBSIM_NO_DEVICE);
	fake.no_driver = ibsim_chance(500);
}

/* Until the loop would wait. */
static void settle(void)
{
	int rounds;

	for (rounds = 0; ibsim_loop_once() && !ibsim->result->broken; rounds++) {
		ibsim_look(false);
		if (rounds == ROUNDS)
			ibsim_break(IBSIM_BUSY, "%d rounds of the loop, and it still does not wait",
				    rounds);
		ibsim_now_ns += IBSIM_US;
	}
	ibsim_look(true);
}

/* To the next thing that happens, or to a time. */
static void go_on(uint64_t until_ns)
{
	uint64_t next_ns = ibsim_later_next_ns(), arg;
	enum ibsim_later what;
	uint32_t which;

	if (ibsim_loop_next_ns() < next_ns)
		next_ns = ibsim_loop_next_ns();
	if (next_ns > until_ns)
		next_ns = until_ns;
	if (next_ns > ibsim_now_ns)
		ibsim_now_ns = next_ns;
	while (ibsim_now_ns <= until_ns && ibsim_later_take(&what, &which, &arg)) {
		if (!ibsim->closed || what == IBSIM_DO_WORK || what == IBSIM_DO_DONE)
			ibsim_do(what, which, arg);
	}
}

static void live_until(uint64_t until_ns)
{
	while (ibsim_now_ns < until_ns && !ibsim->result->broken) {
		settle();
		go_on(until_ns);
	}
}

/* What has not ended yet ends, and then all has been given back. */
static void end(void)
{
	uint64_t until_ns = ibsim_now_ns + 30 * IBSIM_S;

	ibsim->closed = true;
	ibsim->storm = false;
	while (ibsim_loop_live() && ibsim_now_ns < until_ns && !ibsim->result->broken) {
		settle();
		go_on(until_ns);
	}
	ibsim->link = NULL;
	if (!ibsim->result->broken)
		ibsim_look_closed();
}

static bool start(void)
{
	const struct link_user user = ibsim_user();
	int err;

	ibsim->closed = false;
	ibsim->up = false;
	err = gossipd_link.open(&ibsim->link, &ibsim->loop, &ibsim->config, &user);
	ibsim_say("opened: %d", err);
	if (!err)
		return true;
	ibsim->link = NULL;
	end();
	return false;
}

static void course(void)
{
	uint64_t from_ns, i;

	if (ibsim->opt.kinds >> IBSIM_CALL_FAILS & 1 && ibsim_chance(300))
		ibsim->bad_until_ns = ibsim_now_ns + ibsim_below(IBSIM_S);
	if (!start()) {
		ibsim->bad_until_ns = 0;
		if (ibsim->result->broken)
			return;
		if (!start()) {
			ibsim_break(IBSIM_HEALING, "it does not open with all well");
			return;
		}
	}
	from_ns = ibsim_now_ns;
	ibsim->storm = true;
	ibsim_later(0, IBSIM_DO_STORM, 0, 0);
	ibsim_later(0, IBSIM_DO_TRAFFIC, 0, 0);
	live_until(from_ns + (ibsim->opt.close_ns ? ibsim->opt.close_ns : ibsim->opt.storm_ns));
	if (ibsim->opt.close_ns) {
		/* In the middle of anything. */
		ibsim_fault(IBSIM_CLOSED_EARLY);
		if (ibsim_chance(500))
			ibsim_loop_once();
	} else {
		ibsim_heal();
		live_until(ibsim->healed_ns + BEST_NS);
		if (!ibsim->result->broken)
			ibsim_look_healed();
	}
	if (ibsim->result->broken)
		return;
	for (i = 0; i < RAILS_MAX; i++)
		ibsim->result->ups += ibsim->link->rails.rail[i].ups;
	gossipd_link.close(ibsim->link);
	ibsim_say("closed");
	end();
}

/* One world; @result: written. */
void ibsim_run(uint64_t seed, bool verbose, struct ibsim_result *result)
{
	static struct ibsim_world world;

	memset(result, 0, sizeof(*result));
	memset(&world, 0, sizeof(world));
	ibsim = &world;
	world.seed = seed;
	world.result = result;
	world.verbose = verbose;
	world.rng = sim_mix(seed + 1);
	result->seed = seed;
	draw_options(&world.opt, &world.rng);
	if (verbose)
		print_options(&world.opt);
	world.config.buffers = world.opt.buffers;
	world.config.send_only = world.opt.send_only;
	world.config.enable = CONFIG_INFINIBAND_AUTO;
	world.config.group4.in.sin_family = AF_INET;
	world.config.group4.in.sin_addr.s_addr = htonl(0xefc00007);
	ibsim_loop_reset(BEGIN_NS);
	ibsim_later_reset();
	make_machine();
	course();
	result->ns = ibsim_now_ns - BEGIN_NS;
	ibsim_trace('e', result->broken);
}
