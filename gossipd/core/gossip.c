// SPDX-License-Identifier: GPL-2.0
/*
 * The core from outside: what starts and ends it, and what calls come in. All calls go by
 * core_enter(), which keeps time from going backwards and notices that it went on without anybody
 * listening.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* A call that comes so late after what was due says that the node did not listen. */
#define TARDY_NS (5 * MS_NS)
#define STALL_NS SEC_NS
/* What a call counts for at least: what had come by then was read. */
#define HEARD_NS (20 * MS_NS)
/* Time for reading is given once in so much of the time in which somebody listened. */
#define GRACE_EACH_NS (10 * SEC_NS)

static void run_timer(struct gossip *g, uint32_t timer)
{
	static void (*const due[TIMER_MEMBERS])(struct gossip *g) = {
		[TIMER_BEACON] = beacon_due,	    [TIMER_CRISIS] = crisis_repeat,
		[TIMER_RELAY] = crisis_relay,	    [TIMER_ROUND] = spread_round,
		[TIMER_PROBE] = probe_due,	    [TIMER_NACK] = probe_nacks_due,
		[TIMER_CONTROL] = price_step,	    [TIMER_HELLO] = hello_due,
		[TIMER_SPEAKER] = speaker_due,	    [TIMER_DEAD] = probe_dead,
		[TIMER_CONTACT] = hello_contacts,   [TIMER_MIGRATE] = migrate_release,
		[TIMER_LINK] = links_due,
	};
	struct member *m;

	if (timer < TIMER_MEMBERS) {
		due[timer](g);
		return;
	}
	m = &g->members.slot[(timer - TIMER_MEMBERS) / MEMBER_TIMERS];
	if ((timer - TIMER_MEMBERS) % MEMBER_TIMERS == MEMBER_HEAR)
		detect_hear_due(g, m);
	else
		detect_life_due(g, m);
}

/*
 * Nobody was there to hear for so long, of all the time since the last call. Not only that: what
 * has come meanwhile has to be read first. But who is late each time has to come to a verdict as
 * well: some of the time counts, and reading takes its own only now and then.
 */
static void missed(struct gossip *g, uint64_t late, uint64_t elapsed)
{
	uint64_t most = elapsed > HEARD_NS ? elapsed - HEARD_NS : 0;

	g->deaf_ns += late < most ? late : most;
	if (g->grace_ns &&
	    g->now_ns < g->grace_ns + GRACE_EACH_NS + (g->deaf_ns - g->grace_deaf_ns))
		return;
	g->deaf_ns += late < STALL_NS ? late : STALL_NS;
	g->grace_ns = g->now_ns;
	g->grace_deaf_ns = g->deaf_ns;
}

/**
 * core_enter() - a call of the daemon's begins
 * @g: this node
 * @now_ns: its time; one that went back is kept from going back here
 */
void core_enter(struct gossip *g, uint64_t now_ns)
{
	uint64_t due = timers_first(&g->timers), late, elapsed;

	now_ns += g->offset_ns;
	if (now_ns < g->now_ns) {
		g->offset_ns += g->now_ns - now_ns;
		now_ns = g->now_ns;
	}
	if (due < g->now_ns)
		due = g->now_ns;
	late = now_ns > due ? now_ns - due : 0;
	elapsed = now_ns - g->now_ns;
	g->now_ns = now_ns;
	if (late <= TARDY_NS)
		return;
	missed(g, late, elapsed);
	if (g->now_ns >= g->stale_until_ns || late > g->stale_ns)
		g->stale_ns = late;
	g->stale_until_ns = g->now_ns + (late < STALL_NS ? late : STALL_NS);
	if (late > STALL_NS)
		detect_stalled(g, late);
}

static void start(struct gossip *g)
{
	core_timer_in(g, TIMER_BEACON, 1 + core_random_below(g, 10 * MS_NS));
	core_timer_in(g, TIMER_HELLO, 1);
	core_timer_in(g, TIMER_ROUND, core_jitter(g, SEC_NS));
	core_timer_in(g, TIMER_PROBE, core_jitter(g, g->config.probe_interval_ms * MS_NS));
	core_timer_in(g, TIMER_CONTROL, 1);
	core_timer_in(g, TIMER_SPEAKER, core_jitter(g, SEC_NS));
	core_timer_in(g, TIMER_DEAD, core_jitter(g, 30 * SEC_NS));
	core_timer_in(g, TIMER_CONTACT, core_jitter(g, 10 * SEC_NS));
}

static bool take_memory(struct gossip *g)
{
	uint32_t nr = g->config.members_max;

	g->control = calloc(1, control_size());
	g->near = calloc(nr, sizeof(*g->near));
	g->neighbours = calloc(nr, sizeof(*g->neighbours));
	g->scratch = calloc((size_t)nr * ZONE_MEDIANS, sizeof(*g->scratch));
	g->probe.order = calloc(nr, sizeof(*g->probe.order));
	return g->control && g->near && g->neighbours && g->scratch && g->probe.order &&
	       timers_create(&g->timers, TIMER_MEMBERS + MEMBER_TIMERS * nr) &&
	       members_create(&g->members, nr, g->env.random(g->env.ctx)) &&
	       gone_create(&g->gone, nr, g->members.key);
}

/**
 * gossip_create() - start a node
 * @config: settings; taken over, but for what it points to
 * @env: what it acts by; taken over
 * @now_ns: time
 *
 * The first gossip_step() is due at once.
 *
 * Return: the node; NULL if the settings are wrong (gossip_config_check() says how) or there is no
 * memory.
 */
struct gossip *gossip_create(const struct gossip_config *config, const struct gossip_env *env,
			     uint64_t now_ns)
{
	struct gossip *g;

	if (gossip_config_check(config))
		return NULL;
	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->config = *config;
	g->config.control = NULL;
	g->env = *env;
	g->now_ns = now_ns;
	g->start_ns = now_ns;
	g->incarnation = config->incarnation;
	g->links.up = 1 << GOSSIP_LINK_UDP;
	if (!take_memory(g)) {
		gossip_destroy(g);
		return NULL;
	}
	g->sender = (struct seal_sender){
		.node = config->self, .zone = config->zone, .incarnation = config->incarnation,
		.salt = env->random(env->ctx),
	};
	control_init(g->control, config->control ? config->control : &control_defaults, now_ns);
	zone_init(g);
	g->interval_ms = beacon_interval(g);
	env->persist(env->ctx, g->incarnation);
	start(g);
	return g;
}

/**
 * gossip_destroy() - end a node without a word
 * @g: node, or NULL
 */
void gossip_destroy(struct gossip *g)
{
	if (!g)
		return;
	gone_destroy(&g->gone);
	members_destroy(&g->members);
	timers_destroy(&g->timers);
	free(g->probe.order);
	free(g->scratch);
	free(g->neighbours);
	free(g->near);
	free(g->control);
	free(g);
}

/**
 * gossip_reconfigure() - take other settings, all or none
 * @g: node
 * @config: settings; the name, the zone, the public key and the room of the table have to be as
 *	they are, and the incarnation is not looked at
 * @now_ns: time
 *
 * Return: NULL, or what is wrong; nothing has changed then.
 */
const char *gossip_reconfigure(struct gossip *g, const struct gossip_config *config,
			       uint64_t now_ns)
{
	const char *why = gossip_config_check(config);

	if (why)
		return why;
	if (!id_equal(&config->self, &g->config.self) ||
	    memcmp(&config->public_key, &g->config.public_key, sizeof(config->public_key)))
		return "a node that runs cannot change its name or its key";
	if (config->zone != g->config.zone)
		return "a node that runs cannot change its zone";
	if (config->members_max != g->config.members_max)
		return "a node that runs cannot change the room of its table";
	core_enter(g, now_ns);
	g->config = *config;
	g->config.control = NULL;
	control_retune(g->control, config->control ? config->control : &control_defaults);
	zone_init(g);
	beacon_urgency(g);
	return NULL;
}

/**
 * gossip_step() - do what is due
 * @g: node
 * @now_ns: time
 *
 * Costs O(1) if nothing is. Read what has come before: a verdict should know of it.
 *
 * Return: when to call again at the latest; %GOSSIP_NEVER after gossip_leave(). Any other call may
 * move that to an earlier time.
 */
uint64_t gossip_step(struct gossip *g, uint64_t now_ns)
{
	uint32_t timer;

	if (g->left)
		return GOSSIP_NEVER;
	core_enter(g, now_ns);
	while (timers_pop(&g->timers, g->now_ns, &timer))
		run_timer(g, timer);
	/* Something always is, and later than now. */
	return timers_first(&g->timers) - g->offset_ns;
}

/* --- what comes --- */

/**
 * gossip_sample() - take what the node's own sensors say
 * @g: node
 * @now_ns: time
 * @sample: readings
 *
 * Sets a price before it returns.
 */
void gossip_sample(struct gossip *g, uint64_t now_ns, const struct gossip_sample *sample)
{
	if (g->left)
		return;
	core_enter(g, now_ns);
	g->sample = *sample;
	/* No node makes power: the sensor is wrong. */
	if (g->sample.power_w < 0)
		g->sample.power_w = NAN;
	g->sample_ns = g->now_ns;
	g->sampled = true;
	price_step(g);
	beacon_urgency(g);
}

/**
 * gossip_cpus() - take how many CPUs there are for the load
 * @g: node
 * @now_ns: time
 * @cpus: CPUs that the demand curves that follow are for; 0 or NAN: not known, as many as the load
 *	wants at multiplier 1
 *
 * Load beyond them waits: it heats nothing, to shed it cools nothing, and on a cool node it is no
 * reason for a price. So no step of a curve counts for more.
 */
void gossip_cpus(struct gossip *g, uint64_t now_ns, double cpus)
{
	core_enter(g, now_ns);
	g->cpus = cpus > 0 && isfinite(cpus) ? cpus : 0;
}

/**
 * gossip_demand() - take the kernel's demand curve
 * @g: node
 * @now_ns: time
 * @steps: by rising price
 * @nr: of them; the dearest 64 count
 * @base_price: the kernel's at multiplier 1, cents per CPU-second
 */
void gossip_demand(struct gossip *g, uint64_t now_ns, const struct control_demand *steps, size_t nr,
		   uint32_t base_price)
{
	size_t room = sizeof(g->demand) / sizeof(g->demand[0]), i;

	core_enter(g, now_ns);
	if (nr > room) {
		steps += nr - room;
		nr = room;
	}
	if (nr)
		memcpy(g->demand, steps, nr * sizeof(*steps));
	for (i = 0; i < nr && g->cpus > 0; i++) {
		if (g->demand[i].cpus > g->cpus)
			g->demand[i].cpus = g->cpus;
	}
	g->nr_demand = nr;
	g->base_price = base_price;
}

/**
 * gossip_leave() - tell the others that the node ends on purpose
 * @g: node
 * @now_ns: time
 *
 * Nothing else is done after that: the node can be destroyed at once.
 */
void gossip_leave(struct gossip *g, uint64_t now_ns)
{
	struct gw_record record;
	int i;

	if (g->left)
		return;
	core_enter(g, now_ns);
	g->speaker = false;
	g->left = true;
	claim_make(g, &g->config.self, g->incarnation, GW_LEFT, &record);
	out_queue(g, &record);
	/* Twice, as one may get lost; the others pass it on. */
	for (i = 0; i < 2; i++) {
		beacon_send(g);
		spread_round(g);
	}
}
