/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings from a text, and what became of them.
 */
#ifndef GOSSIP_TEST_CONFIG_SCENE_H
#define GOSSIP_TEST_CONFIG_SCENE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_keys.h"
#include "harness.h"

static struct config_errors errors;

static inline struct daemon_config *parse(const char *text)
{
	struct daemon_config *config = NULL;
	int ret;

	memset(&errors, 0, sizeof(errors));
	ret = config_parse("f", text, strlen(text), &config, &errors);
	CHECK(!ret == !errors.nr, "%d with %zu errors", ret, errors.nr);
	CHECK(!ret == !!config, "%d, but there is%s a configuration", ret, config ? "" : " not");
	return config;
}

static inline struct daemon_config *good(const char *text)
{
	struct daemon_config *config = parse(text);

	CHECK(config, "refused: %s", errors.text[0]);
	return config;
}

/* It is refused with one error, which is this one. */
static inline void bad(const char *text, const char *error)
{
	CHECK(!parse(text), "'%s' was taken", text);
	CHECK(!strcmp(errors.text[0], error), "'%s', not '%s'", errors.text[0], error);
	CHECK_EQ(errors.nr, 1);
}

static inline char *dump(const struct daemon_config *config)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	CHECK(out, "no memory");
	config_dump(config, out);
	fclose(out);
	return text;
}

static inline size_t differ(const struct daemon_config *a, const struct daemon_config *b)
{
	struct config_change change = { 0 };
	size_t nr = config_diff(a, b, &change, 1);

	if (nr)
		printf("    # first: %s.%s\n", change.section, change.name);
	return nr;
}

/* To the bit: what is compared has been set to zeros before. */
static inline bool same_bytes(const void *a, const void *b, size_t len)
{
	return !memcmp(a, b, len);
}

static inline void write_file(const char *path, const char *text, size_t len)
{
	FILE *out = fopen(path, "w");

	CHECK(out, "%s: %s", path, strerror(errno));
	CHECK_EQ(fwrite(text, 1, len, out), len);
	fclose(out);
}

static inline int check_text(const char *text, char **said)
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

#endif /* GOSSIP_TEST_CONFIG_SCENE_H */
