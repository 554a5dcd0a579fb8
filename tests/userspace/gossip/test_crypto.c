// SPDX-License-Identifier: GPL-2.0
/*
 * What the core relies on of its cryptography: in place, nothing in the clear if the tag is wrong,
 * and signatures that only one key makes. Vectors are in test_seal.c.
 */
#include <sodium.h>
#include <stdlib.h>

#include "crypto_sodium.h"
#include "harness.h"

static struct gossip_crypto start(const uint8_t *secret)
{
	CHECK(crypto_sodium_start() && crypto_sodium_start(), "no randomness");
	return crypto_sodium(secret);
}

static void fill(uint8_t *bytes, size_t len)
{
	while (len--)
		*bytes++ = (uint8_t)test_random();
}

static void what_is_sealed_is_opened(void)
{
	uint8_t key[SEAL_KEY_BYTES], nonce[SEAL_NONCE_BYTES], ad[GW_HEADER_BYTES];
	struct gossip_crypto crypto = start(NULL);
	uint8_t *bytes, *plain;
	size_t len, i;

	fill(key, sizeof(key));
	fill(nonce, sizeof(nonce));
	fill(ad, sizeof(ad));
	for (len = 0; len <= GW_RECORDS_MAX; len += 1 + test_random_below(90)) {
		bytes = malloc(len + GW_TAG_BYTES);
		plain = malloc(len + 1);
		CHECK(bytes && plain, "no memory");
		fill(plain, len);
		memcpy(bytes, plain, len);
		crypto.seal(crypto.ctx, key, nonce, ad, sizeof(ad), bytes, len);
		/* A stream of bytes: of eight or more it is next to impossible that they stay. */
		CHECK(len < 8 || memcmp(bytes, plain, len) != 0, "%zu bytes are in the clear", len);
		for (i = 0; i < 3; i++) {
			uint8_t *where = i == 0 ? key : i == 1 ? nonce : ad;
			uint8_t before[GW_RECORDS_MAX + GW_TAG_BYTES];

			where += test_random_below(i == 0 ? sizeof(key) : i == 1 ? sizeof(nonce) :
						   sizeof(ad));
			*where ^= 1;
			memcpy(before, bytes, len + GW_TAG_BYTES);
			CHECK(!crypto.open(crypto.ctx, key, nonce, ad, sizeof(ad), bytes, len),
			      "another key, nonce or header");
			CHECK(len < 8 || memcmp(plain, bytes, len) != 0, "forged, and deciphered");
			memcpy(bytes, before, len + GW_TAG_BYTES);
			*where ^= 1;
		}
		CHECK(crypto.open(crypto.ctx, key, nonce, ad, sizeof(ad), bytes, len), "own tag");
		CHECK(!memcmp(bytes, plain, len), "%zu bytes are others now", len);
		free(bytes);
		free(plain);
	}
}

static void signatures_are_of_one_key(void)
{
	uint8_t seed[CRYPTO_SEED_BYTES], secret[SEAL_SECRET_BYTES] = { 0 };
	uint8_t message[100];
	struct gw_key key, other_key;
	struct gossip_crypto crypto = start(secret);
	struct gw_sig signature, again;
	int bit;

	fill(seed, sizeof(seed));
	fill(message, sizeof(message));
	crypto_sodium_expand(seed, secret, &key);
	crypto.sign(crypto.ctx, message, sizeof(message), &signature);
	CHECK(crypto.verify(NULL, &key, message, sizeof(message), &signature), "own signature");
	CHECK(!crypto.verify(NULL, &key, message, sizeof(message) - 1, &signature), "cut short");
	for (bit = 0; bit < 512; bit++) {
		signature.byte[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!crypto.verify(NULL, &key, message, sizeof(message), &signature),
		      "bit %d does not count", bit);
		signature.byte[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* The secret may change between two calls: it is the caller's. */
	seed[0] ^= 1;
	crypto_sodium_expand(seed, secret, &other_key);
	crypto.sign(crypto.ctx, message, sizeof(message), &again);
	CHECK(!crypto.verify(NULL, &key, message, sizeof(message), &again), "another key");
	CHECK(crypto.verify(NULL, &other_key, message, sizeof(message), &again), "the new key");
}

/* Under a public key of small order one signature would do for all messages. */
static void keys_of_small_order_sign_nothing(void)
{
	struct gossip_crypto crypto = start(NULL);
	struct gw_sig signature = { .byte = { 1 } };
	struct gw_key key = { .byte = { 1 } };
	uint8_t message[4] = { 0 };

	CHECK(!crypto.verify(NULL, &key, message, sizeof(message), &signature), "neutral element");
	memset(&key, 0, sizeof(key));
	memset(&signature, 0, sizeof(signature));
	CHECK(!crypto.verify(NULL, &key, message, sizeof(message), &signature), "order 4");
}

/* S and S + L are the same to the equation, but only one of the two is a signature. */
static void signatures_have_one_form(void)
{
	static const uint8_t order[32] = {
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
		0xde, 0x14, [31] = 0x10,
	};
	uint8_t seed[CRYPTO_SEED_BYTES], secret[SEAL_SECRET_BYTES] = { 0 }, message[8] = { 0 };
	struct gossip_crypto crypto = start(secret);
	struct gw_sig signature;
	struct gw_key key;

	fill(seed, sizeof(seed));
	crypto_sodium_expand(seed, secret, &key);
	crypto.sign(crypto.ctx, message, sizeof(message), &signature);
	sodium_add(signature.byte + 32, order, sizeof(order));
	CHECK(!crypto.verify(NULL, &key, message, sizeof(message), &signature), "another form");
	sodium_sub(signature.byte + 32, order, sizeof(order));
	CHECK(crypto.verify(NULL, &key, message, sizeof(message), &signature), "the one form");
}

static void randomness_is_some(void)
{
	uint64_t ones = 0, zeros = 0, number;
	uint8_t secret[9] = "secrets!";
	int i;

	CHECK(crypto_sodium_start(), "no randomness");
	for (i = 0; i < 128; i++) {
		number = crypto_sodium_random(NULL);
		ones |= number;
		zeros |= ~number;
	}
	CHECK(ones == UINT64_MAX && zeros == UINT64_MAX, "some bits are always the same");
	crypto_sodium_wipe(secret, sizeof(secret) - 1);
	for (i = 0; i < 8; i++)
		CHECK_EQ(secret[i], 0);
}

const struct test_suite crypto_suite = {
	.name = "crypto",
	.cases = (const struct test_case[]) {
		{ "what_is_sealed_is_opened", what_is_sealed_is_opened },
		{ "signatures_are_of_one_key", signatures_are_of_one_key },
		{ "keys_of_small_order_sign_nothing", keys_of_small_order_sign_nothing },
		{ "signatures_have_one_form", signatures_have_one_form },
		{ "randomness_is_some", randomness_is_some },
		{ }
	},
};
