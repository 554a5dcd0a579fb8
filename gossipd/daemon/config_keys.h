/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of keys, and what the parts of the configuration share; nobody else includes this.
 */
#ifndef GOSSIPD_CONFIG_KEYS_H
#define GOSSIPD_CONFIG_KEYS_H

#include "config.h"

/* What a value is, and what stands in the structure. */
enum config_type {
	CONFIG_BOOL,	/* bool: yes or no */
	CONFIG_WHOLE,	/* uint8_t, uint16_t or uint32_t, in @unit */
	CONFIG_REAL,	/* double, in @unit; NAN: not given */
	CONFIG_CHOICE,	/* an enum by its @names */
	CONFIG_TEXT,	/* char * */
	CONFIG_ABSOLUTE,	/* char *, absolute */
	CONFIG_ID,	/* struct gw_id */
	CONFIG_GROUP4,	/* union config_addr without a port: an IPv4 multicast group */
	CONFIG_GROUP6,	/* the same, IPv6 */
	CONFIG_ADDRS,	/* struct config_addrs, at most @max */
	CONFIG_TEXTS,	/* struct config_texts, at most @max */
	CONFIG_SET,	/* struct config_cpus */
};

/**
 * struct config_key - a key
 * @section: of the file
 * @name: in the file
 * @type: of its value
 * @size: of the member
 * @offset: in struct daemon_config, or in struct control_params if @control
 * @unit: of a number: "" for none, "1" for a share, "ms", "s", "B", "B/s", "1/s", "W"; degrees
 *	Celsius and what comes of them as they are written
 * @min: of a number
 * @max: of a number; of a text its bytes, 0: any; how often a list's key may come
 * @names: of a choice, ends with NULL
 * @initial: default, as it stands in a file; NULL: none
 * @sample: what an example shows where there is no default
 * @help: what it is for, in sentences
 * @live: takes effect without a restart
 * @needed: "none" is no value for it
 * @control: see @offset
 */
struct config_key {
	const char *section;
	const char *name;
	enum config_type type;
	size_t size;
	size_t offset;
	const char *unit;
	double min;
	double max;
	const char *const *names;
	const char *initial;
	const char *sample;
	const char *help;
	bool live;
	bool needed;
	bool control;
};

/**
 * struct config_section - a section
 * @name: in the file
 * @help: what it is for, in sentences
 */
struct config_section {
	const char *name;
	const char *help;
};

extern const struct config_section config_sections[];
extern const size_t config_nr_sections;

size_t config_nr_keys(void);
struct config_key config_key(size_t index);

void *config_member(const struct daemon_config *config, const struct config_key *key);
bool config_listed(const struct config_key *key);
bool config_set_value(struct daemon_config *config, const struct config_key *key, const char *text);
void config_print_value(const struct daemon_config *config, const struct config_key *key,
			size_t index, FILE *out);
size_t config_count(const struct daemon_config *config, const struct config_key *key);
bool config_has_none(const struct config_key *key);
bool config_same_value(const struct daemon_config *a, const struct daemon_config *b,
		       const struct config_key *key);
void config_free_value(struct daemon_config *config, const struct config_key *key);
void config_describe(const struct config_key *key, char *out, size_t room);

struct daemon_config *config_create(void);
void config_derive(struct daemon_config *config, const unsigned int *line);

bool config_parse_number(const char *text, const char *unit, double *value);
void config_format_number(double value, const char *unit, char *out, size_t room);
bool config_parse_host(const char *text, union config_addr *addr);
bool config_parse_addr(const char *text, union config_addr *addr);
void config_format_addr(const union config_addr *addr, char *out, size_t room);
bool config_parse_cpus(const char *text, struct config_cpus *cpus);
bool config_cpu(const struct config_cpus *cpus, unsigned int cpu);
void config_format_cpus(const struct config_cpus *cpus, FILE *out);
bool config_is_utf8(const char *text);
bool config_is_group(const union config_addr *addr);
bool config_is_loopback(const union config_addr *addr);

/**
 * struct config_source - a file while it is read
 * @name: for errors
 * @line: that each key stands in, 0 if it does not; by the index of config_key()
 * @errors: where they go
 */
struct config_source {
	const char *name;
	unsigned int *line;
	struct config_errors *errors;
};

void config_check_rules(const struct daemon_config *config, const struct config_source *source);
const char *config_nearest(const char *word, const char *(*name)(size_t index, const void *ctx),
			   const void *ctx);
int config_read_file(const char *path, size_t max, char **text, size_t *len,
		     struct config_errors *errors);

#endif /* GOSSIPD_CONFIG_KEYS_H */
