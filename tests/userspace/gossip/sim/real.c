// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's own cryptography in the simulator.
 */
#include "crypto_sodium.h"
#include "real.h"

/**
 * sim_sodium_start() - once, before all else
 *
 * Return: false if the library cannot be used.
 */
bool sim_sodium_start(void)
{
	return crypto_sodium_start();
}

/**
 * sim_sodium_keys() - keys of a seed
 * @seed: any bytes
 * @secret: written
 * @public_key: written
 */
void sim_sodium_keys(const uint8_t seed[32], uint8_t secret[SEAL_SECRET_BYTES],
		     struct gw_key *public_key)
{
	crypto_sodium_expand(seed, secret, public_key);
}

/**
 * sim_sodium_init() - a node gets keys and the real cryptography
 * @n: node
 * @seed: any bytes
 */
void sim_sodium_init(struct sim_node *n, const uint8_t seed[32])
{
	sim_sodium_keys(seed, n->secret, &n->public_key);
	n->crypto = crypto_sodium(n->secret);
}

/**
 * sim_sodium_sign() - sign
 * @secret: of whom
 * @bytes: what
 * @len: how many
 * @signature: written
 */
void sim_sodium_sign(const uint8_t secret[SEAL_SECRET_BYTES], const uint8_t *bytes, size_t len,
		     struct gw_sig *signature)
{
	struct gossip_crypto crypto = crypto_sodium(secret);

	crypto.sign(crypto.ctx, bytes, len, signature);
}
