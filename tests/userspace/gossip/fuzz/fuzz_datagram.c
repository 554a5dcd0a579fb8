// SPDX-License-Identifier: GPL-2.0
/*
 * A datagram as it comes: header, tag, records, window, signatures. The first byte says how: as it
 * is, with a right tag, so that what is behind it is reached, or with one bit of all changed. The
 * rest is the datagram, without a tag but in the first case.
 */
#include "crypto_sodium.h"
#include "fuzz.h"

static const uint8_t secret[SEAL_SECRET_BYTES] = { 1 };

/* The real one, but for signatures, which would take all of the time. */
static bool verify(void *ctx, const struct gw_key *key, const uint8_t *bytes, size_t len,
		   const struct gw_sig *signature)
{
	uint8_t sum = 0;

	(void)ctx;
	(void)key;
	while (len--)
		sum ^= *bytes++;
	return sum != signature->byte[0];
}

/* Records up to the first one that cannot be read; what can be read is written the same. */
static void read_records(const struct gossip_crypto *crypto, const uint8_t *bytes, size_t len)
{
	uint8_t again[GW_RECORDS_MAX], twice[GW_RECORDS_MAX];
	struct gw_record record, copy;
	struct gw_key key = { { 0 } };
	size_t at = 0, records = 0;
	int size, put;

	for (;;) {
		size = gw_get(bytes + at, len - at, &record);
		if (size <= 0)
			break;
		at += (size_t)size;
		must(at <= len && size % 4 == 0 && ++records <= GW_RECORDS_MAX / 4);
		seal_verify(crypto, &record, &key);
		put = gw_put(&record, again, sizeof(again));
		if (!gw_size(record.type)) {
			must(put == GW_FOREIGN);
			continue;
		}
		must(put > 0 && put <= size && put == (int)gw_size(record.type));
		must(gw_get(again, put, &copy) == put);
		must(gw_put(&copy, twice, sizeof(twice)) == put && !memcmp(again, twice, put));
	}
}

static void replay(const struct gw_header *header)
{
	struct seal_window window = { 0 }, before;
	struct gw_header other = *header;

	must(seal_fresh(&window, header));
	seal_accept(&window, header);
	must(!seal_fresh(&window, header) && window.highest == header->counter);
	before = window;
	seal_accept(&window, header);
	other.salt++;
	seal_accept(&window, &other);
	must(!memcmp(&before, &window, sizeof(window)));
}

static size_t seal_again(const struct gossip_crypto *crypto, const struct seal_keyring *ring,
			 uint8_t *bytes, size_t len)
{
	struct seal_keyring own = *ring;
	struct seal_sender sender;
	struct gw_header header;
	size_t records = len - GW_HEADER_BYTES;

	if (gw_get_header(bytes, len, &header) < 0)
		return len;
	sender = (struct seal_sender) {
		.node = header.node, .zone = header.zone, .incarnation = header.incarnation,
		.salt = header.salt, .counter = header.counter - 1,
	};
	own.id[SEAL_CURRENT] = header.key_id;
	must(seal_datagram(crypto, &own, &sender, bytes, records) ==
	     (int)(len + GW_TAG_BYTES));
	return len + GW_TAG_BYTES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { .at = data, .left = len };
	struct gossip_crypto crypto = crypto_sodium(secret);
	struct seal_keyring ring = { 0 };
	static const uint8_t key[SEAL_KEY_BYTES] = { 7 };
	struct gw_header header;
	uint8_t how = fuzz_byte(&in), bytes[GW_DATAGRAM_MAX + 1], *exact;
	size_t total = in.left, bit;
	int ret;

	if (!crypto_sodium_start() || len < 2 || total > GW_DATAGRAM_MAX + 1)
		return 0;
	crypto.verify = verify;
	seal_key_set(&ring, SEAL_CURRENT, 2, key);
	seal_key_set(&ring, SEAL_PREVIOUS, 255, key);
	seal_key_set(&ring, SEAL_NEXT, 0, key);
	fuzz_bytes(&in, bytes, total);
	if (how && total >= GW_HEADER_BYTES && total <= GW_DATAGRAM_MAX - GW_TAG_BYTES) {
		total = seal_again(&crypto, &ring, bytes, total);
		if (how & 1) {
			bit = how * 37UL % (8 * total);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	/* Where it ends the memory ends. */
	exact = malloc(total);
	if (!exact)
		return 0;
	memcpy(exact, bytes, total);
	ret = seal_open(&crypto, &ring, exact, total, &header);
	if (ret >= 0) {
		must((size_t)ret + GW_HEADER_BYTES + GW_TAG_BYTES == total && !(how & 1));
		replay(&header);
		read_records(&crypto, exact + GW_HEADER_BYTES, (size_t)ret);
	} else {
		must(how == 0 || how & 1 || total < GW_HEADER_BYTES + GW_TAG_BYTES ||
		     ret == SEAL_NO_KEY || ret == SEAL_ROOM || ret == GW_FOREIGN ||
		     ret == GW_VALUE_WRONG || ret == SEAL_FORGED);
	}
	free(exact);
	return 0;
}
