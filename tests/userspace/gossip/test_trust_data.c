// SPDX-License-Identifier: GPL-2.0
/*
 * The residual check on servers as they are: power and temperature measured over two months, hour
 * by hour (data/README.md), with lies put in.
 *
 * The source has means of hours; gossip has beacons of seconds. So each hour is played as 120
 * beacons on the way from one mean to the next, seen through a sensor of whole degrees with noise
 * of half a degree. What of an hour was wrong with the model is wrong in all its beacons, as it
 * would be. Hours within which the load changed much are left out: of them the means say nothing.
 */
#include <math.h>

#include "harness.h"
#include "trust.h"

#define NS_PER_S 1000000000ULL
#define HOURS_MAX 1600
#define PER_HOUR 120
#define LIMIT_C 90

struct hour {
	int number;
	double power_w;
	double temp_c;
};

struct series {
	struct hour hour[HOURS_MAX];
	size_t nr;
};

/* What is wrong with the temperature that is told. */
enum kind {
	HONEST,
	OFFSET,		/* degrees are added */
	SCALED,		/* of what it is above 20 degrees, so much */
	STUCK,		/* as it was when the lie began */
};

struct lie {
	const char *name;
	enum kind kind;
	double by;
	/* Percent that have to be found out within an hour. */
	int bar;
};

static void load(struct series *s, const char *name)
{
	double lo_w, hi_w, lo_c, hi_c;
	FILE *file = fopen(name, "r");
	struct hour h;
	char line[256];

	CHECK(file, "cannot open %s", name);
	s->nr = 0;
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#')
			continue;
		CHECK(sscanf(line, "%d %lf %lf %lf %lf %lf %lf", &h.number, &h.power_w, &lo_w,
			     &hi_w, &h.temp_c, &lo_c, &hi_c) == 7, "what is '%s'?", line);
		if (hi_w - lo_w >= 0.08 * h.power_w + 5 || hi_c - lo_c > 4)
			continue;
		CHECK(s->nr < HOURS_MAX, "too many");
		s->hour[s->nr++] = h;
	}
	fclose(file);
	CHECK(s->nr > 500, "only %zu steady hours", s->nr);
}

/* Beacon @k of those on the way from hour @i - 1 to @i. */
static struct trust_evidence beacon(const struct series *s, size_t i, int k, const struct lie *lie,
				    double stuck_c)
{
	const struct hour *a = &s->hour[i - 1], *b = &s->hour[i];
	double part = (double)k / PER_HOUR, temp_c;

	/* A load changes at once. */
	if (fabs(a->power_w - b->power_w) > 5)
		part = part > 0.5;
	temp_c = a->temp_c + (b->temp_c - a->temp_c) * part;
	temp_c = round(temp_c + (double)test_random_below(1001) / 1000 - 0.5);
	if (lie->kind == OFFSET)
		temp_c += lie->by;
	if (lie->kind == SCALED)
		temp_c = round(20 + (temp_c - 20) * lie->by);
	if (lie->kind == STUCK)
		temp_c = stuck_c;
	return (struct trust_evidence) {
		.now_ns = ((b->number + 1) * 3600ULL + k * (3600ULL / PER_HOUR)) * NS_PER_S,
		.temp_c = temp_c,
		.margin_c = LIMIT_C - temp_c,
		.inlet_c = NAN,
		.power_w = a->power_w + (b->power_w - a->power_w) * part,
		.zone_inlet_c = NAN,
		.zone_temp_c = NAN,
	};
}

static bool next_hour(const struct series *s, size_t i)
{
	return s->hour[i].number == s->hour[i - 1].number + 1;
}

/* How far the temperature goes within so many hours from where a sensor is stuck. */
static double strays_c(const struct series *s, size_t i, size_t hours)
{
	double stuck_c = round(s->hour[i - 1].temp_c), most_c = 0;
	size_t end;

	for (end = i + hours; i < end && i < s->nr; i++)
		if (next_hour(s, i))
			most_c = fmax(most_c, fabs(s->hour[i].temp_c - stuck_c));
	return most_c;
}

/* Beacons until it is found out, or -1; @hours of lies from hour @i on. */
static int find_out(const struct series *s, struct trust_node t, size_t i, size_t hours,
		    const struct lie *lie)
{
	double stuck_c = round(s->hour[i - 1].temp_c);
	int beacons = 0, k;
	size_t end;

	for (end = i + hours; i < end && i < s->nr; i++) {
		if (!next_hour(s, i))
			continue;
		for (k = 1; k <= PER_HOUR; k++, beacons++) {
			struct trust_evidence e = beacon(s, i, k, lie, stuck_c);

			trust_judge(&t, &trust_defaults, &e);
			if (t.suspect)
				return beacons + 1;
		}
	}
	return -1;
}

static const struct lie lies[] = {
	{ "offset -30", OFFSET, -30, 100 },
	{ "offset -20", OFFSET, -20, 100 },
	{ "offset -10", OFFSET, -10, 100 },
	{ "offset +10", OFFSET, 10, 100 },
	{ "offset +20", OFFSET, 20, 100 },
	{ "offset +30", OFFSET, 30, 100 },
	{ "scaled 0.5", SCALED, 0.5, 95 },
	{ "scaled 1.5", SCALED, 1.5, 95 },
	{ "stuck", STUCK, 0, 0 },
};

#define LIES (sizeof(lies) / sizeof(lies[0]))

static const char *const files[] = { "data/cbsugpu07.txt", "data/cbsugpu08.txt" };

static void honest_servers_are_left_alone(void)
{
	static const struct lie honest = { "honest", HONEST, 0, 0 };
	static struct series s;
	size_t f, i;
	int k;

	for (f = 0; f < 2; f++) {
		int beacons = 0, suspects = 0, alarms = 0;
		struct trust_node t = { 0 };
		double penalty = 0;

		load(&s, files[f]);
		for (i = 1; i < s.nr; i++) {
			if (!next_hour(&s, i))
				continue;
			for (k = 1; k <= PER_HOUR; k++, beacons++) {
				struct trust_evidence e = beacon(&s, i, k, &honest, 0);
				bool was = t.suspect;

				trust_judge(&t, &trust_defaults, &e);
				suspects += t.suspect;
				alarms += t.suspect && !was;
				penalty += e.margin_c - trust_margin_c(&t, &e);
			}
		}
		printf("    # %s: %d hours, %d alarms, suspect %.2f %%, counts %.3f °C hotter\n",
		       files[f], beacons / PER_HOUR, alarms, 100.0 * suspects / beacons,
		       penalty / beacons);
		CHECK(alarms <= 3, "%d alarms", alarms);
		CHECK(suspects * 50 < beacons, "suspect in %d of %d", suspects, beacons);
		CHECK(penalty / beacons < 0.2, "%g degrees", penalty / beacons);
		CHECK(t.weight > 0.9, "%g", t.weight);
	}
}

/* What became of the lies of each kind. */
struct tally {
	int tried;
	int found[LIES];
	int soon[LIES];
	double beacons[LIES];
	int strayed, strayed_found;
};

static void try_lies(struct tally *tally, const struct series *s, const struct trust_node *t,
		     size_t i)
{
	size_t l;

	tally->tried++;
	for (l = 0; l < LIES; l++) {
		int got = find_out(s, *t, i, 24, &lies[l]);

		tally->found[l] += got > 0;
		tally->soon[l] += got > 0 && got <= PER_HOUR;
		tally->beacons[l] += got > 0 ? got : 0;
		if (lies[l].kind == STUCK && strays_c(s, i, 24) >= 7) {
			tally->strayed++;
			tally->strayed_found += got > 0;
		}
	}
}

static void check_tally(const struct tally *tally, const char *name)
{
	size_t l;

	CHECK(tally->tried > 20, "%d tries", tally->tried);
	for (l = 0; l < LIES; l++) {
		printf("    # %s %s: of %d in an hour %d, in a day %d, mean %.0f s\n", name,
		       lies[l].name, tally->tried, tally->soon[l], tally->found[l],
		       tally->beacons[l] / tally->found[l] * 3600 / PER_HOUR);
		CHECK(100 * tally->soon[l] >= lies[l].bar * tally->tried, "%s: %d of %d",
		      lies[l].name, tally->soon[l], tally->tried);
	}
	printf("    # %s stuck, and 7 °C off within a day: %d, found %d\n", name, tally->strayed,
	       tally->strayed_found);
	CHECK(tally->strayed_found == tally->strayed, "%d of %d stuck", tally->strayed_found,
	      tally->strayed);
}

/* From many hours on, after a week of honesty, each lie by itself. */
static void lies_are_found_out(void)
{
	static const struct lie honest = { "honest", HONEST, 0, 0 };
	static struct series s;
	size_t f, i;
	int k;

	for (f = 0; f < 2; f++) {
		struct tally tally = { 0 };
		struct trust_node t = { 0 };

		load(&s, files[f]);
		for (i = 1; i < s.nr; i++) {
			if (!next_hour(&s, i))
				continue;
			if (i > 150 && !(i % 11) && !t.suspect)
				try_lies(&tally, &s, &t, i);
			for (k = 1; k <= PER_HOUR; k++) {
				struct trust_evidence e = beacon(&s, i, k, &honest, 0);

				trust_judge(&t, &trust_defaults, &e);
			}
		}
		check_tally(&tally, files[f]);
	}
}

const struct test_suite trust_data_suite = {
	.name = "trust_data",
	.cases = (const struct test_case[]) {
		{ "honest_servers_are_left_alone", honest_servers_are_left_alone },
		{ "lies_are_found_out", lies_are_found_out },
		{ }
	},
};
