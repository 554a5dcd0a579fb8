/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of maxctl share: the command table, exit codes, output and parsing helpers.
 */
#ifndef MAXCTL_H
#define MAXCTL_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <jansson.h>

#include "compiler.h"
#include "libmaxwell.h"

#define MC_MODULE "sched_maxwell"
#define MC_NS_PER_S 1000000000ULL
#define MC_NS_PER_MS 1000000ULL
#define MC_NANO 1000000000ULL

/* The exit codes of maxctl(8). "run" ends with its command's. */
enum mc_exit {
	MC_OK = 0,
	MC_USAGE = 1,
	MC_REFUSED = 2,
	MC_INACTIVE = 3,
	MC_DENIED = 4,
	MC_TIMEOUT = 124,
	MC_CANNOT_RUN = 126,
	MC_NOT_FOUND = 127,
};

/* What mc_ready() makes sure of. */
#define MC_NEEDS_MODULE 1
#define MC_NEEDS_CLASS (2 | MC_NEEDS_MODULE)
/* Options end at the first word that is none. */
#define MC_OPTIONS_FIRST 4
/* A module that is installed may be loaded by the kernel on our behalf. */
#define MC_MAY_LOAD 8
/* The noun alone means this one of its verbs. */
#define MC_DEFAULT_VERB 16

/**
 * struct mc_command - one line of the command table
 * @noun: first word
 * @verb: second word, or NULL
 * @fn: gets the words from the last one of its name on; returns an exit code
 * @flags: MC_NEEDS_*, MC_OPTIONS_FIRST, MC_MAY_LOAD, MC_DEFAULT_VERB
 * @usage: its arguments
 * @summary: what it does, in a few words
 * @details: its options, one a line; NULL if it has none of its own
 */
struct mc_command {
	const char *noun;
	const char *verb;
	int (*fn)(int argc, char **argv);
	unsigned int flags;
	const char *usage;
	const char *summary;
	const char *details;
};

/**
 * struct mc_env - this invocation
 * @json: print JSON
 * @pretty: indent it
 * @no_header: print no table headers
 * @verbose: say more on stderr
 * @command: what runs
 * @link: connection to the module, after mc_ready()
 * @class: state of the class, after mc_ready()
 */
struct mc_env {
	bool json;
	bool pretty;
	bool no_header;
	bool verbose;
	const struct mc_command *command;
	struct mxw *link;
	struct mxw_class class;
};

extern struct mc_env mc;
extern const struct mc_command mc_commands[];

int cmd_attach(int argc, char **argv);
int cmd_cpus(int argc, char **argv);
int cmd_demand(int argc, char **argv);
int cmd_detach(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_gossip_peers(int argc, char **argv);
int cmd_gossip_status(int argc, char **argv);
int cmd_gossip_zone(int argc, char **argv);
int cmd_gpu(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_price_set(int argc, char **argv);
int cmd_price_show(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_tune_diff(int argc, char **argv);
int cmd_tune_get(int argc, char **argv);
int cmd_tune_list(int argc, char **argv);
int cmd_tune_reset(int argc, char **argv);
int cmd_tune_set(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_wallet_delete(int argc, char **argv);
int cmd_wallet_fund(int argc, char **argv);
int cmd_wallet_grant(int argc, char **argv);
int cmd_wallet_grants(int argc, char **argv);
int cmd_wallet_list(int argc, char **argv);
int cmd_wallet_new(int argc, char **argv);
int cmd_wallet_revoke(int argc, char **argv);
int cmd_wallet_set(int argc, char **argv);
int cmd_wallet_show(int argc, char **argv);

/* options.c */
#define MC_OPTION_ERROR '?'
int mc_option(int argc, char **argv, const char *shorts, const struct option *longs);
int mc_no_options(int argc, char **argv, int operands_min, int operands_max);
int mc_ready_alone(int argc, char **argv);
void mc_print_usage(const struct mc_command *command);
void mc_print_commands(FILE *to);
void mc_print_verbs(const char *noun);

/* output.c */
__printf(2, 3) int mc_error(int code, const char *fmt, ...);
__printf(1, 2) void mc_note(const char *fmt, ...);
int mc_kernel_error(const struct mxw *m, const char *what);
int mc_error_code(const struct mxw *m);
void mc_error_text(const struct mxw *m, const char *what, char *text, size_t size);
json_t *mc_json_error(int code, const char *msg);
int mc_done(const char *what, int err);
int mc_finish_output(int code);

/* json.c */
/**
 * struct mc_listing - a list that a command shows
 * @request: the request that it is the answer to
 * @key: its name in JSON
 * @object: what it is a list of
 * @print: prints it for people
 */
struct mc_listing {
	const char *request;
	const char *key;
	const struct mxw_object *object;
	void (*print)(const void *items, size_t nr);
};

json_t *mc_json_new(void);
json_t *mc_json_object(const struct mxw_object *object, const void *from);
json_t *mc_json_array(const struct mxw_object *object, const void *items, size_t nr);
int mc_json_print(json_t *root);
int mc_show_list(const struct mc_listing *listing, int err, void *items, size_t nr);

/* table.c */
/**
 * struct mc_column - a column of a table
 * @name: its header
 * @right: numbers stand to the right
 */
struct mc_column {
	const char *name;
	bool right;
};

struct mc_table {
	const struct mc_column *columns;
	size_t nr_columns;
	char **cells;
	size_t nr_cells;
	size_t capacity;
};

void mc_table_init(struct mc_table *table, const struct mc_column *columns, size_t nr_columns);
__printf(2, 3) void mc_cell(struct mc_table *table, const char *fmt, ...);
__printf(3, 4) void mc_cell_if(struct mc_table *table, bool known, const char *fmt, ...);
void mc_table_print(const struct mc_table *table, size_t max_rows);
void mc_table_free(struct mc_table *table);

/* format.c */
#define MC_TEXT_LEN 48
const char *mc_format_time(char *text, uint64_t ns);
const char *mc_format_q16(char *text, int64_t value);
const char *mc_format_cents(char *text, uint64_t nanocents);
const char *mc_format_balance(char *text, int64_t nanocents);
const char *mc_format_clock(char *text, size_t size, bool date);

/* parse.c */
int mc_parse_cents(const char *text, const char *what, uint64_t *nanocents);
int mc_parse_user(const char *text, uint32_t *uid);
int mc_parse_u32(const char *text, const char *what, uint32_t *out);
int mc_parse_number(const char *text, const char *what, uint32_t min, uint32_t max, uint32_t *out);
int mc_parse_pid(const char *text, uint32_t *pid);
int mc_parse_q16(const char *text, const char *what, int64_t *out);
int mc_parse_time(const char *text, const char *what, uint64_t *ns);

/* system.c */
int mc_read_text(const char *path, char *text, size_t size);
bool mc_module_loaded(void);
void mc_sched_ext_state(char *state, size_t size);
bool mc_sched_ext_owner(char *name, size_t size);
bool mc_has_capability(unsigned int bit);
uint64_t mc_now_ns(void);
int mc_ready(void);
int mc_refresh_class(void);
void mc_catch_signals(void);
bool mc_interrupted(void);

/* sched.c */
const char *mc_policy_name(int policy);
int mc_policy(pid_t pid);
int mc_set_policy(pid_t pid, int policy);
int mc_threads(pid_t pid, pid_t **tids, size_t *nr);
void mc_comm(pid_t pid, char *text, size_t size);

/* checks.c, kfuncs.c */
/**
 * struct mc_finding - what one check of doctor found
 * @ok: nothing to mend
 * @warning: nothing to mend, but something to know
 * @last: not @ok, and without this nothing else matters
 * @text: what was found
 * @fix: what to do about it, or what follows from it; empty if there is no more to say
 */
struct mc_finding {
	bool ok;
	bool warning;
	bool last;
	char text[512];
	char fix[256];
};

struct mc_check {
	const char *name;
	void (*fn)(struct mc_finding *finding);
};

extern const struct mc_check mc_checks[];
extern const size_t mc_nr_checks;
__printf(3, 4) void mc_found(struct mc_finding *finding, bool ok, const char *fmt, ...);
__printf(2, 3) void mc_fix(struct mc_finding *finding, const char *fmt, ...);
void mc_warn(struct mc_finding *finding, const char *text);
void mc_check_kfuncs(struct mc_finding *finding);

#endif /* MAXCTL_H */
