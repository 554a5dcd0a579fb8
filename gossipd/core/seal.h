/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who may have written the bytes: keys of the zone, nonces, the tag, and the replay window. The
 * cryptography itself is behind a table of functions, so that the simulator can do without its
 * cost.
 */
#ifndef GOSSIP_SEAL_H
#define GOSSIP_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define SEAL_KEY_BYTES 32
#define SEAL_NONCE_BYTES 24
#define SEAL_SECRET_BYTES 64
/* Counters behind the highest that are told apart; a multiple of 64. */
#define SEAL_WINDOW 1024
/* What an authority signs: name, public key, zone */
#define SEAL_ENDORSED_BYTES 50

/**
 * struct gossip_crypto - cryptography: XChaCha20-Poly1305 (IETF) and Ed25519
 * @ctx: given to each
 * @seal: encrypt @len bytes in place, and write %GW_TAG_BYTES behind them
 * @open: decrypt @len bytes in place, the tag behind them not counted; false if the tag is wrong,
 *	and the bytes are worth nothing then
 * @sign: with the node's own secret key
 * @verify: a signature of whom the public key belongs to
 */
struct gossip_crypto {
	void *ctx;
	void (*seal)(void *ctx, const uint8_t key[SEAL_KEY_BYTES],
		     const uint8_t nonce[SEAL_NONCE_BYTES], const uint8_t *ad, size_t ad_len,
		     uint8_t *bytes, size_t len);
	bool (*open)(void *ctx, const uint8_t key[SEAL_KEY_BYTES],
		     const uint8_t nonce[SEAL_NONCE_BYTES], const uint8_t *ad, size_t ad_len,
		     uint8_t *bytes, size_t len);
	void (*sign)(void *ctx, const uint8_t *bytes, size_t len, struct gw_sig *signature);
	bool (*verify)(void *ctx, const struct gw_key *key, const uint8_t *bytes, size_t len,
		       const struct gw_sig *signature);
};

enum seal_slot {
	SEAL_PREVIOUS,
	SEAL_CURRENT,
	SEAL_NEXT,
	SEAL_SLOTS,
};

extern const char *const seal_slot_names[SEAL_SLOTS];

/**
 * struct seal_keyring - keys of a zone: all are accepted, the current one seals
 * @key: by enum seal_slot
 * @id: number of each
 * @present: whether there is one
 */
struct seal_keyring {
	uint8_t key[SEAL_SLOTS][SEAL_KEY_BYTES];
	uint8_t id[SEAL_SLOTS];
	bool present[SEAL_SLOTS];
};

/**
 * struct seal_sender - what a node counts by
 * @node: itself
 * @zone: whose keys
 * @incarnation: its own
 * @salt: random since its start
 * @counter: of the last datagram
 */
struct seal_sender {
	struct gw_id node;
	uint16_t zone;
	uint64_t incarnation;
	uint64_t salt;
	uint64_t counter;
};

/**
 * struct seal_window - which datagrams of a sender have been seen; all zeros is none
 * @incarnation: the highest that was heard of
 * @salt: of that incarnation
 * @highest: counter
 * @seen: bits of the %SEAL_WINDOW counters up to that
 */
struct seal_window {
	uint64_t incarnation;
	uint64_t salt;
	uint64_t highest;
	uint64_t seen[SEAL_WINDOW / 64];
};

/* Why a datagram is dropped; negative, and none of enum gw_error. */
enum seal_error {
	SEAL_NO_KEY = -16,	/* the zone has no key of that number */
	SEAL_FORGED = -17,	/* the tag is wrong */
	SEAL_ROOM = -19,	/* more than a datagram carries */
	SEAL_EXHAUSTED = -20,	/* counter used up: a new salt and a higher incarnation */
	SEAL_ID_TAKEN = -21,	/* another slot has a key of that number */
};

int seal_key_set(struct seal_keyring *ring, enum seal_slot slot, uint8_t id,
		 const uint8_t key[SEAL_KEY_BYTES]);
int seal_rotate(struct seal_keyring *ring);
int seal_datagram(const struct gossip_crypto *crypto, const struct seal_keyring *ring,
		  struct seal_sender *sender, uint8_t *datagram, size_t records_len);
int seal_open(const struct gossip_crypto *crypto, const struct seal_keyring *ring,
	      uint8_t *datagram, size_t len, struct gw_header *header);
bool seal_fresh(const struct seal_window *window, const struct gw_header *header);
void seal_accept(struct seal_window *window, const struct gw_header *header);

bool seal_sign(const struct gossip_crypto *crypto, struct gw_record *record);
bool seal_verify(const struct gossip_crypto *crypto, const struct gw_record *record,
		 const struct gw_key *key);
void seal_endorsed_bytes(const struct gw_id *node, const struct gw_key *public_key, uint16_t zone,
			 uint8_t out[SEAL_ENDORSED_BYTES]);
bool seal_endorsed(const struct gossip_crypto *crypto, const struct gw_hello *hello,
		   const struct gw_key *authority);

#endif /* GOSSIP_SEAL_H */
