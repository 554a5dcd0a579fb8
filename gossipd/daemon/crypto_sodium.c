// SPDX-License-Identifier: GPL-2.0
/*
 * struct gossip_crypto by libsodium: XChaCha20-Poly1305 (IETF) in place, and Ed25519. libsodium
 * compares tags in constant time, leaves zeros if a tag is wrong, and refuses signatures that are
 * not canonical as well as public keys of small order.
 */
#include <sodium.h>

#include "crypto_sodium.h"

_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == SEAL_KEY_BYTES, "key");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == SEAL_NONCE_BYTES, "nonce");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == GW_TAG_BYTES, "tag");
_Static_assert(crypto_sign_SECRETKEYBYTES == SEAL_SECRET_BYTES, "secret key");
_Static_assert(crypto_sign_SEEDBYTES == CRYPTO_SEED_BYTES, "seed");
_Static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(struct gw_key), "public key");
_Static_assert(crypto_sign_BYTES == sizeof(struct gw_sig), "signature");

static void seal(void *ctx, const uint8_t key[SEAL_KEY_BYTES],
		 const uint8_t nonce[SEAL_NONCE_BYTES], const uint8_t *ad, size_t ad_len,
		 uint8_t *bytes, size_t len)
{
	(void)ctx;
	crypto_aead_xchacha20poly1305_ietf_encrypt_detached(bytes, bytes + len, NULL, bytes, len,
							    ad, ad_len, NULL, nonce, key);
}

/* Not to be open(): that is the C library's. */
static bool open_sealed(void *ctx, const uint8_t key[SEAL_KEY_BYTES],
			const uint8_t nonce[SEAL_NONCE_BYTES], const uint8_t *ad, size_t ad_len,
			uint8_t *bytes, size_t len)
{
	(void)ctx;
	return !crypto_aead_xchacha20poly1305_ietf_decrypt_detached(bytes, NULL, bytes, len,
								    bytes + len, ad, ad_len, nonce,
								    key);
}

static void sign(void *ctx, const uint8_t *bytes, size_t len, struct gw_sig *signature)
{
	crypto_sign_detached(signature->byte, NULL, bytes, len, ctx);
}

static bool verify(void *ctx, const struct gw_key *key, const uint8_t *bytes, size_t len,
		   const struct gw_sig *signature)
{
	(void)ctx;
	return !crypto_sign_verify_detached(signature->byte, bytes, len, key->byte);
}

/**
 * crypto_sodium_start() - have libsodium choose what suits the CPU, and find randomness
 *
 * To be called before all else here; more than once is no harm.
 *
 * Return: false if there is no randomness.
 */
bool crypto_sodium_start(void)
{
	return sodium_init() >= 0;
}

/**
 * crypto_sodium() - cryptography for a core
 * @secret: the node's own; has to stay where it is as long as the result is used, and may be
 *	changed between two calls
 *
 * Return: the table; what it is given at the calls is only read, so that a core and its copies may
 * share it.
 */
struct gossip_crypto crypto_sodium(const uint8_t secret[SEAL_SECRET_BYTES])
{
	return (struct gossip_crypto) {
		.ctx = (void *)secret,
		.seal = seal,
		.open = open_sealed,
		.sign = sign,
		.verify = verify,
	};
}

/**
 * crypto_sodium_expand() - keys of a seed
 * @seed: what is kept in a file
 * @secret: written: what signs
 * @public_key: written
 */
void crypto_sodium_expand(const uint8_t seed[CRYPTO_SEED_BYTES], uint8_t secret[SEAL_SECRET_BYTES],
			  struct gw_key *public_key)
{
	crypto_sign_seed_keypair(public_key->byte, secret, seed);
}

/**
 * crypto_sodium_random() - 64 random bits, for the core's struct gossip_env
 * @ctx: not looked at
 */
uint64_t crypto_sodium_random(void *ctx)
{
	uint64_t number;

	(void)ctx;
	randombytes_buf(&number, sizeof(number));
	return number;
}

/**
 * crypto_sodium_wipe() - forget a secret for good
 * @secret: where it is
 * @len: bytes
 */
void crypto_sodium_wipe(void *secret, size_t len)
{
	sodium_memzero(secret, len);
}
