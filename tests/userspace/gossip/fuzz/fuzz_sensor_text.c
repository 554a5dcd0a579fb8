// SPDX-License-Identifier: GPL-2.0
/*
 * What files and commands print: whatever it is, readings that come of it are finite numbers with
 * names, no more than there is room for. The first byte: by which parser, and how much room.
 */
#include <math.h>

#include "fuzz.h"
#include "sensor_internal.h"

#define ROOM 64
#define IPMI 1

static void check(const struct sensor_value *values, size_t nr, size_t room)
{
	size_t i;

	must(nr <= room);
	for (i = 0; i < nr; i++) {
		const struct sensor_value *value = &values[i];

		must(value->kind >= 0 && value->kind < SENSOR_KINDS);
		must(value->place >= 0 && value->place < SENSOR_PLACES);
		must(!isinf(value->value) && !isinf(value->limit));
		must(memchr(value->name, '\0', sizeof(value->name)));
		must(!strncmp(value->name, "fuzz", 4));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct sensor_value values[ROOM + 1], guard;
	size_t room, nr, unknown = 0;
	uint8_t how = fuzz_byte(&in);
	/* Exactly as long as it is, so that a byte more shows. */
	char *text = calloc(1, in.left + 1);

	if (!text)
		abort();
	fuzz_bytes(&in, text, in.left);
	text[len ? len - 1 : 0] = '\0';
	room = (how >> 1) % (ROOM + 1);
	memset(values, 0xa5, sizeof(values));
	guard = values[room];
	if (how & IPMI)
		nr = sensor_parse_ipmi(text, "fuzz", values, room);
	else
		nr = sensor_parse_text(text, "fuzz", values, room, &unknown);
	check(values, nr, room);
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): bytes that nobody may touch */
	must(!memcmp(&values[room], &guard, sizeof(guard)));
	must(unknown <= len);
	free(text);
	return 0;
}
