// SPDX-License-Identifier: GPL-2.0
/*
 * The site file: whatever bytes are refused with a reason, or give a site that the core takes.
 */
#include <stdint.h>
#include <stdlib.h>

#include "site_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct config_errors errors;
	struct site_file *file = NULL;
	struct site_fault fault;
	int ret;

	errors.nr = 0;
	errors.dropped = 0;
	ret = site_file_parse("fuzz", (const char *)data, len, &file, &errors);
	if (!ret != !errors.nr || !ret != !!file)
		abort();
	if (file && !site_check(&file->site, &fault))
		abort();
	site_file_free(file);
	return 0;
}
