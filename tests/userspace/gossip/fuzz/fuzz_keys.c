// SPDX-License-Identifier: GPL-2.0
/*
 * Files of keys: whatever stands in them is refused with a reason, or read and written again as the
 * same.
 */
#include "fuzz.h"
#include "keys.h"

static void ring(const char *text, size_t len)
{
	struct seal_keyring got, again, before;
	char printed[KEYS_FILE_BYTES];
	struct keys_error error = { "" };
	size_t size;

	memset(&got, 0x5a, sizeof(got));
	before = got;
	if (!keys_parse_ring(text, len, &got, &error)) {
		must(error.text[0] && !memcmp(&got, &before, sizeof(got)));
		return;
	}
	must(got.present[SEAL_CURRENT]);
	must(!got.present[SEAL_PREVIOUS] || got.id[SEAL_PREVIOUS] != got.id[SEAL_CURRENT]);
	must(!got.present[SEAL_NEXT] || got.id[SEAL_NEXT] != got.id[SEAL_CURRENT]);
	size = keys_print_ring(&got, printed);
	must(size < sizeof(printed) && strlen(printed) == size);
	must(keys_parse_ring(printed, size, &again, &error));
	must(!memcmp(&got, &again, sizeof(got)));
}

/* Without the 0: the memory ends where the text ends. */
static void exactly(const char *text, size_t len)
{
	char *copy = len ? malloc(len) : NULL;

	if (copy) {
		memcpy(copy, text, len);
		ring(copy, len);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { .at = data, .left = len };
	uint8_t how = fuzz_byte(&in), out[sizeof(struct gw_sig)];
	size_t left = in.left;
	char *text;
	struct gw_id id;

	if (!crypto_sodium_start() || len < 1)
		return 0;
	text = malloc(left + 1);
	if (!text)
		return 0;
	fuzz_bytes(&in, text, left);
	text[left] = '\0';
	switch (how % 4) {
	case 0:
		keys_parse(text, left, out, SEAL_KEY_BYTES);
		break;
	case 1:
		keys_parse(text, left, out, sizeof(out));
		break;
	case 2:
		keys_parse_node(text, &id);
		break;
	default:
		exactly(text, left);
	}
	free(text);
	return 0;
}
