/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rails, and who does what they ask for.
 */
#ifndef GOSSIP_TEST_RAILS_LAB_H
#define GOSSIP_TEST_RAILS_LAB_H

#include <string.h>

#include "harness.h"
#include "rails.h"

#define MS 1000000ULL
#define S 1000000000ULL

/* What was asked for, as whoever does it would see it. */
struct done {
	bool open, joined;
	uint32_t serial;
	uint32_t opens, joins, leaves, closes;
};

struct lab {
	struct rails r;
	uint64_t now_ns;
	uint64_t random;
	struct done done[RAILS_MAX];
};

static inline uint64_t draw(struct lab *lab)
{
	return rng_next(&lab->random);
}

/* Do what is asked for, which has to make sense. */
static inline void obey(struct lab *lab)
{
	struct rail_action a;
	struct done *d;
	int i;

	for (i = 0; rails_action(&lab->r, &a); i++) {
		CHECK(i < 4 * RAILS_MAX, "actions without an end");
		CHECK(a.rail < lab->r.nr, "rail %u", a.rail);
		d = &lab->done[a.rail];
		switch (a.what) {
		case RAIL_DO_OPEN:
			CHECK(!d->open, "rail %u is opened twice", a.rail);
			d->open = true;
			d->opens++;
			break;
		case RAIL_DO_JOIN:
			CHECK(d->open && !d->joined, "rail %u joins twice, or is not open", a.rail);
			d->joined = true;
			d->joins++;
			break;
		case RAIL_DO_LEAVE:
			CHECK(d->joined, "rail %u leaves what it is not in", a.rail);
			d->joined = false;
			d->leaves++;
			break;
		default:
			CHECK(a.what == RAIL_DO_CLOSE && d->open && !d->joined,
			      "rail %u: action %d", a.rail, a.what);
			d->open = false;
			d->closes++;
		}
		d->serial = a.serial;
	}
	CHECK_EQ(a.what, RAIL_DO_NOTHING);
}

/* What holds at all times. */
static inline void sane(const struct lab *lab)
{
	const struct rails *r = &lab->r;
	uint32_t up = rails_select(r, true), one = rails_select(r, false);
	uint64_t due = rails_deadline(r);
	const struct rail *rail;
	int i;

	CHECK(due > lab->now_ns, "a deadline %llu ns ago", (unsigned long long)(lab->now_ns - due));
	CHECK(!(one & (one - 1)) && !(one & ~up), "sends on %x of %x", one, up);
	CHECK(!one == !up, "is up and sends on nothing");
	for (i = 0; i < r->nr; i++) {
		rail = &r->rail[i];
		CHECK(!(up >> i & 1) == (rail->state != RAIL_UP), "sends on rail %d, %s", i,
		      rail_state_names[rail->state]);
		CHECK(rail->opened == lab->done[i].open && rail->joined == lab->done[i].joined,
		      "rail %d is not what it thinks", i);
		CHECK(rail->state != RAIL_UP || (rail->joined && rail->port),
		      "rail %d is up and not joined", i);
		CHECK((rail->state != RAIL_DOWN && rail->state != RAIL_GONE) || !rail->opened,
		      "rail %d is %s and open", i, rail_state_names[rail->state]);
		/* It waits for somebody, or for a time. */
		CHECK(rail->state == RAIL_UP || rail->state == RAIL_DOWN ||
		      rail->state == RAIL_GONE || rail->due_ns != RAILS_NEVER,
		      "rail %d is %s for ever", i, rail_state_names[rail->state]);
		/* Nobody who is not well is preferred to one who is. */
		CHECK(rail->state != RAIL_UP || rail->sick || rail->deaf ||
		      (!r->rail[r->active].sick && !r->rail[r->active].deaf),
		      "rail %d is well, and %d is not", i, r->active);
	}
}

static inline struct lab lab_new(uint8_t nr)
{
	struct lab lab = { .now_ns = S, .random = test_random() };

	rails_init(&lab.r, nr, lab.now_ns);
	return lab;
}

static inline void tell(struct lab *lab, uint8_t rail, enum rail_input input)
{
	struct rail_event event = {
		.input = input, .rail = rail,
		.serial = rail < RAILS_MAX ? lab->done[rail].serial : 0,
	};

	rails_input(&lab->r, lab->now_ns, &event, draw(lab));
	obey(lab);
	sane(lab);
}

static inline void tick(struct lab *lab, uint64_t in_ns)
{
	lab->now_ns += in_ns;
	rails_tick(&lab->r, lab->now_ns, draw(lab));
	obey(lab);
	sane(lab);
}

static inline enum rail_state state(const struct lab *lab, int rail)
{
	return lab->r.rail[rail].state;
}

static inline void bring_up(struct lab *lab, uint8_t rail)
{
	tell(lab, rail, RAIL_IN_PORT_UP);
	CHECK_EQ(state(lab, rail), RAIL_OPENING);
	tell(lab, rail, RAIL_IN_OPENED);
	CHECK_EQ(state(lab, rail), RAIL_JOINING);
	tell(lab, rail, RAIL_IN_JOINED);
	CHECK_EQ(state(lab, rail), RAIL_UP);
}

#endif /* GOSSIP_TEST_RAILS_LAB_H */
