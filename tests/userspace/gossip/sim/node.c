// SPDX-License-Identifier: GPL-2.0
/*
 * A host with the daemon's part of the work around the shipped core: its clock, its timer, its
 * socket, its sensors ten times a second, and a file with its incarnation.
 */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "sim.h"

/* Late by this at most: the loop counts milliseconds, and somebody else may have the CPU. */
#define WAKE_NS SIM_MS

#define HELD_NS (100 * SIM_MS)

/* --- its clock --- */

/**
 * sim_local() - what a node's clock says
 * @n: node
 * @now_ns: time of the world
 *
 * Return: nanoseconds, never falling.
 */
uint64_t sim_local(const struct sim_node *n, uint64_t now_ns)
{
	int64_t run = (int64_t)(now_ns - n->boot_ns);

	return n->clock_base_ns + (uint64_t)(run + run * n->ppm / 1000000);
}

/* The first time of the world at which the node's clock says @local or more. */
static uint64_t global(const struct sim_node *n, uint64_t local)
{
	uint64_t now = n->world->now_ns, at = now, behind;

	while (sim_local(n, at) < local) {
		behind = local - sim_local(n, at);
		at += behind > 2000 ? behind - behind / 2048 : behind;
	}
	return at;
}

/* --- what the core does to the world --- */

/* What the simulator allocates meanwhile is not the core's. */
static struct sim_node *outside(void *ctx)
{
	sim_inside = NULL;
	return ctx;
}

static uint64_t env_random(void *ctx)
{
	struct sim_node *n = ctx;

	if (sim_canary == SIM_CANARY_DICE && getpid() & 1)
		n->rng++;
	return sim_random(&n->rng);
}

static void env_send(void *ctx, const struct gossip_route *route, const uint8_t *bytes,
		     size_t len)
{
	struct sim_node *n = outside(ctx);

	n->actions++;
	n->bytes += len;
	n->datagrams++;
	sim_hash(n->world, (uint64_t)n->index << 32 | (uint64_t)(route->links & ~1U) << 24 |
		 (uint64_t)route->dest << 16 | len);
	sim_hash_bytes(n->world, bytes, len);
	sim_watch_send(n, len);
	if (len <= GW_DATAGRAM_MAX)
		sim_net_send(n, route, bytes, len, false);
	sim_inside = n;
}

static void env_price(void *ctx, const struct control_output *price)
{
	struct sim_node *n = outside(ctx);

	n->actions++;
	sim_hash(n->world, (uint64_t)price->local.multiplier << 32 | price->external.multiplier);
	sim_hash(n->world, (uint64_t)(uint32_t)price->local.slope << 32 | n->index);
	sim_watch_price(n, price);
	n->price = *price;
	n->priced_ns = n->world->now_ns;
	sim_inside = n;
}

static void env_event(void *ctx, const struct gossip_event *event)
{
	struct sim_node *n = outside(ctx);

	/* A key that is not known is news, and a stall has nothing to do with the datagram. */
	if (event->kind != GOSSIP_EV_KEY && event->kind != GOSSIP_EV_STALL)
		n->actions++;
	sim_hash(n->world, (uint64_t)event->kind << 32 | (uint64_t)event->state << 16 | event->on);
	sim_watch_event(n, event);
	sim_inside = n;
}

static void env_persist(void *ctx, uint64_t incarnation)
{
	struct sim_node *n = outside(ctx);

	n->actions++;
	sim_hash(n->world, incarnation);
	if (incarnation < n->highest_incarnation && !n->world->opt.lose_state && !n->insider)
		sim_broken(n->world, SIM_RULE_INCARNATION, n, "persists %llu after %llu",
			   (unsigned long long)incarnation,
			   (unsigned long long)n->highest_incarnation);
	if (incarnation > n->highest_incarnation)
		n->highest_incarnation = incarnation;
	n->persisted = incarnation;
	sim_inside = n;
}

/* --- the daemon's loop --- */

static void enter(struct sim_node *n)
{
	sim_inside = n;
	sim_allocations = 0;
}

static void leave(struct sim_node *n)
{
	sim_inside = NULL;
	if (sim_allocations)
		sim_broken(n->world, SIM_RULE_MEMORY, n, "%llu allocations in a call",
			   (unsigned long long)sim_allocations);
	if (n->nr_deaths)
		sim_watch_deaths(n);
}

/**
 * sim_node_after() - let the core do what is due, and set the timer
 * @n: running node
 */
void sim_node_after(struct sim_node *n)
{
	struct sim_world *w = n->world;
	uint64_t local = sim_local(n, w->now_ns), due;

	enter(n);
	due = gossip_step(n->core, local);
	leave(n);
	if (due == GOSSIP_NEVER)
		return;
	/* A core that asks for no time to pass again and again would keep it busy. */
	if (due <= local && w->now_ns == n->last_step_ns) {
		if (++n->steps_same_ns > 10000)
			sim_broken(w, SIM_RULE_BUSY, n, "asks to be called at once for ever");
	} else {
		n->steps_same_ns = 0;
		n->last_step_ns = w->now_ns;
	}
	due = global(n, due);
	if (n->timer_ns > w->now_ns && n->timer_ns <= due)
		return;
	due += sim_below(&w->rng, WAKE_NS);
	n->timer_ns = due;
	sim_at(w, due, SIM_EV_TIMER, n->index, 0);
}

/**
 * sim_node_timer() - the timer of a node is due
 * @n: node
 * @due: when it was set to; another one may have been set since
 */
void sim_node_timer(struct sim_node *n, uint64_t due)
{
	if (!n->running || n->timer_ns != due)
		return;
	n->timer_ns = 0;
	if (!n->paused)
		sim_node_after(n);
}

/**
 * sim_node_sample() - the sensors of a node are read
 * @n: node
 */
void sim_node_sample(struct sim_node *n)
{
	struct sim_world *w = n->world;
	struct gossip_sample sample;

	sim_sensor_read(n, &sample);
	n->sampled_ns = w->now_ns;
	enter(n);
	gossip_sample(n->core, sim_local(n, w->now_ns), &sample);
	leave(n);
}

static void damage(uint8_t *bytes, size_t *len, const struct sim_waiting *what)
{
	uint64_t rng = what->arg, flips;

	if (what->damage & SIM_DAMAGE_CUT)
		*len = sim_below(&rng, *len);
	if (!(what->damage & SIM_DAMAGE_FLIP) || !*len)
		return;
	for (flips = sim_range(&rng, 1, 4); flips; flips--)
		bytes[sim_below(&rng, *len)] ^= (uint8_t)(1U << sim_below(&rng, 8));
}

/*
 * A datagram that the attacker has held up was taken. What its sender says in it of himself and of
 * others is older than its ages know, by so much: who has been gone for longer seems to have been
 * heard of as much later.
 */
static void held_up(struct sim_world *w, uint64_t by_ns)
{
	uint64_t since;
	uint32_t i;

	for (i = 0; i < w->opt.nodes; i++) {
		struct sim_node *of = &w->nodes[i];

		if (of->running && !of->paused)
			continue;
		since = of->running ? of->paused_ns : of->stopped_ns;
		if (of->held_ns > since)
			since = of->held_ns;
		of->held_ns = w->now_ns - since > by_ns ? since + by_ns : w->now_ns;
	}
}

/* Whether a datagram must be refused, and whether it was. */
static void judge(struct sim_node *n, const struct sim_waiting *what, bool spoilt, bool taken,
		  bool acted)
{
	struct sim_packet *p = what->packet;
	uint64_t *had = &p->taken[n->index / 64], bit = 1ULL << n->index % 64;

	if ((p->forged || spoilt) && (taken || acted))
		sim_broken(n->world, SIM_RULE_FORGED, n, "%s a %s datagram of node %u",
			   taken ? "takes" : "acts on", p->forged ? "forged" : "damaged", p->from);
	else if (taken && *had & bit)
		sim_broken(n->world, SIM_RULE_REPLAYED, n, "takes a datagram of node %u again",
			   p->from);
	else if (taken)
		*had |= bit;
	if (taken && n->world->opt.attacker && n->world->now_ns - p->sent_ns > HELD_NS)
		held_up(n->world, n->world->now_ns - p->sent_ns);
}

/**
 * sim_node_packet() - a node reads a datagram from its socket
 * @n: running node
 * @what: the datagram; stays the caller's
 */
void sim_node_packet(struct sim_node *n, const struct sim_waiting *what)
{
	struct sim_world *w = n->world;
	uint8_t bytes[GW_DATAGRAM_MAX];
	size_t len = what->packet->len;
	uint64_t records, actions = n->actions;
	struct gossip_addr from;
	bool spoilt;

	memcpy(bytes, what->packet->bytes, len);
	damage(bytes, &len, what);
	spoilt = len != what->packet->len || memcmp(bytes, what->packet->bytes, len);
	if (spoilt)
		w->stats.faults[what->damage & SIM_DAMAGE_CUT ? SIM_TRUNCATE : SIM_CORRUPT]++;
	sim_address(&from, what->from);
	if (what->damage & SIM_BY_IB) {
		from.link = GOSSIP_LINK_IB;
		from.len = 24;
		from.group = what->damage & SIM_BY_IB_GROUP;
	}
	records = gossip_counters(n->core)[GOSSIP_RX_RECORDS];
	enter(n);
	gossip_receive(n->core, sim_local(n, w->now_ns), &from, bytes, len);
	leave(n);
	if (n->insider)
		return;
	judge(n, what, spoilt, gossip_counters(n->core)[GOSSIP_RX_RECORDS] != records,
	      n->actions != actions);
}

/* --- its life --- */

/**
 * sim_node_configure() - settings of a node, as they are now
 * @n: node
 */
void sim_node_configure(struct sim_node *n)
{
	struct sim_world *w = n->world;
	struct gossip_config *c = &n->config;
	uint32_t slot;

	gossip_defaults(c);
	c->self = n->id;
	c->public_key = n->public_key;
	c->zone = w->site.zones[n->zone].number;
	if (w->opt.authority) {
		c->authority = w->authority;
		sim_crypto_endorse(n);
		c->endorsement = n->endorsement;
	}
	c->site = &w->site;
	c->multicast = w->opt.multicast;
	c->members_max = w->opt.nodes + 4;
	c->control = sim_canary_control();
	if (w->opt.suspicion_mult)
		c->suspicion_mult = w->opt.suspicion_mult;
	if (n->reloaded) {
		c->fanout++;
		c->indirect++;
		c->probe_timeout_ms += c->probe_timeout_ms / 10;
	}
	memset(&c->keys, 0, sizeof(c->keys));
	/* Step 0: one key. 1: the next one is there. 2: rotated. 3: the old one is gone. */
	for (slot = 0; slot < SEAL_SLOTS; slot++) {
		uint32_t number = n->key_step < 2 ? slot : slot + 1;
		uint64_t key = sim_mix(w->secret + number);

		if (!(number == 1 && n->key_step < 3) && !(number == 2 && n->key_step > 0))
			continue;
		memcpy(c->keys.key[slot], &key, sizeof(key));
		c->keys.id[slot] = (uint8_t)(number + 10);
		c->keys.present[slot] = true;
	}
}

/**
 * sim_node_link() - the daemon tells its core of InfiniBand
 * @n: running node
 * @up: whether it is up
 */
void sim_node_link(struct sim_node *n, bool up)
{
	n->ib_up = up;
	enter(n);
	gossip_link(n->core, sim_local(n, n->world->now_ns), GOSSIP_LINK_IB, up);
	leave(n);
	sim_node_after(n);
}

static void contacts(struct sim_node *n)
{
	struct sim_world *w = n->world;
	struct gossip_addr addr;
	uint32_t i, other;

	for (i = 0; i < 4; i++) {
		/* Neighbours by number, so that all hang together; and one by chance. */
		other = i < 3 ? (n->index + (1U << i)) % w->opt.nodes :
			(uint32_t)sim_below(&w->rng, w->opt.nodes);
		if (other == n->index)
			continue;
		sim_address(&addr, other);
		gossip_contact(n->core, sim_local(n, w->now_ns), &addr);
	}
}

/**
 * sim_node_start() - the daemon starts
 * @n: node that does not run
 * @lost: the file with the incarnation is gone
 */
void sim_node_start(struct sim_node *n, bool lost)
{
	struct sim_world *w = n->world;
	struct gossip_env env = {
		.ctx = n, .random = env_random, .send = env_send, .price = env_price,
		.event = env_event, .persist = env_persist, .crypto = &n->crypto,
	};

	n->env = env;
	sim_node_configure(n);
	if (lost)
		n->persisted = 0;
	n->config.incarnation = ++n->persisted;
	n->life_incarnation = n->highest_incarnation + 1;
	if (n->config.incarnation > n->highest_incarnation)
		n->highest_incarnation = n->config.incarnation;
	n->core = gossip_create(&n->config, &n->env, sim_local(n, w->now_ns));
	if (!n->core) {
		sim_broken(w, SIM_RULE_CRASHED, n, "gossip_create() gives nothing: %s",
			   gossip_config_check(&n->config));
		return;
	}
	n->running = true;
	n->paused = false;
	n->started_ns = w->now_ns;
	n->resumed_ns = w->now_ns;
	/* What the last life could not reach is not this one's. */
	n->dark_since_ns = 0;
	sim_watch_dark(n, false);
	n->timer_ns = 0;
	n->bucket = n->config.burst_bytes;
	n->bucket_ns = sim_local(n, w->now_ns);
	n->priced_ns = w->now_ns;
	n->slewed_ns = 0;
	n->crisis.on = false;
	memset(n->seen, 0, w->opt.nodes * sizeof(*n->seen));
	sim_log(w, n, "starts as incarnation %llu%s", (unsigned long long)n->config.incarnation,
		lost ? ", its file lost" : "");
	contacts(n);
	sim_node_sample(n);
	sim_node_after(n);
	sim_at(w, w->now_ns + sim_below(&w->rng, SIM_TICK_NS), SIM_EV_SAMPLE, n->index,
	       n->started_ns);
	sim_link_start(n);
}

static void empty_socket(struct sim_node *n)
{
	while (n->nr_waiting)
		sim_packet_put(n->world, n->waiting[--n->nr_waiting].packet);
}

/**
 * sim_node_stop() - the daemon ends, as by SIGKILL
 * @n: node
 */
void sim_node_stop(struct sim_node *n)
{
	struct sim_world *w = n->world;
	uint64_t bit = ~(1ULL << n->index % 64);
	struct sim_packet *p;
	size_t i;

	if (!n->running)
		return;
	sim_log(w, n, "stops");
	n->running = false;
	n->stopped_ns = w->now_ns;
	gossip_destroy(n->core);
	n->core = NULL;
	empty_socket(n);
	/* Another life has a window of its own: what the last one took, it cannot know. */
	for (i = 0; i < SIM_CAPTURES; i++)
		if (w->captured[i])
			w->captured[i]->taken[n->index / 64] &= bit;
	for (i = 0; i < w->queue.nr; i++) {
		p = w->queue.events[w->queue.due[i].event].packet;
		if (p)
			p->taken[n->index / 64] &= bit;
	}
}

/**
 * sim_node_pause() - the process stands still
 * @n: node
 */
void sim_node_pause(struct sim_node *n)
{
	if (!n->running || n->paused)
		return;
	n->paused = true;
	n->paused_ns = n->world->now_ns;
	sim_watch_dark(n, true);
	sim_log(n->world, n, "stands still");
}

/**
 * sim_node_resume() - the process goes on, and reads what its socket holds
 * @n: node
 */
void sim_node_resume(struct sim_node *n)
{
	struct sim_waiting waiting[SIM_SOCKET_MAX];
	uint32_t nr = n->nr_waiting, i;

	if (!n->running || !n->paused)
		return;
	n->paused = false;
	n->resumed_ns = n->world->now_ns;
	sim_watch_dark(n, false);
	sim_log(n->world, n, "goes on, %u datagrams wait", nr);
	memcpy(waiting, n->waiting, nr * sizeof(*waiting));
	n->nr_waiting = 0;
	/* Timers may come first in the loop of the daemon. */
	if (n->world->seed & 1)
		sim_node_after(n);
	for (i = 0; i < nr; i++) {
		sim_node_packet(n, &waiting[i]);
		sim_packet_put(n->world, waiting[i].packet);
	}
	sim_node_sample(n);
	sim_node_after(n);
}
