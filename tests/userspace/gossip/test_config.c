// SPDX-License-Identifier: GPL-2.0
/*
 * The settings: defaults, what is taken, and a printed file that gives the same settings. What is
 * refused is in test_config_bad.c, files and the checker in test_config_file.c.
 */
#include <math.h>

#include "config_scene.h"

/* --- what is taken --- */

static void test_defaults_are_sound(void)
{
	struct daemon_config *config = good("");
	struct gossip_config *g = &config->gossip;

	CHECK_EQ(g->interval_critical_ms, 10);
	CHECK_EQ(g->members_max, 1024);
	CHECK(g->multicast && g->control == config->control, "not handed on");
	CHECK(same_bytes(config->control, &control_defaults, sizeof(control_defaults)),
	      "not the controller's defaults");
	CHECK(!strcmp(config->http.unix_path, "/run/gossipd/http.sock"), "%s",
	      config->http.unix_path);
	CHECK_EQ(config->http.listen.nr, 1);
	CHECK(config_is_loopback(&config->http.listen.addr[0]), "open to the world");
	CHECK(!config->node.site_file && isnan(config->sensors.limit_c), "something is set");
	CHECK_EQ(ntohs(config->multicast.group4.in.sin_port), config->multicast.port);
	config_free(config);
	config_free(NULL);
}

/* What the core has no defaults for. */
static void complete(struct gossip_config *config)
{
	config->self.byte[0] = 1;
	config->incarnation = 1;
	config->keys.present[SEAL_CURRENT] = true;
}

static void test_the_core_has_the_same_defaults(void)
{
	struct daemon_config *config = good("");
	struct gossip_config core;
	const char *why;

	gossip_defaults(&core);
	/* What it leaves to others. */
	core.control = config->control;
	CHECK(same_bytes(&core, &config->gossip, sizeof(core)), "they differ");
	complete(&config->gossip);
	why = gossip_config_check(&config->gossip);
	CHECK(!why, "%s", why);
	config_free(config);
}

static void test_every_default_is_in_its_range(void)
{
	struct daemon_config *config = good("");
	size_t i;

	for (i = 0; i < config_nr_keys(); i++) {
		struct config_key key = config_key(i);
		char text[256] = "", *value;
		size_t len, s, known = 0;
		FILE *out = open_memstream(&value, &len);

		CHECK(out, "no memory");
		if (config_count(config, &key))
			config_print_value(config, &key, 0, out);
		else
			fputs(key.sample ? key.sample : "", out);
		fclose(out);
		CHECK(*value, "%s.%s has neither default nor sample", key.section, key.name);
		for (s = 0; s < config_nr_sections; s++)
			known += !strcmp(config_sections[s].name, key.section);
		CHECK_EQ(known, 1);
		CHECK(key.help[0] && key.unit, "%s.%s", key.section, key.name);
		/* Others may have to go with it: rules may speak up. */
		snprintf(text, sizeof(text), "[%s]\n%s=%s\n", key.section, key.name, value);
		config_free(parse(text));
		CHECK(!errors.nr || !strstr(errors.text[0], "is not a"), "%s", errors.text[0]);
		free(value);
	}
	config_free(config);
}

static void test_values_get_where_they_belong(void)
{
	static const char text[] =
		"\xef\xbb\xbf# a comment\r\n"
		"[Node]\r\n"
		"  id = 7D2b1c4e-90f3-4a56-8e21-5f0a3c9b7d10\r\n"
		"zone=258\n"
		"listen=192.0.2.1:7460\nlisten=[2001:db8::1]:7461\n"
		"[Gossip]\ninterval_cool=10s\ninterval_normal=1.5s\nbudget=20 kB/s\nburst=8KiB\n"
		"margin_warning=12.5C\nttl=7\n"
		"[Control]\nidle_ratio=25%\ndie_s=250ms\nlimit_c=90\302\260C\n"
		"resistance_c_per_w=0.25\n"
		"[Feed]\ncpus=0-3,8,63-64\nenabled=off\n"
		"[Http]\nunix=none\n"
		"[Sensors]\nexclude=hwmon/nvme*\nexclude=thermal/*\npower_max=0.8kW\n"
		"[Log]\nlevel=debug\n"
		"[Node]\nname=a=b";
	struct daemon_config *c = good(text);
	unsigned int cpu;

	CHECK_EQ(c->gossip.self.byte[0], 0x7d);
	CHECK_EQ(c->gossip.self.byte[1], 0x2b);
	CHECK_EQ(c->gossip.self.byte[15], 0x10);
	CHECK_EQ(c->gossip.zone, 258);
	CHECK_EQ(c->node.listen.nr, 2);
	CHECK_EQ(ntohl(c->node.listen.addr[0].in.sin_addr.s_addr), 0xc0000201);
	CHECK_EQ(ntohs(c->node.listen.addr[1].in6.sin6_port), 7461);
	CHECK_EQ(c->gossip.interval_cool_ms, 10000);
	CHECK_EQ(c->gossip.interval_normal_ms, 1500);
	CHECK_EQ(c->gossip.budget_bytes_per_s, 20000);
	CHECK_EQ(c->gossip.burst_bytes, 8192);
	CHECK(c->gossip.margin_warning_c == 12.5, "%g", c->gossip.margin_warning_c);
	CHECK_EQ(c->gossip.ttl, 7);
	CHECK(c->control->idle_ratio == 0.25, "%g", c->control->idle_ratio);
	CHECK(c->control->die_s == 0.25 && c->control->limit_c == 90, "%g", c->control->die_s);
	for (cpu = 0; cpu < 100; cpu++)
		CHECK_EQ(config_cpu(&c->feed.cpus, cpu),
			 cpu <= 3 || cpu == 8 || cpu == 63 || cpu == 64);
	CHECK(!config_cpu(&c->feed.cpus, CONFIG_CPUS_MAX), "beyond the set");
	CHECK(!c->feed.enabled && !c->http.unix_path, "not off");
	CHECK_EQ(c->sensors.exclude.nr, 2);
	CHECK(!strcmp(c->sensors.exclude.text[1], "thermal/*"), "%s", c->sensors.exclude.text[1]);
	CHECK(c->sensors.power_max_w == 800, "%g", c->sensors.power_max_w);
	CHECK_EQ(c->log.level, CONFIG_LOG_DEBUG);
	CHECK(!strcmp(c->node.name, "a=b"), "%s", c->node.name);
	/* By the zone's number: 258 is 1.2. */
	CHECK_EQ(ntohl(c->multicast.group4.in.sin_addr.s_addr), 0xefc00102);
	CHECK_EQ(c->multicast.group6.in6.sin6_addr.s6_addr[15], 2);
	config_free(c);
}

static void test_the_example_sets_nothing_and_shows_what_may_be(void)
{
	struct daemon_config *plain = good(""), *example;
	char *text, *line;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	CHECK(out, "no memory");
	config_print_example(out);
	fclose(out);
	example = good(text);
	CHECK_EQ(differ(plain, example), 0);
	config_free(example);
	/* "#key=value" is a suggestion, "# text" is not. */
	for (line = text; (line = strstr(line, "\n#")); line++) {
		if (line[2] >= 'a' && line[2] <= 'z')
			line[1] = ' ';
	}
	example = good(text);
	CHECK(differ(plain, example), "the suggestions are not read");
	config_free(example);
	config_free(plain);
	free(text);
}

static void test_nothing_is_cut_in_silence(void)
{
	static const char *const wrong[] = {
		"[Sensors]\nexec=/bin/a ; /bin/b\n", "[Node]\nzone=258 ; a comment\n",
		"[Node]\nzone=258\t;\n", "[Sensors]\nexec=a;b ;c\n",
	};
	struct daemon_config *config;
	char *said;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		CHECK_EQ(check_text(wrong[i], &said), 1);
		CHECK(strstr(said, ":2: a ';' behind a space"), "%s", said);
		free(said);
	}
	config = good("; a comment ; with one\n[Sensors]\nexec=a;b\n  ; and ; another\n");
	CHECK(!strcmp(config->sensors.exec.text[0], "a;b"), "%s", config->sensors.exec.text[0]);
	config_free(config);
}

static void test_a_name_can_be_shown(void)
{
	static const char *const texts[] = {
		"n\303\266d", "\342\202\254", "\360\220\215\210", "\364\217\277\277", "\355\237\277",
	};
	static const char *const wrong[] = {
		"n\366d", "\303", "\303n", "\200", "\300\200", "\301\277", "\340\200\200", "\340\237\277",
		"\355\240\200", "\360\217\277\277", "\364\220\200\200", "\365\200\200\200", "\342\202",
		"\360\220\215", "\377",
	};
	char text[64], *said;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		snprintf(text, sizeof(text), "[Node]\nname=%s\n", texts[i]);
		config_free(good(text));
	}
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(text, sizeof(text), "[Node]\nname=%s\n", wrong[i]);
		CHECK_EQ(check_text(text, &said), 1);
		CHECK(strstr(said, "in UTF-8"), "%zu: %s", i, said);
		free(said);
	}
}

/* --- there and back --- */

static void test_numbers_come_back(void)
{
	static const char *const units[] = { "", "1", "ms", "s", "B", "B/s", "1/s", "W",
					     "\302\260C", "\302\260C/W" };
	static const char *const wrong[] = { "", "x", "0x10", "inf", "nan", "1e999", "1..2", " 1",
					     "+1", "-", ".", "1 2", "1%" };
	double value, again;
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!config_parse_number(wrong[i], "", &value), "%s", wrong[i]);
	for (i = 0; i < 10000; i++) {
		const char *unit = units[test_random_below(sizeof(units) / sizeof(units[0]))];

		value = (double)test_random_log(1ULL << 40);
		if (test_random_below(2))
			value /= (double)test_random_range(1, 100000);
		config_format_number(value, unit, text, 48);
		CHECK(config_parse_number(text, unit, &again), "%s", text);
		CHECK(again == value, "%.17g by %s is %.17g", value, text, again);
	}
}

/* A random value that the key takes, or none. */
static void random_value(const struct config_key *key, char *out, size_t room)
{
	double value;
	size_t i;

	*out = '\0';
	switch (key->type) {
	case CONFIG_BOOL:
		snprintf(out, room, test_random_below(2) ? "yes" : "no");
		return;
	case CONFIG_WHOLE:
		value = (double)test_random_range((uint64_t)key->min, (uint64_t)key->max);
		config_format_number(value, key->unit, out, room);
		return;
	case CONFIG_REAL:
		value = key->min + (key->max - key->min) * (double)test_random_below(1001) / 1000;
		config_format_number(value, key->unit, out, room);
		return;
	case CONFIG_CHOICE:
		for (i = test_random_below(2); key->names[i] && test_random_below(2); )
			i++;
		snprintf(out, room, "%s", key->names[i] ? key->names[i] : key->names[0]);
		return;
	default:
		if (key->sample)
			snprintf(out, room, "%s", key->sample);
	}
}

static void test_what_is_printed_reads_the_same(void)
{
	size_t round, i, taken = 0;

	for (round = 0; round < 300; round++) {
		struct daemon_config *config, *again;
		char text[8192], value[160], *printed;
		size_t len = 0;

		for (i = 0; i < config_nr_keys(); i++) {
			struct config_key key = config_key(i);

			/* Few at once: more would hardly ever go together. */
			if (test_random_below(20))
				continue;
			random_value(&key, value, sizeof(value));
			if (*value)
				len += (size_t)sprintf(text + len, "[%s]\n%s=%s\n", key.section,
						       key.name, value);
		}
		text[len] = '\0';
		config = parse(text);
		if (!config)
			continue;
		taken++;
		complete(&config->gossip);
		CHECK(!gossip_config_check(&config->gossip), "%s",
		      gossip_config_check(&config->gossip));
		memset(&config->gossip.self, 0, sizeof(config->gossip.self));
		printed = dump(config);
		again = good(printed);
		CHECK_EQ(differ(config, again), 0);
		free(printed);
		config_free(again);
		config_free(config);
	}
	CHECK(taken > 20, "only %zu", taken);
}

static void test_a_reload_knows_what_changed(void)
{
	struct daemon_config *was = good("[Peers]\naddress=192.0.2.1:1\n");
	struct daemon_config *is = good("[Peers]\naddress=192.0.2.1:1\naddress=192.0.2.2:1\n"
					"[Node]\nzone=1\n[Control]\nlimit_c=90\n"
					"[Feed]\ncpus=1\n[Sensors]\nlimit=90\n");
	struct config_change changes[10] = { 0 };
	size_t i, restarts = 0;

	CHECK_EQ(config_diff(was, was, changes, 10), 0);
	/* The zone changes the groups as well. */
	CHECK_EQ(config_diff(was, is, changes, 10), 9);
	for (i = 0; i < 9; i++) {
		bool live = !strcmp(changes[i].section, "Peers") ||
			    !strcmp(changes[i].section, "Control");

		CHECK_EQ(changes[i].restart, !live);
		restarts += changes[i].restart;
	}
	CHECK_EQ(restarts, 7);
	memset(changes, 0, sizeof(changes));
	CHECK_EQ(config_diff(was, is, changes, 1), 9);
	CHECK(changes[0].name && !changes[1].name, "more than there is room for");
	config_free(was);
	config_free(is);
}

static void test_what_is_fixed_changes_places(void)
{
	struct daemon_config *was = good("[Node]\nname=one\nzone=1\nlisten=[::1]:1\n"
					 "[Gossip]\nttl=3\n[Sensors]\nexec=a\nexec=b\n");
	struct daemon_config *is = good("[Node]\nzone=2\nlisten=[::1]:2\nlisten=[::1]:3\n"
					"[Gossip]\nttl=4\n[Sensors]\nexec=c\n");
	struct config_change changes[32];
	size_t i, nr, waiting = 0;

	config_keep_fixed(was, is);
	CHECK(!strcmp(is->node.name, "one") && !was->node.name, "the name");
	CHECK(is->gossip.zone == 1 && was->gossip.zone == 2, "the zone");
	CHECK(is->node.listen.nr == 1 && was->node.listen.nr == 2, "addresses");
	CHECK(is->gossip.ttl == 4 && was->gossip.ttl == 3, "what is live");
	nr = config_diff(was, is, changes, ARRAY_SIZE(changes));
	for (i = 0; i < nr && i < ARRAY_SIZE(changes); i++)
		waiting += changes[i].restart;
	config_keep_fixed(was, is);
	CHECK(is->gossip.zone == 2 && !is->node.name, "not back");
	CHECK_EQ(config_diff(was, is, changes, ARRAY_SIZE(changes)), nr);
	CHECK(waiting >= 4 && nr > waiting, "%zu of %zu", waiting, nr);
	config_free(was);
	config_free(is);
}

static const struct test_case cases[] = {
	{ "nothing_is_cut_in_silence", test_nothing_is_cut_in_silence },
	{ "a_name_can_be_shown", test_a_name_can_be_shown },
	{ "what_is_fixed_changes_places", test_what_is_fixed_changes_places },
	{ "defaults_are_sound", test_defaults_are_sound },
	{ "the_core_has_the_same_defaults", test_the_core_has_the_same_defaults },
	{ "every_default_is_in_its_range", test_every_default_is_in_its_range },
	{ "values_get_where_they_belong", test_values_get_where_they_belong },
	{ "the_example_sets_nothing_and_shows_what_may_be",
	  test_the_example_sets_nothing_and_shows_what_may_be },
	{ "numbers_come_back", test_numbers_come_back },
	{ "what_is_printed_reads_the_same", test_what_is_printed_reads_the_same },
	{ "a_reload_knows_what_changed", test_a_reload_knows_what_changed },
	{ 0 },
};

const struct test_suite config_suite = { .name = "config", .cases = cases };
