// SPDX-License-Identifier: GPL-2.0
/*
 * The settings: defaults, what is taken and what is refused and in which words, all errors at once,
 * a printed file that gives the same settings, and a reader that no bytes lead astray.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_keys.h"
#include "harness.h"

static struct config_errors errors;

static struct daemon_config *parse(const char *text)
{
	struct daemon_config *config = NULL;
	int ret;

	memset(&errors, 0, sizeof(errors));
	ret = config_parse("f", text, strlen(text), &config, &errors);
	CHECK(!ret == !errors.nr, "%d with %zu errors", ret, errors.nr);
	CHECK(!ret == !!config, "%d, but there is%s a configuration", ret, config ? "" : " not");
	return config;
}

static struct daemon_config *good(const char *text)
{
	struct daemon_config *config = parse(text);

	CHECK(config, "refused: %s", errors.text[0]);
	return config;
}

/* It is refused with one error, which is this one. */
static void bad(const char *text, const char *error)
{
	CHECK(!parse(text), "'%s' was taken", text);
	CHECK(!strcmp(errors.text[0], error), "'%s', not '%s'", errors.text[0], error);
	CHECK_EQ(errors.nr, 1);
}

static char *dump(const struct daemon_config *config)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	CHECK(out, "no memory");
	config_dump(config, out);
	fclose(out);
	return text;
}

static size_t differ(const struct daemon_config *a, const struct daemon_config *b)
{
	struct config_change change = { 0 };
	size_t nr = config_diff(a, b, &change, 1);

	if (nr)
		printf("    # first: %s.%s\n", change.section, change.name);
	return nr;
}

/* --- what is taken --- */

/* To the bit: what is compared has been set to zeros before. */
static bool same_bytes(const void *a, const void *b, size_t len)
{
	return !memcmp(a, b, len);
}

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

/* --- what is refused --- */

static void test_errors_say_where_and_what(void)
{
	bad("[Gossip]\nfanout=0", "f:2: Gossip.fanout: \"0\" is not a whole number from 1 to 16");
	bad("[Gossip]\nfanout=2.5", "f:2: Gossip.fanout: \"2.5\" is not a whole number from 1 to "
	"16");
	bad("[Gossip]\n\nprobe_interval=70s",
	    "f:3: Gossip.probe_interval: \"70s\" is not a time (ms, s, min, h) from 100ms to 1min");
	bad("[Gossip]\nprobe_interval=700",
	    "f:2: Gossip.probe_interval: \"700\" is not a time (ms, s, min, h) from 100ms to 1min");
	bad("[Control]\nlimit_c=nan", "f:2: Control.limit_c: \"nan\" is not a number from 40C to "
	"150C");
	bad("[Control]\nlimit_c=none",
	    "f:2: Control.limit_c: \"none\" is not a number from 40C to 150C");
	bad("[Log]\nlevel=loud",
	    "f:2: Log.level: \"loud\" is not one of error, warning, info, debug");
	bad("[Log]\nlevel=", "f:2: Log.level: \"\" is not one of error, warning, info, debug");
	bad("[Feed]\nenabled=maybe", "f:2: Feed.enabled: \"maybe\" is not yes or no");
	bad("[Feed]\ncpus=3-1", "f:2: Feed.cpus: \"3-1\" is not CPUs such as 0-3,8");
	bad("[Node]\nstate_directory=var",
	    "f:2: Node.state_directory: \"var\" is not an absolute path");
	bad("[Node]\nstate_directory=none",
	    "f:2: Node.state_directory: \"none\" is not an absolute path");
	bad("[Node]\nid=00000000-0000-0000-0000-000000000000",
	    "f:2: Node.id: \"00000000-0000-0000-0000-000000000000\" is not a UUID");
	bad("[Multicast]\ngroup4=192.0.2.1",
	    "f:2: Multicast.group4: \"192.0.2.1\" is not an IPv4 multicast address");
	bad("[Multicast]\ngroup4=ff15::1",
	    "f:2: Multicast.group4: \"ff15::1\" is not an IPv4 multicast address");
	bad("[Multicast]\ninterface=aaaaaaaaaaaaaaaa",
	    "f:2: Multicast.interface: \"aaaaaaaaaaaaaaaa\" is not a text of at most 15 bytes, in UTF-8");
}

static void test_names_that_nobody_knows_get_a_suggestion(void)
{
	bad("[Gosip]\nfanout=3\nwhatever=1", "f:1: there is no section [Gosip]: is [Gossip] "
	"meant?");
	bad("[Unrelated]", "f:1: there is no section [Unrelated]");
	bad("[Gossip]\nFanOut=3", "f:2: Gossip.FanOut: there is no such key: is fanout meant?");
	bad("[Gossip]\nproble_interval=3s",
	    "f:2: Gossip.proble_interval: there is no such key: is probe_interval meant?");
	bad("[Control]\nslow_s=3s", "f:2: Control.slow_s: there is no such key: is slew_s meant?");
	bad("[Log]\nfanout=3", "f:2: Log.fanout: there is no such key");
	bad("fanout=3", "f:1: fanout: a key before the first [Section]");
}

static void test_what_is_no_line_of_a_file_is_refused(void)
{
	char text[512];

	bad("[Gossip]\nfanout", "f:2: neither [Section] nor key=value nor a comment");
	bad("[Gossip]\nfanout: 3", "f:2: neither [Section] nor key=value nor a comment");
	bad("[Gossip]\n=3", "f:2: neither [Section] nor key=value nor a comment");
	bad("[Gossip", "f:1: a section is written [Section], on a line of its own");
	bad("[Gossip] fanout=3", "f:1: a section is written [Section], on a line of its own");
	bad("[Gossip]\nfan\001out=3", "f:2: a control character in the line");
	bad("[Gossip]\nfanout=3\nttl=2\nfanout=3", "f:4: Gossip.fanout: was given in line 2 "
	"already");
	snprintf(text, sizeof(text), "[Node]\nname=%300s\nzone=1", "x");
	bad(text, "f:2: a line of 305 bytes: 197 are allowed");
	/* A line that is as long as may be, and one by a byte longer. */
	snprintf(text, sizeof(text), "#%*s", 196, "x");
	config_free(good(text));
	snprintf(text, sizeof(text), "#%*s", 197, "x");
	bad(text, "f:1: a line of 198 bytes: 197 are allowed");
	memset(&errors, 0, sizeof(errors));
	CHECK_EQ(config_parse("f", "#\0", 2, &(struct daemon_config *){ NULL }, &errors), -EINVAL);
}

static void test_keys_have_to_go_together(void)
{
	bad("[Gossip]\ninterval_warning=5ms",
	    "f:2: Gossip.interval_warning: is less than interval_critical");
	bad("[Gossip]\ninterval_normal=40ms",
	    "f:2: Gossip.interval_normal: is less than interval_warning");
	bad("[Gossip]\ninterval_normal=2s", "f: Gossip.interval_cool: is less than "
	"interval_normal");
	bad("[Gossip]\nmargin_critical=10", "f: Gossip.margin_warning: is not more than "
	"margin_critical");
	bad("[Gossip]\nmargin_warning=20", "f: Gossip.margin_normal: is not more than "
	"margin_warning");
	bad("[Gossip]\nprobe_timeout=1s",
	    "f:2: Gossip.probe_timeout: is not less than probe_interval");
	bad("[Node]\nmembers_max=10\nexpected=11", "f:3: Node.expected: is more than members_max");
	bad("[Keys]\nendorsement=/e", "f:2: Keys.endorsement: means nothing without authority");
	bad("[Keys]\nauthority=/e",
	    "f:2: Keys.authority: others would not take this node's key: endorsement is missing");
	bad("[Node]\nlisten=239.0.0.1:7",
	    "f:2: Node.listen: is a group: it is [Multicast] that has groups");
	bad("[Peers]\naddress=[ff15::1]:7", "f:2: Peers.address: is a group, not a node");
	bad("[InfiniBand]\nhca=mlx5_0:0",
	    "f:2: InfiniBand.hca: a port is a number from 1 to 255");
	bad("[InfiniBand]\ngroup4=none\ngroup6=none",
	    "f: InfiniBand.enable: without a group: group4 and group6 are none");
	bad("[Multicast]\ngroup4=none\ngroup6=none",
	    "f: Multicast.enabled: without a group: group4 and group6 are none");
	bad("[Http]\nlisten=[::]:80",
	    "f:2: Http.listen: others than this machine could ask: that takes remote=yes as well");
	config_free(good("[Http]\nlisten=[::]:80\nremote=yes"));
	config_free(good("[Http]\nlisten=127.1.2.3:80\nlisten=[::1]:80"));
	bad("[Http]\nlisten=none\nunix=none",
	    "f: Http.enabled: without a socket: unix and listen are none");
	bad("[Sensors]\nstale=150ms", "f:2: Sensors.stale: is less than two intervals");
	bad("[Sensors]\ncommand_timeout=11s",
	    "f:2: Sensors.command_timeout: is more than command_interval");
	bad("[Mdns]\ntype=_x._tcp", "f:2: Mdns.type: is not of the form _name._udp");
	bad("[Mdns]\ntype=x._udp", "f:2: Mdns.type: is not of the form _name._udp");
	bad("[Mdns]\ntype=_._udp", "f:2: Mdns.type: is not of the form _name._udp");
	bad("[Mdns]\ntype=_-x._udp", "f:2: Mdns.type: is not of the form _name._udp");
	bad("[Mdns]\ntype=_abcdefghijklmnop._udp", "f:2: Mdns.type: is not of the form _name._udp");
	bad("[Mdns]\ntype=_x._udp.example", "f:2: Mdns.type: is not of the form _name._udp");
	config_free(good("[Mdns]\nenabled=yes\ntype=_abcdefghijklmno._udp"));
	bad("[Feed]\ninterval=2s", "f: Feed.lease: is less than three intervals: it would run out");
	bad("[Control]\nneighbour_floor_c=20\nneighbour_span_c=2",
	    "f: Control: neighbour_floor_c is above neighbour_span_c");
}

static void test_all_errors_are_told_but_not_without_end(void)
{
	struct daemon_config *config = NULL;
	char *text = malloc(CONFIG_FILE_BYTES_MAX);
	size_t i, len = 0;

	CHECK(text, "no memory");
	CHECK(!parse("[Gossip]\nfanout=x\nttl=y\n[Nod]\nbla\n[Log]\nlevel=z"), "taken");
	CHECK_EQ(errors.nr, 5);
	CHECK(!strncmp(errors.text[3], "f:5:", 4), "%s", errors.text[3]);
	for (i = 0; i < 100; i++)
		len += (size_t)sprintf(text + len, "line\n");
	memset(&errors, 0, sizeof(errors));
	CHECK_EQ(config_parse("f", text, len, &config, &errors), -EINVAL);
	CHECK_EQ(errors.nr, CONFIG_ERRORS_MAX);
	CHECK_EQ(errors.dropped, 100 - CONFIG_ERRORS_MAX);
	free(text);
}

static void test_lists_take_no_more_than_they_hold(void)
{
	char *text = malloc(CONFIG_FILE_BYTES_MAX);
	size_t i, len;

	CHECK(text, "no memory");
	len = (size_t)sprintf(text, "[Peers]\n");
	for (i = 0; i < CONFIG_PEERS_MAX; i++)
		len += (size_t)sprintf(text + len, "address=192.0.2.%zu:7\n", i + 1);
	config_free(good(text));
	sprintf(text + len, "address=192.0.2.100:7\n");
	CHECK(!parse(text), "one too many");
	CHECK_EQ(errors.nr, 1);
	free(text);
	CHECK(!parse("[Http]\nlisten=127.0.0.1:1\nlisten=127.0.0.1:2\nlisten=127.0.0.1:3\n"
		     "listen=127.0.0.1:4\nlisten=127.0.0.1:5\n"), "one too many");
}

static void test_addresses_are_by_numbers_and_whole(void)
{
	static const char *const wrong[] = {
		"localhost:1", "192.0.2.1", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536",
		"192.0.2.1:1x", "192.0.2.1:999999", "192.0.2:1", "[192.0.2.1]:1", "2001:db8::1:1",
		"[2001:db8::1]", "[2001:db8::1]1:1", "[]:1", "[:1", ":1", "[fe80::1%eth0]:1",
		"11111111111111111111111111111111111111111111111111111111111:1", "",
	};
	union config_addr addr;
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!config_parse_addr(wrong[i], &addr) && !addr.sa.sa_family, "%s", wrong[i]);
	for (i = 0; i < 1000; i++) {
		union config_addr again;

		memset(&addr, 0, sizeof(addr));
		addr.in.sin_port = htons((uint16_t)test_random_range(1, 65535));
		if (test_random_below(2)) {
			addr.sa.sa_family = AF_INET;
			addr.in.sin_addr.s_addr = (uint32_t)test_random();
		} else {
			uint64_t half[2];

			half[0] = test_random();
			half[1] = test_random() >> test_random_below(64);
			addr.sa.sa_family = AF_INET6;
			memcpy(&addr.in6.sin6_addr, half, sizeof(half));
		}
		config_format_addr(&addr, text, sizeof(text));
		CHECK(config_parse_addr(text, &again), "%s", text);
		CHECK(same_bytes(&again, &addr, sizeof(addr)), "%s", text);
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

/* --- files --- */

static void write_file(const char *path, const char *text, size_t len)
{
	FILE *out = fopen(path, "w");

	CHECK(out, "%s: %s", path, strerror(errno));
	CHECK_EQ(fwrite(text, 1, len, out), len);
	fclose(out);
}

static void test_only_files_of_a_size_are_read(void)
{
	char dir[] = "/tmp/test-config-XXXXXX", path[64];
	char *text = calloc(1, CONFIG_FILE_BYTES_MAX + 1);
	struct daemon_config *config = NULL;

	CHECK(text && mkdtemp(dir), "no directory");
	memset(text, '\n', CONFIG_FILE_BYTES_MAX + 1);
	snprintf(path, sizeof(path), "%s/conf", dir);
	memset(&errors, 0, sizeof(errors));
	CHECK_EQ(config_load(path, &config, &errors), -ENOENT);
	CHECK(strstr(errors.text[0], "No such file"), "%s", errors.text[0]);
	write_file(path, text, CONFIG_FILE_BYTES_MAX + 1);
	CHECK_EQ(config_load(path, &config, &errors), -EFBIG);
	CHECK(strstr(errors.text[1], "more than the 65536 bytes"), "%s", errors.text[1]);
	write_file(path, text, CONFIG_FILE_BYTES_MAX);
	CHECK_EQ(config_load(path, &config, &errors), 0);
	config_free(config);
	unlink(path);
	CHECK(!mkfifo(path, 0600), "no FIFO");
	CHECK_EQ(config_load(path, &config, &errors), -EINVAL);
	CHECK_EQ(config_load(dir, &config, &errors), -EINVAL);
	CHECK(strstr(errors.text[3], "not a regular file"), "%s", errors.text[3]);
	unlink(path);
	rmdir(dir);
	free(text);
}

static int check_text(const char *text, char **said)
{
	char path[] = "/tmp/test-config-XXXXXX";
	size_t len;
	FILE *out = open_memstream(said, &len);
	int fd = mkstemp(path), ret;

	CHECK(fd >= 0 && out, "no file");
	close(fd);
	write_file(path, text, strlen(text));
	ret = config_check_main(path, out, NULL);
	fclose(out);
	unlink(path);
	return ret;
}

static void test_the_checker_tells_people(void)
{
	char *said, text[2048] = "[Log]\n";
	size_t i;

	CHECK_EQ(check_text("[Log]\nlevel=info", &said), 0);
	CHECK(strstr(said, ": good\n"), "%s", said);
	free(said);
	CHECK_EQ(check_text("[Log]\nlevel=no\nburst=-1", &said), 1);
	CHECK(strstr(said, ":2: Log.level") && strstr(said, ":3: Log.burst"), "%s", said);
	free(said);
	for (i = 0; i < 40; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "bad\n");
	CHECK_EQ(check_text(text, &said), 1);
	CHECK(strstr(said, ": and 8 more errors\n"), "%s", said);
	free(said);
	CHECK_EQ(check_text("[Node]\nsite_file=/nonexistent", &said), 1);
	CHECK(strstr(said, "/nonexistent: No such file"), "%s", said);
	free(said);
}

static void test_no_bytes_lead_it_astray(void)
{
	static const char *const scraps[] = {
		"[", "]", "=", "\n", "\n", "[Gossip]\n", "fanout=", "[Peers]\naddress=",
		"127.0.0.1:1",
		"1", "9", "s", "none", "\377", "\t", " ", ";", "#", "%", "[Feed]\ncpus=", "0-", ",",
		"8191", "[::1]:5", "listen=", "[Http]\n", "id=", "-", "exec=", "[Sensors]\n",
	};
	size_t round;

	for (round = 0; round < 5000; round++) {
		struct daemon_config *config = NULL;
		char text[600] = "";
		size_t len = 0, nr = test_random_below(40), i;

		for (i = 0; i < nr; i++) {
			const char *scrap = scraps[test_random_below(sizeof(scraps) /
								     sizeof(scraps[0]))];

			while (*scrap)
				text[len++] = *scrap++;
		}
		memset(&errors, 0, sizeof(errors));
		config_parse("f", text, len, &config, &errors);
		config_free(config);
	}
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
	{ "errors_say_where_and_what", test_errors_say_where_and_what },
	{ "names_that_nobody_knows_get_a_suggestion",
	  test_names_that_nobody_knows_get_a_suggestion },
	{ "what_is_no_line_of_a_file_is_refused", test_what_is_no_line_of_a_file_is_refused },
	{ "keys_have_to_go_together", test_keys_have_to_go_together },
	{ "all_errors_are_told_but_not_without_end", test_all_errors_are_told_but_not_without_end },
	{ "lists_take_no_more_than_they_hold", test_lists_take_no_more_than_they_hold },
	{ "addresses_are_by_numbers_and_whole", test_addresses_are_by_numbers_and_whole },
	{ "numbers_come_back", test_numbers_come_back },
	{ "what_is_printed_reads_the_same", test_what_is_printed_reads_the_same },
	{ "a_reload_knows_what_changed", test_a_reload_knows_what_changed },
	{ "only_files_of_a_size_are_read", test_only_files_of_a_size_are_read },
	{ "the_checker_tells_people", test_the_checker_tells_people },
	{ "no_bytes_lead_it_astray", test_no_bytes_lead_it_astray },
	{ 0 },
};

const struct test_suite config_suite = { .name = "config", .cases = cases };
