// SPDX-License-Identifier: GPL-2.0
/*
 * The site file: the example gives what it says, the cases of site/cases.json are judged as they
 * say (site_schema.py asks the schema the same), errors are many but not without end, and whatever
 * bytes are read to an end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "site_file.h"

#define EXAMPLE "../../../Documentation/gossip-site.example.json"
#define SCHEMA "../../../Documentation/gossip-site.schema.json"
#define CASES "site/cases.json"

static struct config_errors errors;

static struct site_file *parse(const char *text, size_t len)
{
	struct site_file *file = NULL;
	int ret;

	memset(&errors, 0, sizeof(errors));
	ret = site_file_parse("s", text, len, &file, &errors);
	CHECK(!ret == !errors.nr && !ret == !!file, "%d with %zu errors", ret, errors.nr);
	return file;
}

static json_t *load(const char *path)
{
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error);

	CHECK(root, "%s:%d: %s", path, error.line, error.text);
	return root;
}

static struct site_file *parse_json(const json_t *root)
{
	char *text = json_dumps(root, 0);
	struct site_file *file;

	CHECK(text, "no memory");
	file = parse(text, strlen(text));
	free(text);
	return file;
}

static void test_the_example_is_what_it_says(void)
{
	struct site_file *file = NULL;
	struct site *site;

	memset(&errors, 0, sizeof(errors));
	CHECK_EQ(site_file_load(EXAMPLE, &file, &errors), 0);
	site = &file->site;
	CHECK_EQ(site->nr_nodes, 4);
	CHECK_EQ(site->nr_zones, 2);
	CHECK_EQ(site->nr_supplies, 3);
	CHECK_EQ(site->nr_links, 1);
	CHECK_EQ(site->zones[0].cooling_w, 100000);
	CHECK_EQ(site->zones[1].cooling_w, 85500);
	CHECK_EQ(site->zones[0].water, site->zones[1].water);
	CHECK(!strcmp(site->zones[1].name, "hall-b"), "%s", site->zones[1].name);
	CHECK_EQ(site->supplies[0].parent, 1);
	CHECK_EQ(site->supplies[1].parent, 2);
	CHECK_EQ(site->supplies[2].parent, SITE_NONE);
	CHECK_EQ(site->supplies[0].limit_w, 30000);
	CHECK_EQ(site->nodes[0].chassis, site->nodes[1].chassis);
	CHECK(site->nodes[0].rack != site->nodes[2].rack, "one rack");
	CHECK_EQ(site->nodes[0].row, site->nodes[2].row);
	CHECK_EQ(site->nodes[2].chassis, SITE_NONE);
	CHECK_EQ(site->nodes[3].rack, SITE_NONE);
	CHECK_EQ(site->nodes[3].supply, SITE_NONE);
	CHECK_EQ(site->nodes[3].zone, 1);
	CHECK_EQ(site->nodes[0].power_max_w, 1600);
	CHECK_EQ(site->nodes[2].power_max_w, 0);
	CHECK_EQ(site->nodes[0].id.byte[0], 0x7d);
	CHECK_EQ(site->nodes[3].id.byte[15], 0x13);
	CHECK_EQ(site->links[0].from, 2);
	CHECK_EQ(site->links[0].to, 0);
	CHECK(site->links[0].coupling == 0.65, "%g", site->links[0].coupling);
	CHECK_EQ(ntohl(file->addr[0].in.sin_addr.s_addr), 0xc000020b);
	CHECK_EQ(file->addr[2].sa.sa_family, AF_INET6);
	CHECK_EQ(ntohs(file->addr[2].in6.sin6_port), 7460);
	CHECK_EQ(file->addr[3].sa.sa_family, AF_UNSPEC);
	site_file_free(file);
	site_file_free(NULL);
}

/* What a step of a JSON pointer leads to. */
static json_t *step(json_t *at, const char *name)
{
	return json_is_array(at) ? json_array_get(at, (size_t)atoi(name)) :
				   json_object_get(at, name);
}

static void change(json_t *root, const json_t *item)
{
	const char *set = json_string_value(json_object_get(item, "set"));
	const char *path = set ? set : json_string_value(json_object_get(item, "drop"));
	json_t *to = json_object_get(item, "to");
	char *copy, *rest, *name, *next;

	CHECK(path, "neither set nor drop");
	copy = strdup(path + 1);
	rest = copy;
	for (name = strsep(&rest, "/"); (next = strsep(&rest, "/")); name = next)
		root = step(root, name);
	CHECK(root, "%s leads nowhere", path);
	if (set && json_is_array(root))
		CHECK(!json_array_set(root, (size_t)atoi(name), to), "%s", path);
	else if (set)
		CHECK(!json_object_set(root, name, to), "%s", path);
	else
		CHECK(!json_object_del(root, name), "%s", path);
	free(copy);
}

static void test_cases_are_judged_as_they_say(void)
{
	json_t *root = load(CASES), *example = load(EXAMPLE), *item, *changed;
	size_t i, kinds[3] = { 0 };

	json_array_foreach(json_object_get(root, "cases"), i, item) {
		const char *is = json_string_value(json_object_get(item, "is"));
		const char *says = json_string_value(json_object_get(item, "says"));
		char *text = json_dumps(item, 0);
		struct site_file *file;

		changed = json_deep_copy(example);
		change(changed, item);
		file = parse_json(changed);
		CHECK(!strcmp(is, "good") == !!file, "%s: %s", text, errors.text[0]);
		kinds[*is == 'g' ? 0 : *is == 'f' ? 1 : 2]++;
		if (!file)
			CHECK(says && !strncmp(errors.text[0], "s: ", 3) &&
			      !strncmp(errors.text[0] + 3, says, strlen(says)), "%s: %s", text,
			      errors.text[0]);
		site_file_free(file);
		json_decref(changed);
		free(text);
	}
	CHECK(kinds[0] > 10 && kinds[1] > 30 && kinds[2] > 10, "%zu cases", i);
	json_decref(root);
	json_decref(example);
}

static void test_the_schema_judges_them_the_same(void)
{
	int status = system("python3 -B site_schema.py " SCHEMA " " EXAMPLE " " CASES
			    " > /tmp/site_schema.out 2>&1");

	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "%d: see /tmp/site_schema.out", status);
}

static void test_what_is_no_json_is_refused(void)
{
	static const struct {
		const char *text;
		const char *error;
	} bad[] = {
		{ "", "s:1:0: '[' or '{' expected near end of file" },
		{ "[]", "s: /: is not an object" },
		{ "{\"schema\":1,\n\"schema\":1}",
		  "s:2:8: duplicate object key near '\"schema\"'" },
		{ "{\"schema\":1}x", "s:1:13: end of file expected near 'x'" },
		{ "{\"schema\":1,\"a\":\"\xff\"}", "s:1:17: unable to decode byte 0xff near '\"'" },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(!parse(bad[i].text, strlen(bad[i].text)), "taken: %s", bad[i].text);
		CHECK(!strcmp(errors.text[0], bad[i].error), "'%s', not '%s'", errors.text[0],
		      bad[i].error);
	}
}

static void test_all_errors_are_told(void)
{
	json_t *root = load(EXAMPLE), *nodes = json_object_get(root, "nodes");
	size_t i;

	json_object_del(json_array_get(nodes, 0), "zone");
	json_object_set_new(json_array_get(nodes, 1), "rack", json_integer(3));
	json_object_set_new(root, "more", json_null());
	CHECK(!parse_json(root), "taken");
	CHECK_EQ(errors.nr, 3);
	for (i = 0; i < 100; i++)
		json_array_append_new(nodes, json_object());
	CHECK(!parse_json(root), "taken");
	CHECK_EQ(errors.nr, CONFIG_ERRORS_MAX);
	CHECK_EQ(errors.nr + errors.dropped, 303);
	json_decref(root);
}

static void test_a_large_site_is_read(void)
{
	json_t *root = json_pack("{s:i, s:[{s:i}], s:[]}", "schema", 1, "zones", "number", 0,
				 "nodes");
	json_t *nodes = json_object_get(root, "nodes"), *node;
	struct site_file *file;
	char id[40], name[16];
	size_t i;

	for (i = 0; i < 5000; i++) {
		snprintf(id, sizeof(id), "00000001-0000-0000-0000-%012zx", i);
		snprintf(name, sizeof(name), "n%zu", i);
		node = json_pack("{s:s, s:s, s:i, s:s}", "id", id, "name", name, "zone", 0, "rack",
				 name);
		json_array_append_new(nodes, node);
	}
	file = parse_json(root);
	CHECK(file, "%s", errors.text[0]);
	CHECK_EQ(file->site.nr_nodes, 5000);
	CHECK_EQ(file->site.nodes[4999].rack, 4999);
	site_file_free(file);
	json_decref(root);
}

/* What the checker says of a node with the site of the example. */
static void check_node(const char *node, int status, const char *want)
{
	char path[] = "/tmp/test-site-XXXXXX", cwd[256], *said;
	int fd = mkstemp(path);
	FILE *out;
	size_t len;

	CHECK(fd >= 0 && getcwd(cwd, sizeof(cwd)), "no file");
	dprintf(fd, "[Node]\n%ssite_file=%s/%s\n", node, cwd, EXAMPLE);
	close(fd);
	out = open_memstream(&said, &len);
	CHECK(out, "no memory");
	CHECK_EQ(config_check_main(path, out, NULL), status);
	fclose(out);
	CHECK(strstr(said, want), "%s", said);
	free(said);
	unlink(path);
}

static void test_the_checker_looks_at_the_zone(void)
{
	check_node("zone=2\n", 0, ": good, with 4 nodes in 2 zones\n");
	check_node("zone=3\n", 1, "has no zone 3\n");
}

/* a1-1 of the example is in zone 1. */
#define A1_1 "id=7d2b1c4e-90f3-4a56-8e21-5f0a3c9b7d10\n"

static void test_the_site_has_the_node_where_the_settings_do(void)
{
	check_node(A1_1 "zone=1\n", 0, ": good, with 4 nodes in 2 zones\n");
	check_node(A1_1 "zone=2\n", 1, "has this node, a1-1, in zone 1\n");
}

static void test_no_bytes_lead_it_astray(void)
{
	json_t *example = load(EXAMPLE);
	char *text = json_dumps(example, JSON_COMPACT), *copy;
	size_t len = strlen(text), round, i;

	CHECK(len, "an empty example");
	for (round = 0; round < 3000; round++) {
		size_t cut = test_random_below(4) ? len : test_random_below(len);

		/* Ends where the memory ends. */
		copy = malloc(cut ? cut : 1);
		CHECK(copy, "no memory");
		memcpy(copy, text, cut);
		for (i = test_random_below(4); i && cut; i--)
			copy[test_random_below(cut)] = text[test_random_below(len)];
		site_file_free(parse(copy, cut));
		free(copy);
	}
	free(text);
	json_decref(example);
}

static const struct test_case cases[] = {
	{ "the_example_is_what_it_says", test_the_example_is_what_it_says },
	{ "cases_are_judged_as_they_say", test_cases_are_judged_as_they_say },
	{ "the_schema_judges_them_the_same", test_the_schema_judges_them_the_same },
	{ "what_is_no_json_is_refused", test_what_is_no_json_is_refused },
	{ "all_errors_are_told", test_all_errors_are_told },
	{ "a_large_site_is_read", test_a_large_site_is_read },
	{ "the_checker_looks_at_the_zone", test_the_checker_looks_at_the_zone },
	{ "the_site_has_the_node_where_the_settings_do",
	  test_the_site_has_the_node_where_the_settings_do },
	{ "no_bytes_lead_it_astray", test_no_bytes_lead_it_astray },
	{ 0 },
};

const struct test_suite site_file_suite = { .name = "site_file", .cases = cases };
