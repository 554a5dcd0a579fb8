// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: what maxctl makes of numbers, times, amounts and fractions that people type. A
 * text is refused, or its value is in the range that the interface has.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "maxctl.h"

#define TEXT_MAX 300

/* In place of maxctl's: what is said is formatted, so that the sanitizers see it, and dropped. */
int mc_error(int code, const char *fmt, ...)
{
	char text[64];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return code;
}

static void must(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char text[TEXT_MAX];
	uint64_t wide;
	uint32_t number;
	int64_t q16;

	if (len < 1 || len > sizeof(text))
		return 0;
	memcpy(text, data + 1, len - 1);
	text[len - 1] = '\0';
	switch (data[0] % 6) {
	case 0:
		if (mc_parse_number(text, "number", 10, 1000, &number) == MC_OK)
			must(number >= 10 && number <= 1000);
		break;
	case 1:
		if (mc_parse_u32(text, "number", &number) == MC_OK)
			must(number == strtoull(text, NULL, 10));
		break;
	case 2:
		if (mc_parse_pid(text, &number) == MC_OK)
			must(number >= 1 && number <= INT_MAX);
		break;
	case 3:
		if (mc_parse_q16(text, "fraction", &q16) == MC_OK)
			must(q16 <= UINT32_MAX && q16 >= -(int64_t)UINT32_MAX);
		break;
	case 4:
		if (mc_parse_time(text, "time", &wide) == MC_OK)
			must(wide <= INT64_MAX);
		break;
	default:
		if (mc_parse_cents(text, "amount", &wide) == MC_OK)
			must(wide <= MAXWELL_WALLET_CAP_MAX);
	}
	return 0;
}
