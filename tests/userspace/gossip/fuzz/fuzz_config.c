// SPDX-License-Identifier: GPL-2.0
/*
 * The settings: whatever bytes are refused with a reason, or taken, and then what is printed of
 * them reads the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct daemon_config *config = NULL, *again = NULL;
	static struct config_errors errors;
	size_t size;
	char *text;
	FILE *out;
	int ret;

	errors.nr = 0;
	errors.dropped = 0;
	ret = config_parse("fuzz", (const char *)data, len, &config, &errors);
	if (!ret != !errors.nr || !ret != !!config)
		abort();
	if (ret)
		return 0;
	out = open_memstream(&text, &size);
	config_dump(config, out);
	fclose(out);
	if (config_parse("dump", text, size, &again, &errors) ||
	    config_diff(config, again, NULL, 0))
		abort();
	free(text);
	config_free(again);
	config_free(config);
	return 0;
}
