// SPDX-License-Identifier: GPL-2.0
/*
 * Cryptography that costs nothing: tags and signatures are keyed hashes, nothing is encrypted. Who
 * does not know the world's secret cannot make one but by chance, and nobody in here tries. A share
 * of the worlds has the real one.
 */
#include <string.h>

#include "sim.h"
#include "real.h"

static uint64_t word(const uint8_t *bytes)
{
	uint64_t v;

	memcpy(&v, bytes, sizeof(v));
	return v;
}

/**
 * sim_hash_run() - hash bytes
 * @h: from where to go on
 * @bytes: them
 * @len: how many
 *
 * Return: hash.
 */
uint64_t sim_hash_run(uint64_t h, const uint8_t *bytes, size_t len)
{
	uint64_t last = len;

	for (; len >= 8; len -= 8, bytes += 8) {
		h = (h ^ word(bytes)) * 0x9fb21c651e98df25ULL;
		h ^= h >> 32;
	}
	memcpy(&last, bytes, len);
	return sim_mix(h ^ last ^ (uint64_t)len << 56);
}

static void put_tag(const uint8_t *key, const uint8_t *nonce, const uint8_t *ad, size_t ad_len,
		    const uint8_t *bytes, size_t len, uint8_t tag[GW_TAG_BYTES])
{
	uint64_t h[2];

	h[0] = sim_hash_run(0x746167, key, SEAL_KEY_BYTES);
	h[0] = sim_hash_run(h[0], nonce, SEAL_NONCE_BYTES);
	h[0] = sim_hash_run(h[0], ad, ad_len);
	h[0] = sim_hash_run(h[0], bytes, len);
	h[1] = sim_mix(h[0] + word(key));
	memcpy(tag, h, GW_TAG_BYTES);
}

static void fake_seal(void *ctx, const uint8_t key[SEAL_KEY_BYTES],
		      const uint8_t nonce[SEAL_NONCE_BYTES], const uint8_t *ad, size_t ad_len,
		      uint8_t *bytes, size_t len)
{
	(void)ctx;
	put_tag(key, nonce, ad, ad_len, bytes, len, bytes + len);
}

static bool fake_open(void *ctx, const uint8_t key[SEAL_KEY_BYTES],
		      const uint8_t nonce[SEAL_NONCE_BYTES], const uint8_t *ad, size_t ad_len,
		      uint8_t *bytes, size_t len)
{
	uint8_t tag[GW_TAG_BYTES];

	(void)ctx;
	if (sim_canary == SIM_CANARY_TAG)
		return true;
	put_tag(key, nonce, ad, ad_len, bytes, len, tag);
	return !memcmp(tag, bytes + len, GW_TAG_BYTES);
}

static void put_signature(uint64_t secret, const struct gw_key *key, const uint8_t *bytes,
			  size_t len, struct gw_sig *signature)
{
	uint64_t h = sim_hash_run(secret, key->byte, sizeof(key->byte));
	size_t i;

	h = sim_hash_run(h, bytes, len);
	for (i = 0; i < sizeof(signature->byte); i += 8) {
		memcpy(signature->byte + i, &h, 8);
		h = sim_mix(h + secret);
	}
}

static void fake_sign(void *ctx, const uint8_t *bytes, size_t len, struct gw_sig *signature)
{
	const struct sim_node *n = ctx;

	put_signature(n->world->secret, &n->public_key, bytes, len, signature);
}

static bool fake_verify(void *ctx, const struct gw_key *key, const uint8_t *bytes, size_t len,
			const struct gw_sig *signature)
{
	const struct sim_node *n = ctx;
	struct gw_sig right;

	put_signature(n->world->secret, key, bytes, len, &right);
	return !memcmp(&right, signature, sizeof(right));
}

/* What an endorsement is over, as the specification has it: node, public key and zone. */
static size_t endorsed(const struct sim_node *n, uint8_t *bytes)
{
	uint16_t zone = n->config.zone;

	memcpy(bytes, n->id.byte, 16);
	memcpy(bytes + 16, n->public_key.byte, 32);
	bytes[48] = (uint8_t)(zone >> 8);
	bytes[49] = (uint8_t)zone;
	return 50;
}

/**
 * sim_crypto_endorse() - the site's authority vouches for a node
 * @n: node, with its key and its zone
 */
void sim_crypto_endorse(struct sim_node *n)
{
	struct sim_world *w = n->world;
	uint8_t bytes[50];
	size_t len = endorsed(n, bytes);

	if (w->opt.sodium)
		sim_sodium_sign(w->authority_secret, bytes, len, &n->endorsement);
	else
		put_signature(w->secret, &w->authority, bytes, len, &n->endorsement);
}

/**
 * sim_crypto_init() - a node gets keys and its cryptography
 * @n: node
 */
void sim_crypto_init(struct sim_node *n)
{
	struct sim_world *w = n->world;
	uint64_t seed[4];
	size_t i;

	for (i = 0; i < 4; i++)
		seed[i] = sim_random(&w->rng);
	if (w->opt.sodium) {
		sim_sodium_init(n, (const uint8_t *)seed);
		return;
	}
	memcpy(n->public_key.byte, seed, sizeof(n->public_key.byte));
	n->crypto = (struct gossip_crypto){
		.ctx = n, .seal = fake_seal, .open = fake_open, .sign = fake_sign,
		.verify = fake_verify,
	};
}
