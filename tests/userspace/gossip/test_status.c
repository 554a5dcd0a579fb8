// SPDX-License-Identifier: GPL-2.0
/*
 * What is said of a node: the text of the metrics and of the JSON, by readers that are strict.
 */
#include <ctype.h>

#include "metrics.h"
#include "status_scene.h"

/* --- JSON --- */

static const json_t *at(const json_t *root, const char *a, const char *b)
{
	return json_object_get(json_object_get(root, a), b);
}

static void test_json_has_values_with_their_age(void)
{
	struct gossip *core = make_core();
	struct status_view view = make_view(core);
	json_t *root = load(json_state(&view));
	const json_t *temp = at(root, "measured", "temperature_c");
	const json_t *inlet = at(root, "measured", "inlet_c");

	CHECK(json_number_value(json_object_get(temp, "value")) == 71.5, "no temperature");
	/* 0.25 s old when it came, 2 s ago. */
	CHECK(fabs(json_number_value(json_object_get(temp, "age_s")) - 2.25) < 0.000001, "age");
	CHECK(json_is_null(json_object_get(inlet, "value")), "made up");
	CHECK(json_number_value(at(root, "price", "multiplier")) >= 1, "no price");
	CHECK_EQ(json_object_size(at(root, "price", "causes")), CONTROL_CAUSES);
	CHECK(!strcmp(json_string_value(json_object_get(root, "node")),
		      "11111111-1111-1111-1111-111111111111"), "no name");
	CHECK_EQ(json_array_size(json_object_get(root, "sensors")), 2);
	CHECK_EQ(json_integer_value(json_object_get(root, "incarnation")), 7);
	json_decref(root);
	gossip_destroy(core);
}

/* A sample comes also when there is nothing in it. */
static void test_who_has_no_temperature_does_not_look_fresh(void)
{
	struct gossip *core = make_core();
	struct status_view view = make_view(core);
	json_t *root = load(json_price(&view));
	char *text = metrics_text(&view);

	CHECK(fabs(json_number_value(json_object_get(root, "based_on_age_s")) - 2.25) < 0.000001,
	      "age of a price");
	CHECK(strstr(text, "\ngossipd_sample_age_seconds 2.25\n"), "age");
	free(text);
	json_decref(root);
	gossip_destroy(core);

	core = make_core_of(NAN);
	view = make_view(core);
	root = load(json_price(&view));
	text = metrics_text(&view);
	CHECK(json_is_null(json_object_get(root, "based_on_age_s")), "based on nothing");
	/* It was started 3 s ago: older and older, for an alert to see. */
	CHECK(strstr(text, "\ngossipd_sample_age_seconds 3\n"), "%s", text);
	free(text);
	json_decref(root);
	root = load(json_state(&view));
	CHECK(json_is_null(json_object_get(at(root, "measured", "temperature_c"), "age_s")),
	      "nothing has an age");
	json_decref(root);
	gossip_destroy(core);
}

static void test_json_of_all_documents_is_json(void)
{
	struct gossip_event event = { .kind = GOSSIP_EV_MEMBER, .state = GOSSIP_DEAD, .on = true,
				      .value = NAN };
	struct gossip *core = make_core();
	struct status_view view = make_view(core);
	json_t *root = load(json_price(&view));

	CHECK(json_number_value(json_object_get(root, "local")) >= 1, "no price");
	CHECK(json_is_true(json_object_get(root, "feed")), "no feed");
	json_decref(root);
	root = load(json_neighbors(&view));
	CHECK_EQ(json_array_size(json_object_get(root, "neighbors")), gossip_nr_members(core));
	json_decref(root);
	root = load(json_zones(&view));
	CHECK_EQ(json_array_size(json_object_get(root, "zones")), gossip_nr_zones(core));
	json_decref(root);
	root = load(json_event(&view, &event));
	CHECK(!strcmp(json_string_value(json_object_get(root, "event")), "member"), "kind");
	CHECK(!strcmp(json_string_value(json_object_get(root, "state")), "dead"), "state");
	CHECK(json_is_null(json_object_get(root, "value")), "NAN is no number");
	CHECK(json_is_null(json_object_get(root, "subject")), "nobody has no name");
	json_decref(root);
	json_decref(load(json_status("ok", NULL)));
	gossip_destroy(core);
}

/* --- metrics --- */

/* Behind label="value", NULL if it is none. */
static const char *metric_label(const char *p)
{
	p += strspn(p, "abcdefghijklmnopqrstuvwxyz_");
	if (strncmp(p, "=\"", 2))
		return NULL;
	for (p += 2; *p && *p != '"'; p++) {
		if (*p != '\\')
			continue;
		p++;
		if (!*p || !strchr("\\\"n", *p))
			return NULL;
	}
	return *p ? p + 1 : NULL;
}

/* The length of the name in a line name{label="value",...} number, 0 if it is no such line. */
static size_t metric_line(const char *line)
{
	size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz_0123456789");
	const char *p = line + name;
	char *end;

	if (!name || isdigit((unsigned char)*line))
		return 0;
	if (*p == '{') {
		do {
			p = metric_label(p + 1);
		} while (p && *p == ',');
		if (!p || *p != '}')
			return 0;
		p++;
	}
	if (*p++ != ' ')
		return 0;
	strtod(p, &end);
	return end > p && !*end ? name : 0;
}

/* Whether a line is of a histogram's family: name_bucket, name_sum or name_count. */
static bool part_of(const char *line, size_t len, const char *name)
{
	const char *const parts[] = { "_bucket", "_sum", "_count" };
	size_t i, head = strlen(name);

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (len == head + strlen(parts[i]) &&
		    !strncmp(line + head, parts[i], strlen(parts[i])))
			return true;
	}
	return false;
}

static void test_metrics_keep_to_the_text_format(void)
{
	struct gossip *core = make_core();
	struct status_view view = make_view(core);
	char *text = metrics_text(&view), *line, *rest = text;
	char seen[128][64], name[64] = "", type[16] = "", last[128] = "";
	size_t families = 0, samples = 0, i;

	CHECK(text && text[strlen(text) - 1] == '\n', "the last line does not end");
	CHECK(strstr(text, "\ngossipd_node_temperature_celsius 71.5\n"), "no temperature");
	CHECK(strstr(text, "\ngossipd_thermal_margin_celsius 18.5\n"), "no margin");
	CHECK(strstr(text, "\ngossipd_build_info{version=\"1.2.3\"} 1\n"), "no version");
	CHECK(strstr(text, "sensor=\"a \\\"quoted\\\\\\\" one\\n\"} +Inf\n"), "not quoted");
	CHECK(!strstr(text, "nan"), "what is not known");
	CHECK(strstr(text, "\ngossipd_drops_total{reason=\"mac\"} 0\n"), "no drops");
	CHECK(strstr(text, "\ngossipd_netlink_updates_total 5\n"), "no feed");
	CHECK(strstr(text, "\ngossipd_temperature_celsius{sensor=\"hwmon/coretemp/temp1\"} 71.5\n"),
	      "not the first sensor's name");
	CHECK(strstr(text, "\ngossipd_up{source=\"hwmon\"} 1\ngossipd_up{source=\"file\"} 0\n"),
	      "no sources");
	CHECK(strstr(text, "\ngossipd_key_id_info{slot=\"current\",key_id=\"17\"} 1\n"), "no key");
	CHECK(!strstr(text, "slot=\"previous\"") && !strstr(text, "slot=\"next\""), "keys made up");
	CHECK(strstr(text, "\ngossipd_udp_datagrams_total{result=\"mtu\"} 1\n"), "no datagrams");
	CHECK(strstr(text, "\ngossipd_stream_dropped_total 3\n"), "no stream");
	CHECK(strstr(text, "\ngossipd_link_up{link=\"udp\"} 0\n"), "UDP is not there");
	CHECK(strstr(text, "\ngossipd_probe_rtt_seconds_bucket{le=\"0.0005\"} 0\n"
		     "gossipd_probe_rtt_seconds_bucket{le=\"0.001\"} 2\n"), "no buckets");
	CHECK(strstr(text, "\ngossipd_probe_rtt_seconds_bucket{le=\"0.5\"} 2\n"
		     "gossipd_probe_rtt_seconds_bucket{le=\"+Inf\"} 3\n"
		     "gossipd_probe_rtt_seconds_sum 1.5\ngossipd_probe_rtt_seconds_count 3\n"),
	      "buckets do not add up");
	CHECK(strstr(text, "\ngossipd_crisis_latency_seconds_count 0\n"), "nothing is not 0");
	while ((line = strsep(&rest, "\n")) && *line) {
		size_t len;

		if (!strncmp(line, "# HELP ", 7))
			continue;
		if (*line == '#') {
			int got = sscanf(line, "# TYPE %63s %15s", name, type);

			CHECK_EQ(got, 2);
			for (i = 0; i < families; i++)
				CHECK(strcmp(seen[i], name), "%s twice", name);
			CHECK(families < 128, "too many");
			memcpy(seen[families++], name, sizeof(name));
			CHECK(!strncmp(name, "gossipd_", 8), "%s", name);
			len = strlen(name);
			CHECK_EQ(!strcmp(type, "counter"), len > 6 &&
				 !strcmp(name + len - 6, "_total"));
			continue;
		}
		len = metric_line(line);
		CHECK(len, "'%s' is no sample", line);
		CHECK(!strncmp(line, name, strlen(name)), "%s in %s", line, name);
		CHECK(len == strlen(name) ||
		      (!strcmp(type, "histogram") && part_of(line, len, name)), "%s in %s", line,
		      name);
		CHECK(!*last || strncmp(line, last, strlen(last)), "%s twice", line);
		snprintf(last, sizeof(last), "%.*s", (int)(strrchr(line, ' ') - line + 1), line);
		samples++;
	}
	CHECK(families > 40 && samples > 60, "%zu families, %zu samples", families, samples);
	free(text);
	gossip_destroy(core);
}

static const struct test_case cases[] = {
	{ "json_has_values_with_their_age", test_json_has_values_with_their_age },
	{ "who_has_no_temperature_does_not_look_fresh",
	  test_who_has_no_temperature_does_not_look_fresh },
	{ "json_of_all_documents_is_json", test_json_of_all_documents_is_json },
	{ "metrics_keep_to_the_text_format", test_metrics_keep_to_the_text_format },
	{ 0 },
};

const struct test_suite status_suite = { .name = "status", .cases = cases };
