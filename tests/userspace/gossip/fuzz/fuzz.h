/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For harnesses: an input that is used up piece by piece, and what must hold.
 */
#ifndef GOSSIP_FUZZ_H
#define GOSSIP_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/**
 * struct fuzz_input - what is left of an input
 * @at: next byte
 * @left: bytes
 */
struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

/* Whatever does not hold ends the program, and libFuzzer keeps the input. */
static inline void must(bool ok)
{
	if (!ok)
		abort();
}

/* As many bytes as there are; zeros for what is missing. */
static inline size_t fuzz_bytes(struct fuzz_input *in, void *out, size_t len)
{
	size_t got = len < in->left ? len : in->left;

	memset(out, 0, len);
	if (got)
		memcpy(out, in->at, got);
	in->at += got;
	in->left -= got;
	return got;
}

static inline uint8_t fuzz_byte(struct fuzz_input *in)
{
	uint8_t byte;

	fuzz_bytes(in, &byte, 1);
	return byte;
}

#endif /* GOSSIP_FUZZ_H */
