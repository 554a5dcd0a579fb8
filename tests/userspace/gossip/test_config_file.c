// SPDX-License-Identifier: GPL-2.0
/*
 * Files of settings, what the checker says of them, and a reader that no bytes lead astray.
 */
#include <sys/stat.h>

#include "config_scene.h"

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

static const struct test_case cases[] = {
	{ "only_files_of_a_size_are_read", test_only_files_of_a_size_are_read },
	{ "the_checker_tells_people", test_the_checker_tells_people },
	{ "no_bytes_lead_it_astray", test_no_bytes_lead_it_astray },
	{ 0 },
};

const struct test_suite config_file_suite = { .name = "config_file", .cases = cases };
