// SPDX-License-Identifier: GPL-2.0
/*
 * Some kernels were built with a pahole that left kfuncs of sched_ext half converted: the argument
 * that the verifier is to add still stands in the public prototype, so no program can call them.
 * This finds them in the kernel's BTF.
 */
#include <string.h>

#include <bpf/btf.h>

#include "maxctl.h"

/* Those that the glue calls. */
static const char *const needed[] = {
	"scx_bpf_dsq_insert", "scx_bpf_dispatch_cancel", "scx_bpf_dump_bstr",
};

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text);

	return len >= strlen(end) && !strcmp(text + len - strlen(end), end);
}

/* Whether the last argument is a struct bpf_prog_aux pointer. */
static bool takes_aux(const struct btf *btf, const struct btf_type *function)
{
	const struct btf_type *type = btf__type_by_id(btf, function->type);
	const char *name;
	int nr;

	if (!type || !btf_is_func_proto(type))
		return false;
	nr = btf_vlen(type);
	if (!nr)
		return false;
	type = btf__type_by_id(btf, btf_params(type)[nr - 1].type);
	while (type && (btf_is_ptr(type) || btf_is_mod(type)))
		type = btf__type_by_id(btf, type->type);
	name = type ? btf__name_by_offset(btf, type->name_off) : NULL;
	return name && !strcmp(name, "bpf_prog_aux");
}

static bool is_needed(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!strcmp(needed[i], name))
			return true;
	return false;
}

/* The names without their common prefix. */
static size_t find_malformed(const struct btf *btf, char *names, size_t size, bool *hurts)
{
	static const char prefix[] = "scx_bpf_";
	size_t nr = 0, used = 0;
	__u32 id;

	names[0] = '\0';
	for (id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *name;

		if (!type || !btf_is_func(type))
			continue;
		name = btf__name_by_offset(btf, type->name_off);
		if (!name || strncmp(name, prefix, strlen(prefix)) || ends_with(name, "_impl") ||
		    !takes_aux(btf, type))
			continue;
		if (is_needed(name))
			*hurts = true;
		if (used < size)
			used += snprintf(names + used, size - used, " %s", name + strlen(prefix));
		nr++;
	}
	return nr;
}

/**
 * mc_check_kfuncs() - name the kfuncs of sched_ext that no program can call
 * @finding: what was found; a failure only if the class needs one of them
 */
void mc_check_kfuncs(struct mc_finding *finding)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool hurts = false;
	char names[384];
	size_t nr;

	if (!btf) {
		mc_found(finding, false, "the kernel's BTF cannot be read");
		return;
	}
	nr = find_malformed(btf, names, sizeof(names), &hurts);
	btf__free(btf);
	if (!nr)
		mc_found(finding, true, "all of sched_ext's can be called");
	else
		mc_found(finding, !hurts, "%zu of sched_ext's cannot be called%s:%s", nr,
			 hurts ? "" : ", none of them is needed", names);
	if (hurts)
		mc_fix(finding, "boot another build of the kernel");
}
