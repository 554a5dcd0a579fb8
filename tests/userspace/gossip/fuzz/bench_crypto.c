// SPDX-License-Identifier: GPL-2.0
/*
 * What sealing, opening, signing and verifying cost, a core of this machine: JSON on the standard
 * output, the same for people on the standard error. The figures say why every beacon is sealed and
 * only what is rare is signed.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "crypto_sodium.h"

#define RUNS 5
#define RUN_NS 200000000ULL
#define BEACON_BYTES 68
/* 64 nodes of a zone in a crisis, a hundred beacons a second each. */
#define STORM_PER_S 6400

struct bench {
	struct gossip_crypto crypto;
	struct seal_keyring ring;
	struct seal_sender sender;
	struct gw_key key;
	struct gw_record claim;
	uint8_t bytes[GW_DATAGRAM_MAX], sealed[GW_DATAGRAM_MAX];
	size_t records_len;
	int total;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

static bool seal_one(struct bench *b)
{
	return seal_datagram(&b->crypto, &b->ring, &b->sender, b->bytes, b->records_len) > 0;
}

static bool open_one(struct bench *b)
{
	struct gw_header header;

	memcpy(b->bytes, b->sealed, (size_t)b->total);
	return seal_open(&b->crypto, &b->ring, b->bytes, (size_t)b->total, &header) >= 0;
}

static bool forged_one(struct bench *b)
{
	struct gw_header header;

	memcpy(b->bytes, b->sealed, (size_t)b->total);
	b->bytes[b->total - 1] ^= 1;
	return seal_open(&b->crypto, &b->ring, b->bytes, (size_t)b->total, &header) < 0;
}

static bool sign_one(struct bench *b)
{
	return seal_sign(&b->crypto, &b->claim);
}

static bool verify_one(struct bench *b)
{
	return seal_verify(&b->crypto, &b->claim, &b->key);
}

/* The best of some runs: the machine has other things to do. 0 if it does not work. */
static double rate(struct bench *b, bool (*one)(struct bench *b))
{
	double best = 0;
	int run;

	for (run = 0; run < RUNS; run++) {
		uint64_t start = now_ns(), end, count = 0;

		do {
			int i;

			for (i = 0; i < 64; i++, count++)
				if (!one(b))
					return 0;
			end = now_ns();
		} while (end - start < RUN_NS);
		if ((double)count * 1e9 / (double)(end - start) > best)
			best = (double)count * 1e9 / (double)(end - start);
	}
	return best;
}

static void prepare(struct bench *b, size_t records_len)
{
	b->records_len = records_len;
	b->total = seal_datagram(&b->crypto, &b->ring, &b->sender, b->sealed, records_len);
}

int main(void)
{
	static const struct {
		const char *name;
		size_t len;
		bool (*one)(struct bench *b);
	} rows[] = {
		{ "seal_beacon", BEACON_BYTES, seal_one },
		{ "open_beacon", BEACON_BYTES, open_one },
		{ "refuse_forged_beacon", BEACON_BYTES, forged_one },
		{ "seal_full", GW_RECORDS_MAX, seal_one },
		{ "open_full", GW_RECORDS_MAX, open_one },
		{ "sign_claim", BEACON_BYTES, sign_one },
		{ "verify_claim", BEACON_BYTES, verify_one },
	};
	static uint8_t secret[SEAL_SECRET_BYTES];
	static struct bench b;
	uint8_t seed[CRYPTO_SEED_BYTES] = { 1 }, key[SEAL_KEY_BYTES] = { 2 };
	size_t i;

	if (!crypto_sodium_start())
		return 1;
	crypto_sodium_expand(seed, secret, &b.key);
	b.crypto = crypto_sodium(secret);
	seal_key_set(&b.ring, SEAL_CURRENT, 1, key);
	b.claim.type = GW_CLAIM;
	b.claim.claim.verdict = GW_SUSPECT;
	if (!seal_sign(&b.crypto, &b.claim))
		return 1;
	printf("{\n");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double per_s;

		prepare(&b, rows[i].len);
		per_s = rate(&b, rows[i].one);
		if (!(per_s > 0)) {
			fprintf(stderr, "%s does not work\n", rows[i].name);
			return 1;
		}
		fprintf(stderr, "%-22s %9.0f/s %8.2f us; %d/s take %.2f %% of a core\n",
			rows[i].name, per_s, 1e6 / per_s, STORM_PER_S, 100.0 * STORM_PER_S / per_s);
		printf("  \"%s_per_s\": %.0f%s\n", rows[i].name, per_s,
		       i + 1 < sizeof(rows) / sizeof(rows[0]) ? "," : "");
	}
	printf("}\n");
	return 0;
}
