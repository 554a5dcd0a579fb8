// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing, opening, replay and signatures as gossip-wire.md has them. What is secret is touched by
 * the functions of struct gossip_crypto alone; all that is decided here goes by what stands in the
 * clear, so that its time tells nothing. Nothing is changed on behalf of bytes that are refused.
 */
#include <string.h>

#include "seal.h"

#define WORD_BITS 64
/* In the header, from which the nonce is copied: salt, number of the key and counter. */
#define SALT_AT 28
#define SALT_COUNTER_BYTES 16

const char *const seal_slot_names[SEAL_SLOTS] = {
	[SEAL_PREVIOUS] = "previous",
	[SEAL_CURRENT] = "current",
	[SEAL_NEXT] = "next",
};
/* The longest that is signed, and a bit. */
#define MESSAGE_MAX 256

/* --- keys --- */

static int slot_of(const struct seal_keyring *ring, uint8_t id)
{
	int slot;

	for (slot = 0; slot < SEAL_SLOTS; slot++)
		if (ring->present[slot] && ring->id[slot] == id)
			return slot;
	return SEAL_NO_KEY;
}

static void move_key(struct seal_keyring *ring, enum seal_slot to, enum seal_slot from)
{
	memcpy(ring->key[to], ring->key[from], SEAL_KEY_BYTES);
	ring->id[to] = ring->id[from];
	ring->present[to] = ring->present[from];
}

/**
 * seal_key_set() - put a key into a slot, over one that may be there
 * @ring: keys of the zone
 * @slot: previous, current or next
 * @id: number that it goes by; no other slot may have it
 * @key: the key; NULL takes what is there away
 *
 * Return: 0, or %SEAL_ID_TAKEN, and nothing is changed.
 */
int seal_key_set(struct seal_keyring *ring, enum seal_slot slot, uint8_t id,
		 const uint8_t key[SEAL_KEY_BYTES])
{
	int other = slot_of(ring, id);

	if (key && other >= 0 && other != (int)slot)
		return SEAL_ID_TAKEN;
	if (key)
		memcpy(ring->key[slot], key, SEAL_KEY_BYTES);
	else
		explicit_bzero(ring->key[slot], SEAL_KEY_BYTES);
	ring->id[slot] = key ? id : 0;
	ring->present[slot] = key;
	return 0;
}

/**
 * seal_rotate() - go over to the next key; the current one is accepted for one rotation more
 * @ring: keys of the zone
 *
 * Whoever has not yet rotated is heard, as its current key is the previous one here, and hears this
 * node, if it has its next key: in whatever order the nodes of a zone rotate, and however long some
 * cannot be reached, as long as nobody rotates twice before all have rotated once.
 *
 * Return: 0, or %SEAL_NO_KEY if there is no next key, and nothing is changed.
 */
int seal_rotate(struct seal_keyring *ring)
{
	if (!ring->present[SEAL_NEXT])
		return SEAL_NO_KEY;
	move_key(ring, SEAL_PREVIOUS, SEAL_CURRENT);
	move_key(ring, SEAL_CURRENT, SEAL_NEXT);
	return seal_key_set(ring, SEAL_NEXT, 0, NULL);
}

/* --- datagrams --- */

static void make_nonce(const uint8_t *datagram, const struct gw_id *node,
		       uint8_t nonce[SEAL_NONCE_BYTES])
{
	memcpy(nonce, datagram + SALT_AT, SALT_COUNTER_BYTES);
	memcpy(nonce + SALT_COUNTER_BYTES, node->byte, SEAL_NONCE_BYTES - SALT_COUNTER_BYTES);
}

/**
 * seal_datagram() - make a datagram of records: header, encryption, tag
 * @crypto: cryptography
 * @ring: keys of the zone; the current one is used
 * @sender: whose datagram; its counter moves on
 * @datagram: records from %GW_HEADER_BYTES on, and room for %GW_TAG_BYTES behind them
 * @records_len: bytes of records
 *
 * Return: length of the datagram; %SEAL_ROOM, %SEAL_NO_KEY or %SEAL_EXHAUSTED, and nothing is
 * changed. Once the counter is used up only a new salt with a higher incarnation helps: to the
 * others the same incarnation with another salt is a forgery.
 */
int seal_datagram(const struct gossip_crypto *crypto, const struct seal_keyring *ring,
		  struct seal_sender *sender, uint8_t *datagram, size_t records_len)
{
	struct gw_header header = {
		.key_id = ring->id[SEAL_CURRENT],
		.zone = sender->zone,
		.node = sender->node,
		.incarnation = sender->incarnation,
		.salt = sender->salt,
		.counter = sender->counter + 1,
	};
	uint8_t nonce[SEAL_NONCE_BYTES];

	if (records_len > GW_RECORDS_MAX)
		return SEAL_ROOM;
	if (!ring->present[SEAL_CURRENT])
		return SEAL_NO_KEY;
	if (sender->counter >= GW_COUNTER_MAX)
		return SEAL_EXHAUSTED;
	gw_put_header(&header, datagram, GW_HEADER_BYTES);
	make_nonce(datagram, &header.node, nonce);
	crypto->seal(crypto->ctx, ring->key[SEAL_CURRENT], nonce, datagram, GW_HEADER_BYTES,
		     datagram + GW_HEADER_BYTES, records_len);
	sender->counter++;
	return (int)(GW_HEADER_BYTES + records_len + GW_TAG_BYTES);
}

/**
 * seal_open() - find out whether somebody of the zone has sealed a datagram, and decrypt it
 * @crypto: cryptography
 * @ring: keys of the zone; any of them will do
 * @datagram: what came; decrypted in place
 * @len: its length
 * @header: written if all is well
 *
 * Whether it came before is not looked at: seal_fresh() says so, which is cheaper and may well be
 * asked first; seal_accept() is for what passed both.
 *
 * Return: bytes of records, which stand from %GW_HEADER_BYTES on; or an enum gw_error or enum
 * seal_error, and after %SEAL_FORGED the records are worth nothing.
 */
int seal_open(const struct gossip_crypto *crypto, const struct seal_keyring *ring,
	      uint8_t *datagram, size_t len, struct gw_header *header)
{
	uint8_t nonce[SEAL_NONCE_BYTES];
	struct gw_header h;
	size_t records_len;
	int slot, ret;

	if (len > GW_DATAGRAM_MAX)
		return SEAL_ROOM;
	ret = gw_get_header(datagram, len, &h);
	if (ret < 0)
		return ret;
	if (len < GW_HEADER_BYTES + GW_TAG_BYTES)
		return GW_SHORT;
	slot = slot_of(ring, h.key_id);
	if (slot < 0)
		return slot;
	records_len = len - GW_HEADER_BYTES - GW_TAG_BYTES;
	make_nonce(datagram, &h.node, nonce);
	if (!crypto->open(crypto->ctx, ring->key[slot], nonce, datagram, GW_HEADER_BYTES,
			  datagram + GW_HEADER_BYTES, records_len))
		return SEAL_FORGED;
	*header = h;
	return (int)records_len;
}

/* --- replay --- */

static uint64_t *word_of(uint64_t *seen, uint64_t counter)
{
	return &seen[counter % SEAL_WINDOW / WORD_BITS];
}

static uint64_t bit_of(uint64_t counter)
{
	return 1ULL << counter % WORD_BITS;
}

/**
 * seal_fresh() - whether a datagram of this header has not been seen before
 * @window: of its sender
 * @header: what it says; only worth something of a datagram that seal_open() has opened
 *
 * Return: false for a lower incarnation, for the same one with another salt, for a counter that was
 * seen, and for one that is so far behind that this cannot be told.
 */
bool seal_fresh(const struct seal_window *window, const struct gw_header *header)
{
	/* Counters begin with 1: nothing was heard yet. */
	if (!window->highest)
		return true;
	if (header->incarnation != window->incarnation)
		return header->incarnation > window->incarnation;
	if (header->salt != window->salt)
		return false;
	if (header->counter > window->highest)
		return true;
	if (window->highest - header->counter >= SEAL_WINDOW)
		return false;
	return !(window->seen[header->counter % SEAL_WINDOW / WORD_BITS] & bit_of(header->counter));
}

/**
 * seal_accept() - take note of a datagram that was opened
 * @window: of its sender
 * @header: of the datagram; if it is not fresh, nothing is changed
 *
 * Only what is authentic may come here: anything else would shut the sender out.
 */
void seal_accept(struct seal_window *window, const struct gw_header *header)
{
	uint64_t counter;

	if (!seal_fresh(window, header))
		return;
	if (!window->highest || header->incarnation > window->incarnation) {
		memset(window, 0, sizeof(*window));
		window->incarnation = header->incarnation;
		window->salt = header->salt;
		window->highest = header->counter;
	}
	/* What the window moves over has not been seen. */
	if (header->counter > window->highest) {
		if (header->counter - window->highest >= SEAL_WINDOW)
			memset(window->seen, 0, sizeof(window->seen));
		else
			for (counter = window->highest + 1; counter < header->counter; counter++)
				*word_of(window->seen, counter) &= ~bit_of(counter);
		window->highest = header->counter;
	}
	*word_of(window->seen, header->counter) |= bit_of(header->counter);
}

/* --- signatures --- */

/* Where the signature of a record is, of a type that has one. */
static struct gw_sig *signature_of(struct gw_record *record)
{
	switch (record->type) {
	case GW_CLAIM:
		return &record->claim.signature;
	case GW_CRISIS:
		return &record->crisis.signature;
	default:
		return &record->hello.signature;
	}
}

/*
 * What is signed: the record up to its signature, which is the last field, without what changes on
 * the way. 0 if no record of a kind that is signed, or one that cannot be written.
 */
static size_t message_of(const struct gw_record *record, uint8_t out[MESSAGE_MAX])
{
	struct gw_record copy = *record;
	int size;

	switch (record->type) {
	case GW_CLAIM:
		copy.claim.ttl = 0;
		break;
	case GW_CRISIS:
		copy.crisis.beacon.ttl = 0;
		copy.crisis.beacon.age_ms = 0;
		break;
	case GW_HELLO:
		copy.hello.ttl = 0;
		break;
	default:
		return 0;
	}
	size = gw_put(&copy, out, MESSAGE_MAX);
	return size < 0 ? 0 : (size_t)size - sizeof(struct gw_sig);
}

/**
 * seal_sign() - sign a claim, a crisis or a hello with the node's own key
 * @crypto: cryptography
 * @record: all but its signature filled in
 *
 * Return: false for another type, and for a record that cannot be on the wire.
 */
bool seal_sign(const struct gossip_crypto *crypto, struct gw_record *record)
{
	uint8_t message[MESSAGE_MAX];
	size_t len = message_of(record, message);

	if (!len)
		return false;
	crypto->sign(crypto->ctx, message, len, signature_of(record));
	return true;
}

/**
 * seal_verify() - whether a claim, a crisis or a hello is signed with a key
 * @crypto: cryptography
 * @record: the record
 * @key: the public key of whom it says it is from
 *
 * Return: false also for types that are not signed.
 */
bool seal_verify(const struct gossip_crypto *crypto, const struct gw_record *record,
		 const struct gw_key *key)
{
	struct gw_record copy = *record;
	uint8_t message[MESSAGE_MAX];
	size_t len = message_of(record, message);

	return len && crypto->verify(crypto->ctx, key, message, len, signature_of(&copy));
}

/**
 * seal_endorsed_bytes() - what the site's authority signs
 * @node: name of a node
 * @public_key: its own
 * @zone: of cooling
 * @out: written
 */
void seal_endorsed_bytes(const struct gw_id *node, const struct gw_key *public_key, uint16_t zone,
			 uint8_t out[SEAL_ENDORSED_BYTES])
{
	memcpy(out, node->byte, sizeof(node->byte));
	out += sizeof(node->byte);
	memcpy(out, public_key->byte, sizeof(public_key->byte));
	out += sizeof(public_key->byte);
	out[0] = (uint8_t)(zone >> 8);
	out[1] = (uint8_t)zone;
}

/**
 * seal_endorsed() - whether the authority says that a public key is a node's
 * @crypto: cryptography
 * @hello: what the node says
 * @authority: public key of the site's authority
 *
 * The hello's own signature is another question: seal_verify() with its public key answers it, and
 * shows that who says so has the secret key.
 */
bool seal_endorsed(const struct gossip_crypto *crypto, const struct gw_hello *hello,
		   const struct gw_key *authority)
{
	uint8_t message[SEAL_ENDORSED_BYTES];

	seal_endorsed_bytes(&hello->node, &hello->public_key, hello->zone, message);
	return crypto->verify(crypto->ctx, authority, message, sizeof(message),
			      &hello->endorsement);
}
