// SPDX-License-Identifier: GPL-2.0
/*
 * Keys as text. What is wrong is said with the line, never with what stands there; all copies of
 * secrets are wiped, whatever comes of them.
 */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keys_internal.h"

#define WORDS 3

/**
 * keys_fail() - say why not
 * @error: where
 * @fmt: as of printf(); nothing secret
 *
 * Return: false.
 */
bool keys_fail(struct keys_error *error, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(error->text, sizeof(error->text), fmt, args);
	va_end(args);
	return false;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/**
 * keys_parse() - read a key or signature in base64
 * @text: with white space around it or none
 * @len: bytes of text
 * @out: written if all is well
 * @out_len: bytes that it has to be, at most 64
 */
bool keys_parse(const char *text, size_t len, uint8_t *out, size_t out_len)
{
	uint8_t bytes[sizeof(struct gw_sig)];
	const char *end;
	size_t got = 0;
	bool ok;

	while (len && is_space(text[len - 1]))
		len--;
	while (len && is_space(text[0])) {
		text++;
		len--;
	}
	ok = len && out_len <= sizeof(bytes) &&
	     !sodium_base642bin(bytes, out_len, text, len, NULL, &got, &end,
				sodium_base64_VARIANT_ORIGINAL) &&
	     end == text + len && got == out_len;
	if (ok)
		memcpy(out, bytes, out_len);
	sodium_memzero(bytes, sizeof(bytes));
	return ok;
}

/**
 * keys_parse_node() - read the name of a node, a UUID
 * @text: 32 hexadecimal digits, with hyphens where a UUID has them or without
 * @node: written if all is well
 */
bool keys_parse_node(const char *text, struct gw_id *node)
{
	struct gw_id id;
	size_t len = strlen(text), got = 0;
	bool hyphens = len == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' &&
		       text[23] == '-';
	const char *end;

	/* Those four places apart, a hyphen is no digit. */
	if (len != (hyphens ? 36 : 32) ||
	    sodium_hex2bin(id.byte, sizeof(id.byte), text, len, hyphens ? "-" : NULL, &got, &end) ||
	    end != text + len || got != sizeof(id.byte))
		return false;
	*node = id;
	return true;
}

/* --- keys of a zone --- */

/* A word and its length; 0 at the end of the line. */
struct word {
	const char *at;
	size_t len;
};

static size_t split(const char *line, size_t len, struct word words[WORDS + 1])
{
	size_t nr = 0, i = 0;

	while (nr <= WORDS) {
		while (i < len && is_space(line[i]))
			i++;
		if (i == len)
			break;
		words[nr].at = line + i;
		while (i < len && !is_space(line[i]))
			i++;
		words[nr].len = (size_t)(line + i - words[nr].at);
		nr++;
	}
	return nr;
}

static int slot_of(const struct word *word)
{
	int slot;

	for (slot = 0; slot < SEAL_SLOTS; slot++)
		if (word->len == strlen(seal_slot_names[slot]) &&
		    !memcmp(word->at, seal_slot_names[slot], word->len))
			return slot;
	return -1;
}

static int number_of(const struct word *word)
{
	int number = 0;
	size_t i;

	if (word->len > 3)
		return -1;
	for (i = 0; i < word->len; i++) {
		if (word->at[i] < '0' || word->at[i] > '9')
			return -1;
		number = 10 * number + word->at[i] - '0';
	}
	return number <= UINT8_MAX ? number : -1;
}

static bool parse_line(const char *line, size_t len, int nr, struct seal_keyring *ring,
		       struct keys_error *error)
{
	struct word words[WORDS + 1] = { 0 };
	size_t count = split(line, len, words);
	uint8_t key[SEAL_KEY_BYTES];
	int slot, id;
	bool ok;

	if (!count || words[0].at[0] == '#')
		return true;
	slot = slot_of(&words[0]);
	id = number_of(&words[1]);
	if (count != WORDS || slot < 0)
		return keys_fail(error, "line %d is not previous, current or next, a number, a key",
				 nr);
	if (id < 0)
		return keys_fail(error, "line %d: the number is not one from 0 to 255", nr);
	if (ring->present[slot])
		return keys_fail(error, "line %d: there is another %s key", nr,
				 seal_slot_names[slot]);
	ok = keys_parse(words[2].at, words[2].len, key, sizeof(key));
	if (!ok)
		keys_fail(error, "line %d: the key is not %d bytes in base64", nr, SEAL_KEY_BYTES);
	else if (sodium_is_zero(key, sizeof(key)))
		ok = keys_fail(error, "line %d: the key is all zeros", nr);
	else if (seal_key_set(ring, slot, (uint8_t)id, key))
		ok = keys_fail(error, "line %d: there is another key with the number %d", nr, id);
	sodium_memzero(key, sizeof(key));
	return ok;
}

static bool parse_lines(const char *text, size_t len, struct seal_keyring *ring,
			struct keys_error *error)
{
	size_t at = 0, end;
	int nr;

	for (nr = 1; at < len; nr++) {
		for (end = at; end < len && text[end] != '\n';)
			end++;
		if (!parse_line(text + at, end - at, nr, ring, error))
			return false;
		at = end + 1;
	}
	return ring->present[SEAL_CURRENT] || keys_fail(error, "there is no current key");
}

/**
 * keys_parse_ring() - read the keys of a zone
 * @text: lines of a slot (previous, current, next), a number (0 to 255) and a key; there has to be
 *	a current one. Empty lines and those that begin with # say nothing
 * @len: bytes of text
 * @ring: written if all is well
 * @error: written otherwise
 */
bool keys_parse_ring(const char *text, size_t len, struct seal_keyring *ring,
		     struct keys_error *error)
{
	struct seal_keyring fresh = { 0 };
	bool ok = parse_lines(text, len, &fresh, error);

	if (ok)
		*ring = fresh;
	sodium_memzero(&fresh, sizeof(fresh));
	return ok;
}

/**
 * keys_print_ring() - write what keys_parse_ring() reads
 * @ring: keys of a zone
 * @out: written, with a 0 at the end
 *
 * Return: length.
 */
size_t keys_print_ring(const struct seal_keyring *ring, char out[KEYS_FILE_BYTES])
{
	char base64[sodium_base64_ENCODED_LEN(SEAL_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL)];
	size_t len = 0;
	int slot;

	out[0] = '\0';
	for (slot = 0; slot < SEAL_SLOTS; slot++) {
		if (!ring->present[slot])
			continue;
		sodium_bin2base64(base64, sizeof(base64), ring->key[slot], SEAL_KEY_BYTES,
				  sodium_base64_VARIANT_ORIGINAL);
		len += (size_t)snprintf(out + len, KEYS_FILE_BYTES - len, "%s %u %s\n",
					seal_slot_names[slot], ring->id[slot], base64);
	}
	sodium_memzero(base64, sizeof(base64));
	return len;
}
