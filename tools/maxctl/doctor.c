// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl doctor: everything that can be missing, one line each, with the fix.
 */
#include <stdarg.h>

#include "maxctl.h"

/**
 * mc_found() - what a check found
 * @finding: the check's
 * @ok: nothing to mend
 * @fmt: one clause
 */
void mc_found(struct mc_finding *finding, bool ok, const char *fmt, ...)
{
	va_list args;

	finding->ok = ok;
	va_start(args, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, args);
	va_end(args);
}

/**
 * mc_fix() - what to do about what a check found
 * @finding: the check's
 * @fmt: one sentence
 */
void mc_fix(struct mc_finding *finding, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(finding->fix, sizeof(finding->fix), fmt, args);
	va_end(args);
}

int cmd_doctor(int argc, char **argv)
{
	json_t *array = json_array();
	int result = MC_OK;
	json_t *root;
	size_t i;
	int err;

	err = mc_no_options(argc, argv, 0, 0);
	for (i = 0; !err && i < mc_nr_checks; i++) {
		struct mc_finding finding = { .ok = true };
		json_t *json;

		mc_checks[i].fn(&finding);
		if (!finding.ok)
			result = MC_INACTIVE;
		if (!mc.json) {
			printf("%-4s  %-12s  %s\n", finding.ok ? "ok" : "FAIL", mc_checks[i].name,
			       finding.text);
			if (finding.fix[0])
				printf("%20s%s\n", "", finding.fix);
			continue;
		}
		json = json_pack("{s:s, s:b, s:s}", "check", mc_checks[i].name, "ok", finding.ok,
				 "found", finding.text);
		if (finding.fix[0])
			json_object_set_new(json, "fix", json_string(finding.fix));
		json_array_append_new(array, json);
	}
	if (err || !mc.json) {
		json_decref(array);
		return err ? err : result;
	}
	root = mc_json_new();
	json_object_set_new(root, "checks", array);
	mc_json_print(root);
	return result;
}
