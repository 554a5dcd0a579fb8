/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cryptography of the core (core/seal.h) by libsodium.
 */
#ifndef GOSSIP_CRYPTO_SODIUM_H
#define GOSSIP_CRYPTO_SODIUM_H

#include <stdbool.h>
#include <stdint.h>

#include "seal.h"

/* Of an Ed25519 secret key, as people keep it; %SEAL_SECRET_BYTES are this and the public key. */
#define CRYPTO_SEED_BYTES 32

bool crypto_sodium_start(void);
struct gossip_crypto crypto_sodium(const uint8_t secret[SEAL_SECRET_BYTES]);
void crypto_sodium_expand(const uint8_t seed[CRYPTO_SEED_BYTES], uint8_t secret[SEAL_SECRET_BYTES],
			  struct gw_key *public_key);
uint64_t crypto_sodium_random(void *ctx);
void crypto_sodium_wipe(void *secret, size_t len);

#endif /* GOSSIP_CRYPTO_SODIUM_H */
