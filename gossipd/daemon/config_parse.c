// SPDX-License-Identifier: GPL-2.0
/*
 * The settings from text, by libinih. Lines are looked at before libinih sees them, so that each
 * error has its line, none hides another, and what libinih would take for something else (a cut
 * line, "key: value", a continuation) is refused.
 */
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"

/**
 * struct parser - a file while it is read
 * @source: its name, its errors
 * @config: what comes of it
 * @text: what is left of it
 * @len: bytes left
 * @number: of the line
 * @known: the section is one of ours
 */
struct parser {
	struct config_source source;
	struct daemon_config *config;
	const char *text;
	size_t len;
	unsigned int number;
	bool known;
};

static const char *section_name(size_t index, const void *ctx)
{
	(void)ctx;
	return index < config_nr_sections ? config_sections[index].name : NULL;
}

/* By turns the keys of a section; those of others are skipped by giving an empty name. */
static const char *key_name(size_t index, const void *section)
{
	struct config_key key;

	if (index >= config_nr_keys())
		return NULL;
	key = config_key(index);
	return strcmp(key.section, section) ? "" : key.name;
}

static void complain(struct parser *p, const char *what)
{
	config_error(p->source.errors, "%s:%u: %s", p->source.name, p->number, what);
}

/* Look at "[Section]"; libinih does it again for its keys. */
static bool open_section(struct parser *p, const char *line)
{
	const char *end = strchr(line, ']');
	const char *near, *rest;
	char name[32];
	size_t i;

	p->known = false;
	rest = end ? end + 1 + strspn(end + 1, " \t") : NULL;
	if (!rest || (*rest && *rest != ';' && *rest != '#')) {
		complain(p, "a section is written [Section], on a line of its own");
		return false;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(end - line - 1), line + 1);
	for (i = 0; i < config_nr_sections; i++) {
		if (!strcmp(config_sections[i].name, name)) {
			p->known = true;
			return true;
		}
	}
	near = config_nearest(name, section_name, NULL);
	config_error(p->source.errors, "%s:%u: there is no section [%s]%s%s%s", p->source.name,
		     p->number, name, near ? ": is [" : "", near ? near : "",
		     near ? "] meant?" : "");
	return true;
}

/* Whether libinih may see a line of @len bytes that has no space at its ends. */
static bool good_line(struct parser *p, const char *line, size_t len, size_t room)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if ((unsigned char)line[i] < ' ' && line[i] != '\t') {
			complain(p, "a control character in the line");
			return false;
		}
	}
	if (len >= room) {
		config_error(p->source.errors, "%s:%u: a line of %zu bytes: %zu are allowed",
			     p->source.name, p->number, len, room - 1);
		return false;
	}
	return true;
}

static bool good_syntax(struct parser *p, const char *line)
{
	const char *separator;

	if (!*line || *line == ';' || *line == '#')
		return true;
	if (*line == '[')
		return open_section(p, line);
	/* libinih would take the rest for a comment, and the value for what is in front. */
	for (separator = strchr(line, ';'); separator; separator = strchr(separator + 1, ';')) {
		if (separator > line && isspace((unsigned char)separator[-1])) {
			complain(p, "a ';' behind a space: a comment has a line of its own, and no "
				 "value may have that");
			return false;
		}
	}
	separator = strpbrk(line, "=:");
	if (separator && *separator == '=' && separator > line)
		return true;
	complain(p, "neither [Section] nor key=value nor a comment");
	return false;
}

/* libinih's way to read a line: here from memory. @room of it is libinih's limit. */
static char *next_line(char *out, int room, void *stream)
{
	struct parser *p = stream;
	const char *line = p->text, *end;
	size_t len;

	if (!p->len)
		return NULL;
	end = memchr(p->text, '\n', p->len);
	len = end ? (size_t)(end - line) : p->len;
	p->text += len + (end ? 1 : 0);
	p->len -= len + (end ? 1 : 0);
	p->number++;
	while (len && (line[len - 1] == ' ' || line[len - 1] == '\t' || line[len - 1] == '\r'))
		len--;
	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	/* A newline and the end have to fit as well. */
	if (!good_line(p, line, len, (size_t)room - 2))
		len = 0;
	memcpy(out, line, len);
	out[len] = '\0';
	if (len && !good_syntax(p, out))
		len = 0;
	out[len] = '\n';
	out[len + 1] = '\0';
	return out;
}

static void take(struct parser *p, size_t index, const char *value)
{
	struct config_key key = config_key(index);
	unsigned int *line = &p->source.line[index];
	char want[160];

	if (*line && !config_listed(&key)) {
		config_error(p->source.errors, "%s:%u: %s.%s: was given in line %u already",
			     p->source.name, p->number, key.section, key.name, *line);
		return;
	}
	/* What a file gives takes the place of the default. */
	if (!*line)
		config_set_value(p->config, &key, NULL);
	*line = p->number;
	if (*value && config_set_value(p->config, &key, value))
		return;
	config_describe(&key, want, sizeof(want));
	config_error(p->source.errors, "%s:%u: %s.%s: \"%.60s\" is not %s", p->source.name,
		     p->number, key.section, key.name, value, want);
}

static int handle(void *user, const char *section, const char *name, const char *value)
{
	struct parser *p = user;
	const char *near;
	size_t i;

	if (!*section) {
		config_error(p->source.errors, "%s:%u: %s: a key before the first [Section]",
			     p->source.name, p->number, name);
		return 1;
	}
	/* The section has been complained of. */
	if (!p->known)
		return 1;
	for (i = 0; i < config_nr_keys(); i++) {
		if (!strcmp(key_name(i, section), name)) {
			take(p, i, value);
			return 1;
		}
	}
	near = config_nearest(name, key_name, section);
	config_error(p->source.errors, "%s:%u: %s.%s: there is no such key%s%s%s", p->source.name,
		     p->number, section, name, near ? ": is " : "", near ? near : "",
		     near ? " meant?" : "");
	return 1;
}

static size_t nr_errors(const struct config_errors *errors)
{
	return errors->nr + errors->dropped;
}

/**
 * config_parse - settings from text
 * @name: what errors call it
 * @text: in INI form; need not end with a zero
 * @len: bytes of it
 * @out: settings, to be given back with config_free(); left alone unless 0 is returned
 * @errors: what is wrong with the text is added to them
 *
 * Return: 0, -EINVAL if something is wrong, -ENOMEM
 */
int config_parse(const char *name, const char *text, size_t len, struct daemon_config **out,
		 struct config_errors *errors)
{
	unsigned int *line = calloc(config_nr_keys(), sizeof(*line));
	struct daemon_config *config = config_create();
	struct parser p = {
		.source = { .name = name, .line = line, .errors = errors },
		.config = config, .text = text, .len = len,
	};
	size_t before = nr_errors(errors);
	int bad;

	if (!line || !config) {
		free(line);
		config_free(config);
		return -ENOMEM;
	}
	/* A byte order mark, as some editors leave it. */
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		p.text += 3;
		p.len -= 3;
	}
	bad = ini_parse_stream(next_line, &p, handle, &p);
	/* What it refuses, good_syntax() has refused before it. */
	if (bad && nr_errors(errors) == before)
		config_error(errors, "%s:%d: cannot be read", name, bad);
	if (nr_errors(errors) == before) {
		config_derive(config, line);
		config_check_rules(config, &p.source);
	}
	free(line);
	if (nr_errors(errors) > before) {
		config_free(config);
		return -EINVAL;
	}
	*out = config;
	return 0;
}
