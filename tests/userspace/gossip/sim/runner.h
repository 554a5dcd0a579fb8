/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What campaigns have in common, whatever their worlds are of: options, a process of its own for
 * each world, and tables of the report.
 */
#ifndef SIM_RUNNER_H
#define SIM_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct runner_args - options that all campaigns have
 * @first: first world
 * @seeds: how many
 * @repeat: each so many worlds one is run twice; 0: none
 * @one: the world to be run with a log
 * @replay: that is what is wanted
 * @json: file of the report, or NULL
 * @canary: bug on purpose, or "all", or NULL
 */
struct runner_args {
	uint64_t first, seeds, repeat, one;
	bool replay;
	const char *json, *canary;
};

/**
 * struct runner_option - one that a campaign has for itself
 * @name: without the dashes; NULL ends a list
 * @flag: set if it is given, or NULL
 * @number: it takes one, that goes here; or NULL
 */
struct runner_option {
	const char *name;
	bool *flag;
	uint64_t *number;
};

bool runner_parse(struct runner_args *args, const struct runner_option *own, int argc, char **argv);
double runner_wall_s(void);
void *runner_shared(size_t size);
bool runner_apart(void (*run)(void *world), void *world, unsigned int cpu_s, char *why, size_t len);
bool runner_wants_canary(const struct runner_args *args, const char *name);
void runner_tell_canary(const char *name, uint64_t caught_after, uint64_t seeds, const char *by);
void runner_print_faults(const char *const *names, const uint64_t *values, int nr);
void runner_write_table(FILE *f, const char *name, const char *const *names, const uint64_t *values,
			int from, int nr);

#endif /* SIM_RUNNER_H */
