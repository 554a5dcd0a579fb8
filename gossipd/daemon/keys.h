/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys in files: the node's secret key, the zone's keys, the public key of the site's authority and
 * its endorsement. All of them are read together, or none counts. Keys are base64, as WireGuard
 * has them.
 */
#ifndef GOSSIP_KEYS_H
#define GOSSIP_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "crypto_sodium.h"
#include "seal.h"

/* No file of keys is longer. */
#define KEYS_FILE_BYTES 4096
#define KEYS_ERROR_BYTES 256

/**
 * struct keys_files - where they are; NULL or empty: there is none
 * @node: seed of the node's secret key; secret
 * @zone: keys of the zone, all in one, see keys_parse_ring(): so a rotation is one change; secret
 * @authority: public key of the site's authority
 * @endorsement: of the node, by the authority; with one of the two there has to be the other
 */
struct keys_files {
	const char *node;
	const char *zone;
	const char *authority;
	const char *endorsement;
};

/**
 * struct keys - what was in the files
 * @secret: of the node, for crypto_sodium()
 * @public_key: of the node
 * @ring: of the zone
 * @authority: all zeros: there is none
 * @endorsement: all zeros: there is none
 */
struct keys {
	uint8_t secret[SEAL_SECRET_BYTES];
	struct gw_key public_key;
	struct seal_keyring ring;
	struct gw_key authority;
	struct gw_sig endorsement;
};

/**
 * struct keys_error - why not, for people
 * @text: one line, with the file's name; nothing secret is in it
 */
struct keys_error {
	char text[KEYS_ERROR_BYTES];
};

bool keys_parse(const char *text, size_t len, uint8_t *out, size_t out_len);
bool keys_parse_node(const char *text, struct gw_id *node);
bool keys_parse_ring(const char *text, size_t len, struct seal_keyring *ring,
		     struct keys_error *error);
size_t keys_print_ring(const struct seal_keyring *ring, char out[KEYS_FILE_BYTES]);

bool keys_load(const struct keys_files *files, const struct gw_id *self, uint16_t zone,
	       struct keys *keys, struct keys_error *error);
void keys_wipe(struct keys *keys);

bool keys_read_file(const char *path, bool secret, char text[KEYS_FILE_BYTES], size_t *len,
		    struct keys_error *error);
bool keys_change_ring(const char *path, int (*change)(struct seal_keyring *ring),
		      struct keys_error *error);

int key_command(int argc, char *const *argv, FILE *in, FILE *out, FILE *err);

#endif /* GOSSIP_KEYS_H */
