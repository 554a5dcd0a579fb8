// SPDX-License-Identifier: GPL-2.0
/*
 * The tables below the core: nodes by name, deadlines, buckets, and settings that are refused; each
 * against a model that is slow and plain.
 */
#include "harness.h"
#include "member.h"
#include "timers.h"

#include <math.h>

#define NAMES 400
#define ROOM 100
#define TIMERS 50

static struct gw_id name(uint32_t nr)
{
	struct gw_id id = { { 0 } };

	id.byte[3] = (uint8_t)(nr >> 8);
	id.byte[12] = (uint8_t)nr;
	return id;
}

static void the_table_is_what_was_put_in(void)
{
	struct members t;
	struct member *m;
	bool in[NAMES] = { false };
	uint32_t nr = 0, i, k;
	struct gw_id id;

	CHECK(members_create(&t, ROOM, test_random()), "no memory");
	for (i = 0; i < 20000; i++) {
		k = (uint32_t)test_random_below(NAMES);
		id = name(k);
		m = members_find(&t, &id);
		CHECK(!m == !in[k], "%u is %s", k, m ? "there" : "not there");
		if (m) {
			CHECK(!memcmp(&m->id, &id, sizeof(id)), "another one");
			members_remove(&t, m);
			in[k] = false;
			nr--;
		} else {
			m = members_add(&t, &id);
			CHECK(!m == (nr == ROOM), "%u in the table", nr);
			in[k] = m;
			nr += !!m;
		}
		CHECK_EQ(t.nr, nr);
	}
	for (i = 0; i < t.nr; i++) {
		m = members_at(&t, i);
		CHECK(m->used && members_find(&t, &m->id) == m, "%u is lost", i);
	}
	members_destroy(&t);
}

static void the_order_is_that_of_what_happened(void)
{
	struct members a, b;
	struct gw_id id;
	uint32_t i;

	/* Another key of the hash, and no other order. */
	CHECK(members_create(&a, ROOM, 1) && members_create(&b, ROOM, 2), "no memory");
	for (i = 0; i < 80; i++) {
		id = name(7 * i);
		CHECK(members_add(&a, &id) && members_add(&b, &id), "no room");
		if (i % 3 == 2) {
			id = name(7 * (i / 2));
			if (members_find(&a, &id)) {
				members_remove(&a, members_find(&a, &id));
				members_remove(&b, members_find(&b, &id));
			}
		}
	}
	CHECK_EQ(a.nr, b.nr);
	for (i = 0; i < a.nr; i++)
		CHECK(!memcmp(&members_at(&a, i)->id, &members_at(&b, i)->id, 16), "at %u", i);
	members_destroy(&a);
	members_destroy(&b);
}

static void timers_come_by_time(void)
{
	uint64_t when[TIMERS] = { 0 }, now = 0, first;
	struct timers t;
	uint32_t i, k, got;

	CHECK(timers_create(&t, TIMERS), "no memory");
	CHECK(timers_first(&t) == UINT64_MAX, "%llu", (unsigned long long)timers_first(&t));
	for (i = 0; i < 20000; i++) {
		k = (uint32_t)test_random_below(TIMERS);
		if (test_random_below(4)) {
			when[k] = now + 1 + test_random_below(100);
			timers_set(&t, k, when[k]);
		} else {
			when[k] = 0;
			timers_cancel(&t, k);
		}
		CHECK_EQ(timers_is_set(&t, k), !!when[k]);
		first = UINT64_MAX;
		for (k = 0; k < TIMERS; k++) {
			if (when[k] && when[k] < first)
				first = when[k];
		}
		CHECK(timers_first(&t) == first, "%llu, not %llu",
		      (unsigned long long)timers_first(&t), (unsigned long long)first);
		now += test_random_below(5);
		while (timers_pop(&t, now, &got)) {
			CHECK(when[got] && when[got] <= now, "%u is not due", got);
			/* The lowest number of those that are due together. */
			for (k = 0; k < TIMERS; k++)
				CHECK(!when[k] || when[k] > when[got] ||
				      (k >= got && when[k] == when[got]), "%u before %u", got, k);
			when[got] = 0;
		}
	}
	timers_destroy(&t);
}

static void buckets_let_through_their_rate(void)
{
	struct bucket b = { 0 };
	uint64_t now = 5, taken = 0;
	uint32_t i;

	for (i = 0; i < 20000; i++) {
		now += test_random_below(1000000);
		taken += bucket_take(&b, now, 100, 10, 1, 0);
	}
	/* 10 at once, and 100 in a second. */
	CHECK(fabs((double)taken - (10 + (double)now / 1e7)) < 12, "%llu in %llu ns",
	      (unsigned long long)taken, (unsigned long long)now);
	CHECK(!bucket_take(&b, now, 100, 10, 5, 6), "into the reserve");
	now += 1000000000;
	CHECK(bucket_take(&b, now, 100, 10, 5, 5), "10 are there, 5 have to remain");
	CHECK(!bucket_take(&b, now, 100, 10, 5, 1), "into the reserve");
	CHECK(bucket_take(&b, now, 100, 10, 5, 0), "5 are there");
	/* Time that goes back brings nothing. */
	CHECK(!bucket_take(&b, now - 1000000000, 100, 10, 1, 0), "out of nothing");
}

static const struct test_case cases[] = {
	{ "the_table_is_what_was_put_in", the_table_is_what_was_put_in },
	{ "the_order_is_that_of_what_happened", the_order_is_that_of_what_happened },
	{ "timers_come_by_time", timers_come_by_time },
	{ "buckets_let_through_their_rate", buckets_let_through_their_rate },
	{ NULL, NULL },
};

const struct test_suite member_suite = { "member", cases };
