// SPDX-License-Identifier: GPL-2.0
/*
 * The table of keys for people: settings as a file, the annotated example, the manual page, and the
 * answer of a check.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"

#define EXAMPLE_COLUMNS 79

/**
 * config_describe - what a value of a key may be
 * @key: which
 * @out: text such as "a time from 5ms to 1s"
 * @room: bytes of it
 */
void config_describe(const struct config_key *key, char *out, size_t room)
{
	static const char *const what[] = {
		[CONFIG_BOOL] = "yes or no",
		[CONFIG_ID] = "a UUID",
		[CONFIG_GROUP4] = "an IPv4 multicast address",
		[CONFIG_GROUP6] = "an IPv6 multicast address",
		[CONFIG_SET] = "CPUs such as 0-3,8",
	};
	char lo[48], hi[48];
	size_t at, i;

	switch (key->type) {
	case CONFIG_WHOLE:
	case CONFIG_REAL:
		config_format_number(key->min, key->unit, lo, sizeof(lo));
		config_format_number(key->max, key->unit, hi, sizeof(hi));
		snprintf(out, room, "%s from %s to %s%s%s",
			 !strcmp(key->unit, "ms") || !strcmp(key->unit, "s") ? "a time (ms, s, "
			 "min, h)" :
			 key->type == CONFIG_WHOLE ? "a whole number" : "a number", lo, hi,
			 strchr(key->unit, '/') && key->control ? " " : "",
			 strchr(key->unit, '/') && key->control ? key->unit : "");
		return;
	case CONFIG_CHOICE:
		at = (size_t)snprintf(out, room, "one of %s", key->names[0]);
		for (i = 1; key->names[i] && at < room; i++)
			at += (size_t)snprintf(out + at, room - at, ", %s", key->names[i]);
		return;
	case CONFIG_TEXT:
		snprintf(out, room, "a text of at most %g bytes, in UTF-8",
			 key->max ? key->max : 63);
		return;
	case CONFIG_ABSOLUTE:
		snprintf(out, room, "an absolute path");
		return;
	case CONFIG_ADDRS:
		snprintf(out, room, "address:port or [address]:port by numbers, at most %g of them",
			 key->max);
		return;
	case CONFIG_TEXTS:
		snprintf(out, room, "a text of at most 160 bytes, at most %g of them", key->max);
		return;
	default:
		snprintf(out, room, "%s", what[key->type]);
	}
}

/* One key of a file, each value on a line; a key without a value as a comment. */
static void dump_key(const struct daemon_config *config, const struct config_key *key, FILE *out)
{
	size_t i, nr = config_count(config, key);

	if (!nr)
		fprintf(out, "%s%s=%s\n", key->initial || key->type == CONFIG_GROUP4 ||
			key->type == CONFIG_GROUP6 ? "" : "# ", key->name,
			config_has_none(key) ? "none" : "");
	for (i = 0; i < nr; i++) {
		fprintf(out, "%s=", key->name);
		config_print_value(config, key, i, out);
		fputc('\n', out);
	}
}

/**
 * config_dump - write settings as a file that gives the same settings
 * @config: settings
 * @out: where to
 */
void config_dump(const struct daemon_config *config, FILE *out)
{
	size_t s, i;

	for (s = 0; s < config_nr_sections; s++) {
		fprintf(out, "%s[%s]\n", s ? "\n" : "", config_sections[s].name);
		for (i = 0; i < config_nr_keys(); i++) {
			struct config_key key = config_key(i);

			if (!strcmp(key.section, config_sections[s].name))
				dump_key(config, &key, out);
		}
	}
}

/* A comment of lines that are not too long. */
static void print_comment(const char *text, FILE *out)
{
	size_t column = 1, word;

	fputc('#', out);
	for (; *text; text += word + strspn(text + word, " ")) {
		word = strcspn(text, " ");
		if (column + 1 + word > EXAMPLE_COLUMNS) {
			fputs("\n#", out);
			column = 1;
		}
		fprintf(out, " %.*s", (int)word, text);
		column += 1 + word;
	}
	fputc('\n', out);
}

/* Help as a sentence: that of a tunable has neither a capital nor a full stop. */
static void sentence(const char *help, char *out, size_t room)
{
	size_t len = strlen(help);

	snprintf(out, room, "%s%s", help, help[len - 1] == '.' ? "" : ".");
	if (*out >= 'a' && *out <= 'z')
		*out = (char)(*out - 'a' + 'A');
}

static void print_default(const struct daemon_config *defaults, const struct config_key *key,
			  FILE *out)
{
	size_t i, nr = config_count(defaults, key);

	for (i = 0; i < nr; i++) {
		fputs(i ? ", " : "", out);
		config_print_value(defaults, key, i, out);
	}
	if (!nr)
		fputs("none", out);
}

static bool derived(const struct config_key *key)
{
	return key->type == CONFIG_GROUP4 || key->type == CONFIG_GROUP6;
}

static void example_key(const struct daemon_config *defaults, const struct config_key *key,
			FILE *out)
{
	char help[256], want[160], line[512];

	sentence(key->help, help, sizeof(help));
	config_describe(key, want, sizeof(want));
	snprintf(line, sizeof(line), "%s Takes %s%s.", help, want,
		 key->live ? "; a reload is enough" : "");
	fputc('\n', out);
	print_comment(line, out);
	fprintf(out, "#%s=", key->name);
	if (key->sample)
		fputs(key->sample, out);
	else
		print_default(defaults, key, out);
	fputc('\n', out);
}

/**
 * config_print_example - the annotated example: a file that sets nothing
 * @out: where to
 */
void config_print_example(FILE *out)
{
	struct daemon_config *defaults;
	size_t s, i;

	if (config_defaults(&defaults))
		return;
	fprintf(out, "# %s-License-Identifier: GPL-2.0\n#\n", "SPDX");
	fputs("# Settings of gossipd, see gossipd.conf(5). Each key is shown with its default, or "
	      "with an\n"
	      "# example where it has none. `gossipd --check` looks for mistakes; a reload "
	      "(SIGHUP) takes\n"
	      "# over all of a file or, if anything is wrong with it, nothing.\n", out);
	for (s = 0; s < config_nr_sections; s++) {
		fprintf(out, "\n[%s]\n", config_sections[s].name);
		print_comment(config_sections[s].help, out);
		for (i = 0; i < config_nr_keys(); i++) {
			struct config_key key = config_key(i);

			if (!strcmp(key.section, config_sections[s].name))
				example_key(defaults, &key, out);
		}
	}
	config_free(defaults);
}

/* Text for the manual page: minus signs are minus signs, and UTF-8 has names there. */
static void print_roff(const char *text, FILE *out)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	for (; *text; text++) {
		if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\\')
			fputs("\\e", out);
		else if (!strncmp(text, "\302\260", 2))
			fputs((text++, "\\(de"), out);
		else
			fputc(*text, out);
	}
}

static void man_key(const struct daemon_config *defaults, const struct config_key *key, FILE *out)
{
	char help[256], want[160], *value = NULL;
	size_t size;
	FILE *text = open_memstream(&value, &size);

	if (!text)
		return;
	sentence(key->help, help, sizeof(help));
	config_describe(key, want, sizeof(want));
	print_default(defaults, key, text);
	fclose(text);
	fprintf(out, ".TP\n.B %s\n", key->name);
	print_roff(help, out);
	fputs("\nTakes ", out);
	print_roff(want, out);
	if (!derived(key)) {
		fputs(".\nDefault: ", out);
		print_roff(value, out);
	}
	fputs(key->live ? ".\nA reload is enough.\n" : ".\n", out);
	free(value);
}

/**
 * config_print_man - the part of the manual page that lists sections and keys
 * @out: where to
 */
void config_print_man(FILE *out)
{
	struct daemon_config *defaults;
	size_t s, i;

	if (config_defaults(&defaults))
		return;
	for (s = 0; s < config_nr_sections; s++) {
		fprintf(out, ".SS [%s]\n", config_sections[s].name);
		print_roff(config_sections[s].help, out);
		fputc('\n', out);
		for (i = 0; i < config_nr_keys(); i++) {
			struct config_key key = config_key(i);

			if (!strcmp(key.section, config_sections[s].name))
				man_key(defaults, &key, out);
		}
	}
	config_free(defaults);
}
