/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A node and what it sends, with libsodium.
 */
#ifndef GOSSIP_TEST_SEAL_SCENE_H
#define GOSSIP_TEST_SEAL_SCENE_H

#include <stdlib.h>

#include "crypto_sodium.h"
#include "harness.h"
#include "seal.h"

#define ZONE 7

struct scene {
	uint8_t seed[CRYPTO_SEED_BYTES];
	uint8_t secret[SEAL_SECRET_BYTES];
	struct gw_key public_key;
	struct gossip_crypto crypto;
	struct seal_keyring ring;
	struct seal_sender sender;
};

static inline void fill(void *out, size_t len)
{
	uint8_t *bytes = out;

	while (len--)
		*bytes++ = (uint8_t)test_random();
}

static inline void set_key(struct seal_keyring *ring, enum seal_slot slot, uint8_t id)
{
	uint8_t key[SEAL_KEY_BYTES];

	/* The key of a number is the same for all who have it. */
	memset(key, id ^ 0x5a, sizeof(key));
	CHECK_EQ(seal_key_set(ring, slot, id, key), 0);
}

static inline struct scene *new_scene(void)
{
	struct scene *s = calloc(1, sizeof(*s));

	CHECK(s && crypto_sodium_start(), "no memory or no randomness");
	fill(s->seed, sizeof(s->seed));
	crypto_sodium_expand(s->seed, s->secret, &s->public_key);
	s->crypto = crypto_sodium(s->secret);
	set_key(&s->ring, SEAL_CURRENT, 2);
	fill(&s->sender.node, sizeof(s->sender.node));
	s->sender.zone = ZONE;
	s->sender.incarnation = test_random_range(1, 1000);
	s->sender.salt = test_random();
	return s;
}

/* Records of that length in a buffer that has room for the datagram and not a byte more. */
static inline uint8_t *sealed(struct scene *s, const uint8_t *records, size_t len, size_t *total)
{
	uint8_t *datagram;

	*total = GW_HEADER_BYTES + len + GW_TAG_BYTES;
	datagram = malloc(*total);
	CHECK(datagram, "no memory");
	if (len)
		memcpy(datagram + GW_HEADER_BYTES, records, len);
	CHECK_EQ(seal_datagram(&s->crypto, &s->ring, &s->sender, datagram, len), *total);
	return datagram;
}

static inline int open_with(struct scene *s, const struct seal_keyring *ring,
			    const uint8_t *datagram, size_t len, struct gw_header *header)
{
	uint8_t *copy = malloc(len ? len : 1);
	int ret;

	CHECK(copy, "no memory");
	memcpy(copy, datagram, len);
	ret = seal_open(&s->crypto, ring, copy, len, header);
	free(copy);
	return ret;
}

#endif /* GOSSIP_TEST_SEAL_SCENE_H */
