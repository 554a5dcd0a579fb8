// SPDX-License-Identifier: GPL-2.0
/*
 * All keys of a node, from their files. What is wrong is said with the file, never with what stands
 * there; all copies of secrets are wiped, whatever comes of them.
 */
#include <sodium.h>
#include <string.h>

#include "keys_internal.h"

static bool given(const char *path)
{
	return path && *path;
}

/* A file of one key or signature. */
static bool load_one(const char *path, bool secret, uint8_t *out, size_t out_len,
		     struct keys_error *error)
{
	char text[KEYS_FILE_BYTES];
	size_t len;
	bool ok = keys_read_file(path, secret, text, &len, error);

	if (ok && !keys_parse(text, len, out, out_len))
		ok = keys_fail(error, "%s: not %zu bytes in base64", path, out_len);
	sodium_memzero(text, sizeof(text));
	return ok;
}

static bool load_ring(const char *path, struct seal_keyring *ring, struct keys_error *error)
{
	struct keys_error why;
	char text[KEYS_FILE_BYTES];
	size_t len;
	bool ok = keys_read_file(path, true, text, &len, error);

	if (ok && !keys_parse_ring(text, len, ring, &why))
		ok = keys_fail(error, "%s: %.128s", path, why.text);
	sodium_memzero(text, sizeof(text));
	return ok;
}

static bool load_node(const char *path, struct keys *keys, struct keys_error *error)
{
	uint8_t seed[CRYPTO_SEED_BYTES];
	bool ok = load_one(path, true, seed, sizeof(seed), error);

	if (ok && sodium_is_zero(seed, sizeof(seed)))
		ok = keys_fail(error, "%s: the key is all zeros", path);
	if (ok)
		crypto_sodium_expand(seed, keys->secret, &keys->public_key);
	sodium_memzero(seed, sizeof(seed));
	return ok;
}

static bool load_endorsement(const struct keys_files *files, const struct gw_id *self,
			     uint16_t zone, struct keys *keys, struct keys_error *error)
{
	struct gossip_crypto crypto = crypto_sodium(keys->secret);
	struct gw_hello hello = { .node = *self, .public_key = keys->public_key, .zone = zone };

	if (!given(files->authority) && !given(files->endorsement))
		return true;
	if (!given(files->authority))
		return keys_fail(error, "%s: an endorsement, but no authority", files->endorsement);
	if (!given(files->endorsement))
		return keys_fail(error, "%s: an authority, but no endorsement", files->authority);
	if (!load_one(files->authority, false, keys->authority.byte, sizeof(keys->authority),
		      error) ||
	    !load_one(files->endorsement, false, keys->endorsement.byte, sizeof(keys->endorsement),
		      error))
		return false;
	hello.endorsement = keys->endorsement;
	if (!seal_endorsed(&crypto, &hello, &keys->authority))
		return keys_fail(error, "%s: not by %s, or not for this node, its public key and zone %u",
			    files->endorsement, files->authority, zone);
	return true;
}

/**
 * keys_load() - read all keys of a node
 * @files: where they are; there has to be a node's and a zone's
 * @self: name of the node
 * @zone: of cooling
 * @keys: written if all is well, and left alone otherwise: a reload is this once more
 * @error: written otherwise
 *
 * crypto_sodium_start() has to have been called.
 */
bool keys_load(const struct keys_files *files, const struct gw_id *self, uint16_t zone,
	       struct keys *keys, struct keys_error *error)
{
	struct keys fresh = { 0 };
	bool ok;

	if (!given(files->node))
		ok = keys_fail(error, "there is no file with the node's key");
	else if (!given(files->zone))
		ok = keys_fail(error, "there is no file with the zone's keys");
	else
		ok = load_node(files->node, &fresh, error) &&
		     load_ring(files->zone, &fresh.ring, error) &&
		     load_endorsement(files, self, zone, &fresh, error);
	if (ok)
		*keys = fresh;
	keys_wipe(&fresh);
	return ok;
}

/**
 * keys_wipe() - forget all of them
 * @keys: all zeros after this
 */
void keys_wipe(struct keys *keys)
{
	sodium_memzero(keys, sizeof(*keys));
}
