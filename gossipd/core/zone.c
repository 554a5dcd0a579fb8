// SPDX-License-Identifier: GPL-2.0
/*
 * The own zone in figures. What several nodes say is put together so that a few who are wrong by
 * any amount do not decide it (robust.h); a node's own temperature is never averaged.
 */
#include <math.h>

#include "internal.h"

/* Before that, who has not been heard of yet is not missed. */
#define LISTEN_FIRST_NS (3 * SEC_NS)
/* How old the zone's figures may be for a price. What they tell of changes in seconds. */
#define FIGURES_NS (50 * MS_NS)

static double known_s16(int16_t value, double unit)
{
	return value == GW_S16_UNKNOWN ? NAN : value * unit;
}

/* Whether a node is there, heard or not. */
static bool present(const struct gossip *g, const struct member *m)
{
	return m->zone == g->config.zone && m->state != GOSSIP_DEAD &&
	       m->state != GOSSIP_LEFT && core_proven(g, m);
}

/**
 * zone_place() - see where a node stands relative to this one
 * @g: this node
 * @m: it
 */
void zone_place(struct gossip *g, struct member *m)
{
	const struct site *site = g->config.site;
	uint32_t supply, i, steps;

	m->site = site ? site_find(site, &m->id) : SITE_NONE;
	m->supplies = 0;
	if (m->site != SITE_NONE && g->site != SITE_NONE) {
		m->prior = coupling_prior(site, m->site, g->site);
		supply = site->nodes[m->site].supply;
		for (steps = 0; supply != SITE_NONE && steps < CHAIN_MAX; steps++) {
			for (i = 0; i < g->nr_chain; i++) {
				if (g->chain[i] == supply)
					m->supplies |= 1U << i;
			}
			supply = site->supplies[supply].parent;
		}
	} else {
		m->prior = m->zone == g->config.zone ? COUPLING_ZONE : 0;
	}
	m->coupling = coupling_estimate(&m->learned, m->prior);
	near_settle(g, m);
}

static uint32_t site_count(const struct gossip *g)
{
	const struct site *site = g->config.site;
	uint32_t nr = 0, i;

	if (!site)
		return 0;
	for (i = 0; i < site->nr_nodes; i++)
		nr += site->zones[site->nodes[i].zone].number == g->config.zone;
	return nr;
}

/**
 * zone_init() - see where this node and all others stand, and what feeds it
 * @g: this node
 */
void zone_init(struct gossip *g)
{
	const struct site *site = g->config.site;
	uint32_t supply, i;

	g->site = site ? site_find(site, &g->config.self) : SITE_NONE;
	g->nr_chain = 0;
	supply = g->site == SITE_NONE ? SITE_NONE : site->nodes[g->site].supply;
	while (supply != SITE_NONE && g->nr_chain < CHAIN_MAX) {
		g->chain[g->nr_chain++] = supply;
		supply = site->supplies[supply].parent;
	}
	g->site_expected = site_count(g);
	/* What the table has of places is of the site before: not a figure before that is new. */
	for (i = 0; i < g->members.nr; i++) {
		zone_place(g, members_at(&g->members, i));
		near_count(g, members_at(&g->members, i));
	}
	zone_aggregate(g);
}

/* --- who there is --- */

static void count_nodes(struct gossip *g, struct aggregate *z)
{
	z->seen = 1 + g->tally.seen;
	z->silent = g->tally.silent;
	z->crises = g->crisis + g->tally.crises;
	z->say_degraded = g->tally.say_degraded;
	if (z->seen > g->expected_max)
		g->expected_max = z->seen;
	if (g->config.expected)
		z->expected = g->config.expected;
	else if (g->site_expected)
		z->expected = g->site_expected;
	else
		z->expected = g->expected_max;
	if (g->now_ns - g->start_ns < LISTEN_FIRST_NS + g->deaf_ns || z->expected < z->seen)
		z->expected = z->seen;
}

static void notice_partition(struct gossip *g)
{
	uint64_t seen = g->zone.seen, expected = g->zone.expected;
	bool on = g->partitioned ? 10 * seen < 9 * expected : 4 * seen < 3 * expected;

	if (on == g->partitioned)
		return;
	g->partitioned = on;
	core_event(g, GOSSIP_EV_PARTITION, &g->config.self, on, (double)seen / (double)expected);
}

/* --- what they say --- */

enum reading {
	READ_TEMP,
	READ_INLET,
	READ_MARGIN,
};

static double reading(const struct gossip *g, const struct member *m, enum reading what)
{
	const struct gossip_sample *s = &g->sample;

	if (m ? !m->has_beacon : !g->sampled)
		return NAN;
	switch (what) {
	case READ_TEMP:
		return m ? known_s16(m->beacon.temp_dc, 0.1) : s->temp_c;
	case READ_INLET:
		return m ? known_s16(m->beacon.inlet_dc, 0.1) : s->inlet_c;
	default:
		return m ? m->margin_c : s->limit_c - s->temp_c;
	}
}

/* --- what they draw --- */

static double says_w(const struct member *m)
{
	if (!m->has_beacon || m->beacon.power_w == GW_U16_UNKNOWN)
		return NAN;
	return m->beacon.power_w;
}

static double power_of(const struct gossip *g, const struct member *m)
{
	return site_power_w(g->config.site, m->site, says_w(m));
}

/* --- all of them --- */

/**
 * struct sums - what a look at all nodes adds up to
 * @zone: power of all
 * @supply: power of each supply of this node's chain
 * @nr: readings of each kind
 */
struct sums {
	struct site_load zone;
	struct site_load supply[CHAIN_MAX];
	size_t nr;
};

/*
 * Nothing is trimmed: the few nodes that draw most are most of the sum. A liar moves it by no more
 * than power_max_w, where the site has that. Who is not heard any more draws what he drew, until he
 * is dead: what a cut in the network hides has not gone cold.
 */
static void add_power(const struct gossip *g, struct sums *s, double power_w, uint32_t supplies)
{
	uint32_t k;

	site_load_add(&s->zone, power_w);
	for (k = 0; k < g->nr_chain; k++) {
		if (supplies >> k & 1)
			site_load_add(&s->supply[k], power_w);
	}
}

static void add_readings(struct gossip *g, struct sums *s, const struct member *m)
{
	double *to = g->scratch + s->nr++;
	size_t room = g->config.members_max;

	to[READ_TEMP * room] = reading(g, m, READ_TEMP);
	to[READ_INLET * room] = reading(g, m, READ_INLET);
	to[READ_MARGIN * room] = reading(g, m, READ_MARGIN);
}

static void add_extremes(const struct gossip *g, const struct member *m, struct aggregate *z)
{
	double value;

	if (!m->has_beacon || !(trust_weight(&m->trust) > 0.5))
		return;
	value = reading(g, m, READ_TEMP);
	if (!isnan(value) && !(value <= z->temp_max_c))
		z->temp_max_c = value;
	value = reading(g, m, READ_MARGIN);
	if (!isnan(value) && !(value >= z->margin_min_c))
		z->margin_min_c = value;
	value = 0.01 * m->beacon.multiplier;
	if (value > z->multiplier_max)
		z->multiplier_max = value;
}

/* This node, then all others of the zone; only who is heard of counts for more than his power. */
static void look_at_all(struct gossip *g, struct aggregate *z, struct sums *s)
{
	const struct member *m;
	uint32_t i;

	add_power(g, s, g->sampled ? site_power_w(g->config.site, g->site, g->sample.power_w) : NAN,
		  UINT32_MAX);
	add_readings(g, s, NULL);
	z->temp_max_c = reading(g, NULL, READ_TEMP);
	z->margin_min_c = reading(g, NULL, READ_MARGIN);
	z->multiplier_max = g->priced ? g->price.total : 1;
	for (i = 0; i < g->members.nr; i++) {
		m = members_at(&g->members, i);
		if (!present(g, m))
			continue;
		add_power(g, s, power_of(g, m), m->supplies);
		if (m->unseen)
			continue;
		add_readings(g, s, m);
		add_extremes(g, m, z);
	}
}

/* What is left of the cooling, and of the tightest of all that feeds this node. */
static void headrooms(const struct gossip *g, struct aggregate *z, const struct sums *s)
{
	const struct site *site = g->config.site;
	double left;
	uint32_t i;

	z->power_w = site_load_w(&s->zone);
	z->cooling = NAN;
	z->supply = NAN;
	i = site ? site_find_zone(site, g->config.zone) : SITE_NONE;
	if (i != SITE_NONE)
		z->cooling = site_headroom(&s->zone, site->zones[i].cooling_w);
	for (i = 0; site && i < g->nr_chain; i++) {
		left = site_headroom(&s->supply[i], site->supplies[g->chain[i]].limit_w);
		if (!isnan(left) && !(left >= z->supply))
			z->supply = left;
	}
}

/* The middle of one kind of figures, as guessed by what it was. */
static double middle_of(const struct gossip *g, size_t kind, size_t nr, double guess)
{
	return robust_median_near(g->scratch + kind * g->config.members_max, nr, guess);
}

/**
 * zone_aggregate() - put together what is known of the zone: who there is, and all figures
 * @g: this node
 */
void zone_aggregate(struct gossip *g)
{
	struct aggregate *z = &g->zone;
	struct sums s = { 0 };

	count_nodes(g, z);
	look_at_all(g, z, &s);
	z->temp_median_c = middle_of(g, READ_TEMP, s.nr, z->temp_median_c);
	z->inlet_c = middle_of(g, READ_INLET, s.nr, z->inlet_c);
	z->margin_median_c = middle_of(g, READ_MARGIN, s.nr, z->margin_median_c);
	headrooms(g, z, &s);
	g->figured_ns = g->now_ns;
	notice_partition(g);
}

/**
 * zone_refresh() - the same for a price, many times a second
 * @g: this node
 * @now: all figures, as zone_aggregate()
 *
 * Who there is, as ever; the figures, which go through all nodes several times, are good for a
 * while.
 */
void zone_refresh(struct gossip *g, bool now)
{
	if (now || g->now_ns - g->figured_ns >= FIGURES_NS) {
		zone_aggregate(g);
		return;
	}
	count_nodes(g, &g->zone);
	notice_partition(g);
}

/* --- how far a node is believed --- */

static void fill_evidence(const struct gossip *g, const struct member *m, struct trust_evidence *e)
{
	*e = (struct trust_evidence){
		.now_ns = g->now_ns,
		.temp_c = reading(g, m, READ_TEMP),
		.margin_c = m->has_beacon ? known_s16(m->beacon.margin_dc, 0.1) : NAN,
		.inlet_c = reading(g, m, READ_INLET),
		.power_w = isnan(says_w(m)) ? NAN : power_of(g, m),
		.zone_inlet_c = g->zone.inlet_c,
		.zone_temp_c = g->zone.temp_median_c,
		.frozen = 2 * g->zone.seen < g->zone.expected,
	};
}

/**
 * zone_judge() - a new beacon has come: how far is the node believed?
 * @g: this node
 * @m: whose
 */
void zone_judge(struct gossip *g, struct member *m)
{
	bool suspect = m->trust.suspect;
	uint64_t learned_ns = m->learned.last_ns;
	struct trust_evidence e;

	fill_evidence(g, m, &e);
	trust_judge(&m->trust, &trust_defaults, &e);
	m->margin_c = trust_margin_c(&m->trust, &e);
	if (g->sampled && isfinite(g->sample.inlet_c) && isfinite(e.temp_c))
		coupling_learn(&m->learned, g->now_ns, e.temp_c, g->sample.inlet_c,
			       g->zone.inlet_c);
	/* Nothing is learned but in steps of many seconds. */
	if (m->learned.last_ns != learned_ns)
		m->coupling = coupling_estimate(&m->learned, m->prior);
	near_settle(g, m);
	if (m->trust.suspect != suspect)
		core_event(g, GOSSIP_EV_SUSPECT, &m->id, !suspect, trust_weight(&m->trust));
}
