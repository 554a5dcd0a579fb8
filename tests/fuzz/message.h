/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A request in the making, and what is known of it when the answer comes.
 */
#ifndef FUZZ_MESSAGE_H
#define FUZZ_MESSAGE_H

#include "fuzz.h"
#include "grammar.h"

#define MESSAGE_BYTES 8192

struct message {
	uint32_t len; /* of what is sent, whatever the header says */
	uint32_t seq;
	uint32_t target; /* thread that it names, if it is well-formed */
	uint8_t sub; /* index in grammar_cmds, or its length for none of them */
	bool counts; /* the kernel takes it for a request to the family */
	bool well_formed;
	bool dump;
	_Alignas(8) unsigned char data[MESSAGE_BYTES];
};

void make_message(struct ctx *c, struct message *m, uint16_t family, uint32_t seq, bool last);

/* --- value.c --- */

size_t make_value(struct rng *r, const struct grammar_attr *a, bool hostile, unsigned char *out);

#endif /* FUZZ_MESSAGE_H */
