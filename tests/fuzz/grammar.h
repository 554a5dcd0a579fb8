/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink family as the fuzzer sees it: commands, and the attributes of their requests. The
 * tables are generated from the spec, see gen_netlink.py.
 */
#ifndef FUZZ_GRAMMAR_H
#define FUZZ_GRAMMAR_H

#include <stdbool.h>
#include <stdint.h>

enum attr_kind {
	ATTR_UINT,
	ATTR_SINT,
	ATTR_FLAG,
	ATTR_STRING,
	ATTR_BINARY,
	ATTR_NEST,
};

/* What a value has to be, besides in range, to mean something. */
enum attr_role {
	ROLE_NONE,
	ROLE_PID,
	ROLE_WALLET,
	ROLE_NAME,
	ROLE_CPUS,
	ROLE_UID,
	ROLE_CGROUP,
};

/**
 * struct grammar_attr - an attribute
 * @name: as in the spec
 * @type: number on the wire
 * @kind: what its payload is
 * @role: what its value refers to
 * @size: of a number, in bytes; 0 for 4 or 8
 * @min: of a number, sign-extended
 * @max: of a number, sign-extended; of a string, its length
 * @nest: attributes inside
 * @nr_nest: their number
 */
struct grammar_attr {
	const char *name;
	uint16_t type;
	enum attr_kind kind;
	enum attr_role role;
	uint8_t size;
	uint64_t min;
	uint64_t max;
	const struct grammar_attr *nest;
	unsigned int nr_nest;
};

/**
 * struct grammar_cmd - a command
 * @name: as in the spec
 * @cmd: number on the wire
 * @privileged: whoever lacks the capability has to be refused
 * @attrs: the attribute set that it belongs to
 * @nr_attrs: number of them
 * @can_do: there is a "do"
 * @of_do: indexes in @attrs of those that its request takes
 * @nr_do: number of them
 * @can_dump: there is a "dump"
 * @of_dump: as @of_do
 * @nr_dump: number of them
 */
struct grammar_cmd {
	const char *name;
	uint8_t cmd;
	bool privileged;
	const struct grammar_attr *attrs;
	unsigned int nr_attrs;
	bool can_do;
	const unsigned char *of_do;
	unsigned int nr_do;
	bool can_dump;
	const unsigned char *of_dump;
	unsigned int nr_dump;
};

extern const struct grammar_cmd grammar_cmds[];
extern const unsigned int grammar_nr_cmds;

#endif /* FUZZ_GRAMMAR_H */
