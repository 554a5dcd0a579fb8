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

/**
 * mc_warn() - what follows from a finding that is no fault
 * @finding: the check's
 * @text: one clause
 */
void mc_warn(struct mc_finding *finding, const char *text)
{
	finding->warning = true;
	snprintf(finding->fix, sizeof(finding->fix), "%s", text);
}

static void print_finding(const char *check, const struct mc_finding *finding)
{
	const char *word = finding->warning ? "warn" : "ok";

	printf("%-4s  %-12s  %s\n", finding->ok ? word : "FAIL", check, finding->text);
	if (finding->fix[0])
		printf("%20s%s\n", "", finding->fix);
}

static json_t *json_finding(const char *check, const struct mc_finding *finding)
{
	json_t *json = json_pack("{s:s, s:b, s:s}", "check", check, "ok", finding->ok,
				 "found", finding->text);

	if (finding->warning)
		json_object_set_new(json, "warning", json_true());
	if (finding->fix[0])
		json_object_set_new(json, "fix", json_string(finding->fix));
	return json;
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

		mc_checks[i].fn(&finding);
		if (!finding.ok)
			result = MC_INACTIVE;
		if (mc.json)
			json_array_append_new(array, json_finding(mc_checks[i].name, &finding));
		else
			print_finding(mc_checks[i].name, &finding);
		if (finding.last)
			break;
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
