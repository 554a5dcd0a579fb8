// SPDX-License-Identifier: GPL-2.0
/*
 * Settings that are refused, and in which words; all errors at once.
 */
#include "config_scene.h"

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

static const struct test_case cases[] = {
	{ "errors_say_where_and_what", test_errors_say_where_and_what },
	{ "names_that_nobody_knows_get_a_suggestion",
	  test_names_that_nobody_knows_get_a_suggestion },
	{ "what_is_no_line_of_a_file_is_refused", test_what_is_no_line_of_a_file_is_refused },
	{ "keys_have_to_go_together", test_keys_have_to_go_together },
	{ "all_errors_are_told_but_not_without_end", test_all_errors_are_told_but_not_without_end },
	{ "lists_take_no_more_than_they_hold", test_lists_take_no_more_than_they_hold },
	{ "addresses_are_by_numbers_and_whole", test_addresses_are_by_numbers_and_whole },
	{ 0 },
};

const struct test_suite config_bad_suite = { .name = "config_bad", .cases = cases };
