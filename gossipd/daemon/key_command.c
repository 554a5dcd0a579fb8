// SPDX-License-Identifier: GPL-2.0
/*
 * Making keys, as with wg(8): what is made goes to the standard output, what it is made of comes
 * from the standard input; only a zone's keys have a file that is changed, as a rotation is one.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keys.h"

#define BASE64_BYTES \
	sodium_base64_ENCODED_LEN(sizeof(struct gw_sig), sodium_base64_VARIANT_ORIGINAL)
#define FINGERPRINT_BYTES 16

/* What a command works with. */
struct streams {
	FILE *in, *out, *err;
};

static int say(const struct streams *io, const char *what, const char *why)
{
	fprintf(io->err, "%s: %s\n", what, why);
	return 1;
}

/* Also whether all of it went out: a disk may be full. */
static int print(const struct streams *io, const uint8_t *bytes, size_t len)
{
	char base64[BASE64_BYTES];
	int rc = 0;

	sodium_bin2base64(base64, sizeof(base64), bytes, len, sodium_base64_VARIANT_ORIGINAL);
	if (fprintf(io->out, "%s\n", base64) < 0 || fflush(io->out))
		rc = say(io, "keys", "cannot write");
	sodium_memzero(base64, sizeof(base64));
	return rc;
}

static void warn_if_readable(const struct streams *io)
{
	struct stat st;
	int fd = fileno(io->out);

	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_mode & 0007)
		fputs("keys: others may read the file that this goes to: umask 077\n", io->err);
}

/* One line, of a key in base64. */
static bool read_key(const struct streams *io, uint8_t *out, size_t len)
{
	char line[2 * BASE64_BYTES];
	bool ok = fgets(line, sizeof(line), io->in) && keys_parse(line, strlen(line), out, len);

	sodium_memzero(line, sizeof(line));
	return ok;
}

/* --- commands: their arguments are counted already --- */

static int genkey(const struct streams *io, char *const *args)
{
	uint8_t key[SEAL_KEY_BYTES];
	int rc;

	(void)args;
	warn_if_readable(io);
	randombytes_buf(key, sizeof(key));
	rc = print(io, key, sizeof(key));
	sodium_memzero(key, sizeof(key));
	return rc;
}

static int pubkey(const struct streams *io, char *const *args)
{
	uint8_t seed[CRYPTO_SEED_BYTES], secret[SEAL_SECRET_BYTES];
	struct gw_key key;
	bool ok = read_key(io, seed, sizeof(seed));

	(void)args;
	if (ok)
		crypto_sodium_expand(seed, secret, &key);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(secret, sizeof(secret));
	return ok ? print(io, key.byte, sizeof(key)) : say(io, "pubkey", "not a secret key");
}

static bool parse_zone(const char *text, uint16_t *zone)
{
	unsigned long number;
	char *end;

	number = strtoul(text, &end, 10);
	*zone = (uint16_t)number;
	return text[0] >= '0' && text[0] <= '9' && !*end && number <= UINT16_MAX;
}

/* The authority's secret is in a file of its own, not in the environment or on the command line. */
static int endorse(const struct streams *io, char *const *args)
{
	uint8_t seed[CRYPTO_SEED_BYTES], secret[SEAL_SECRET_BYTES], message[SEAL_ENDORSED_BYTES];
	struct gossip_crypto crypto;
	struct gw_key node_key, authority;
	char text[KEYS_FILE_BYTES];
	struct keys_error error;
	struct gw_sig signature;
	struct gw_id node;
	uint16_t zone;
	size_t len;
	bool ok;

	if (!keys_parse_node(args[1], &node))
		return say(io, args[1], "not a UUID");
	if (!parse_zone(args[2], &zone))
		return say(io, args[2], "not a zone's number, 0 to 65535");
	if (!read_key(io, node_key.byte, sizeof(node_key)))
		return say(io, "endorse", "not a public key");
	ok = keys_read_file(args[0], true, text, &len, &error);
	if (ok && !keys_parse(text, len, seed, sizeof(seed)))
		ok = !say(io, args[0], "not a secret key");
	else if (!ok)
		say(io, "endorse", error.text);
	if (ok) {
		crypto_sodium_expand(seed, secret, &authority);
		seal_endorsed_bytes(&node, &node_key, zone, message);
		crypto = crypto_sodium(secret);
		crypto.sign(crypto.ctx, message, sizeof(message), &signature);
	}
	sodium_memzero(text, sizeof(text));
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(secret, sizeof(secret));
	return ok ? print(io, signature.byte, sizeof(signature)) : 1;
}

/* A key after those that are there, or the first one. */
static int add_next(struct seal_keyring *ring)
{
	enum seal_slot slot = ring->present[SEAL_CURRENT] ? SEAL_NEXT : SEAL_CURRENT;
	uint8_t key[SEAL_KEY_BYTES], id = (uint8_t)(ring->id[SEAL_CURRENT] + 1);
	int rc;

	/* The previous key may have it, if somebody chose the numbers. */
	if (ring->present[SEAL_PREVIOUS] && ring->id[SEAL_PREVIOUS] == id)
		id++;
	randombytes_buf(key, sizeof(key));
	rc = ring->present[SEAL_NEXT] ? SEAL_ID_TAKEN : seal_key_set(ring, slot, id, key);
	sodium_memzero(key, sizeof(key));
	return rc;
}

static int forget_previous(struct seal_keyring *ring)
{
	if (!ring->present[SEAL_PREVIOUS])
		return SEAL_NO_KEY;
	return seal_key_set(ring, SEAL_PREVIOUS, 0, NULL);
}

static int change(const struct streams *io, const char *path,
		  int (*function)(struct seal_keyring *ring))
{
	struct keys_error error;

	return keys_change_ring(path, function, &error) ? 0 : say(io, "keys", error.text);
}

static int genzonekey(const struct streams *io, char *const *args)
{
	return args[0] ? change(io, args[0], add_next) : genkey(io, args);
}

static int rotate(const struct streams *io, char *const *args)
{
	return change(io, args[0], seal_rotate);
}

static int forget(const struct streams *io, char *const *args)
{
	return change(io, args[0], forget_previous);
}

/* What two nodes can compare in public. */
static int show(const struct streams *io, char *const *args)
{
	uint8_t digest[FINGERPRINT_BYTES];
	char hex[2 * FINGERPRINT_BYTES + 1], text[KEYS_FILE_BYTES];
	struct seal_keyring ring = { 0 };
	struct keys_error error;
	size_t len = 0;
	int slot, rc = 0;

	if (!keys_read_file(args[0], true, text, &len, &error))
		rc = say(io, "show", error.text);
	else if (!keys_parse_ring(text, len, &ring, &error))
		rc = say(io, args[0], error.text);
	for (slot = 0; slot < SEAL_SLOTS && !rc; slot++) {
		if (!ring.present[slot])
			continue;
		crypto_generichash(digest, sizeof(digest), ring.key[slot], SEAL_KEY_BYTES, NULL, 0);
		fprintf(io->out, "%s %u %s\n", seal_slot_names[slot], ring.id[slot],
			sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest)));
	}
	sodium_memzero(text, sizeof(text));
	sodium_memzero(&ring, sizeof(ring));
	return rc;
}

static const struct command {
	const char *name;
	int least, most;
	int (*run)(const struct streams *io, char *const *args);
	const char *help;
} commands[] = {
	{ "genkey", 0, 0, genkey, "genkey > SECRET: a node's or an authority's secret key" },
	{ "pubkey", 0, 0, pubkey, "pubkey < SECRET > PUBLIC: the public key of a secret one" },
	{ "endorse", 3, 3, endorse,
	  "endorse AUTHORITY-SECRET NODE ZONE < PUBLIC > ENDORSEMENT: that it is the node's" },
	{ "genzonekey", 0, 1, genzonekey,
	  "genzonekey [FILE]: a key of a zone; as the first or the next one into that file" },
	{ "rotate", 1, 1, rotate, "rotate FILE: the next key becomes the current one" },
	{ "forget", 1, 1, forget, "forget FILE: no longer accept the previous key" },
	{ "show", 1, 1, show, "show FILE: numbers and fingerprints of a zone's keys" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int usage(const struct streams *io)
{
	size_t i;

	fputs("commands for keys:\n", io->err);
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(io->err, "  %s\n", commands[i].help);
	return 2;
}

/**
 * key_command() - what people do with keys
 * @argc: words in @argv
 * @argv: the command's name and its arguments, ends with NULL
 * @in: standard input
 * @out: standard output
 * @err: for what went wrong
 *
 * Return: exit status: 0, 1 if it failed, 2 if there is no such command.
 */
int key_command(int argc, char *const *argv, FILE *in, FILE *out, FILE *err)
{
	const struct streams io = { .in = in, .out = out, .err = err };
	size_t i;

	if (!crypto_sodium_start())
		return say(&io, "keys", "no randomness");
	for (i = 0; i < NR_COMMANDS && argc > 0; i++)
		if (!strcmp(argv[0], commands[i].name) && argc - 1 >= commands[i].least &&
		    argc - 1 <= commands[i].most)
			return commands[i].run(&io, argv + 1);
	return usage(&io);
}
