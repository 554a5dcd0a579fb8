// SPDX-License-Identifier: GPL-2.0
/*
 * The table of nodes where it ends: names that come to the same place, and names that are in it
 * already, or not any more.
 */
#include "harness.h"
#include "member.h"

#include <string.h>

#define ROOM 200
/* Looks at most for a name. */
#define LOOKS 64

/* Some name that comes to the first place; who knows the key of the hash can find as many. */
static struct gw_id next_colliding(const struct members *t, uint64_t *from)
{
	struct gw_id id = { { 1 } };
	int i;

	do {
		++*from;
		for (i = 0; i < 8; i++)
			id.byte[15 - i] = (uint8_t)(*from >> 8 * i);
	} while (id_hash(&id, t->key) & t->mask);
	return id;
}

static void names_that_collide_are_not_looked_for_without_end(void)
{
	struct gw_id id[LOOKS + 1];
	struct members t;
	struct member *m;
	uint64_t from = 0;
	uint32_t i;

	CHECK(members_create(&t, ROOM, test_random()), "no memory");
	for (i = 0; i <= LOOKS; i++)
		id[i] = next_colliding(&t, &from);
	for (i = 0; i < LOOKS; i++)
		CHECK(members_add(&t, &id[i]), "no room for %u", i);
	CHECK(!members_find(&t, &id[LOOKS]), "there already");
	CHECK(!members_add(&t, &id[LOOKS]), "one more than is looked for");
	CHECK_EQ(t.nr, LOOKS);
	for (i = 0; i < LOOKS; i++) {
		m = members_find(&t, &id[i]);
		CHECK(m && !memcmp(&m->id, &id[i], sizeof(id[i])), "%u is lost", i);
	}
	/* There is room again when one of them goes. */
	members_remove(&t, members_find(&t, &id[7]));
	CHECK(members_add(&t, &id[LOOKS]), "no room");
	CHECK(members_find(&t, &id[LOOKS]) && !members_find(&t, &id[7]), "not that one");
	members_destroy(&t);
}

static void a_name_is_there_once(void)
{
	struct gw_id a = { { 1 } }, b = { { 2 } };
	struct members t;
	struct member *m;

	CHECK(members_create(&t, ROOM, test_random()), "no memory");
	m = members_add(&t, &a);
	CHECK(m && members_add(&t, &b), "no room");
	CHECK(!members_add(&t, &a), "twice");
	CHECK_EQ(t.nr, 2);
	members_remove(&t, m);
	CHECK_EQ(t.nr, 1);
	/* It is not there any more: nothing else goes. */
	members_remove(&t, m);
	CHECK_EQ(t.nr, 1);
	CHECK(members_find(&t, &b) && !members_find(&t, &a), "the wrong one");
	members_destroy(&t);
}

/* At time 0 a bucket has been used all the same, and is not full for ever. */
static void a_bucket_is_emptied_at_time_0(void)
{
	struct bucket b = { 0 };
	int i;

	for (i = 0; i < 10; i++)
		CHECK(bucket_take(&b, 0, 100, 10, 1, 0), "%d were in it", i);
	CHECK(!bucket_take(&b, 0, 100, 10, 1, 0), "out of nothing");
}

static const struct test_case cases[] = {
	{ "names_that_collide_are_not_looked_for_without_end",
	  names_that_collide_are_not_looked_for_without_end },
	{ "a_name_is_there_once", a_name_is_there_once },
	{ "a_bucket_is_emptied_at_time_0", a_bucket_is_emptied_at_time_0 },
	{ NULL, NULL },
};

const struct test_suite table_suite = { "table", cases };
