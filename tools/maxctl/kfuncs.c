// SPDX-License-Identifier: GPL-2.0
/*
 * Some kernels were built with a pahole that left kfuncs of sched_ext half converted: the argument
 * that the verifier is to add still stands in the public prototype, so no program can call them.
 * This finds them in the kernel's BTF.
 */
#include <string.h>

#include <bpf/btf.h>

#include "maxctl.h"

/* Those that the glue calls, and what is lost with each. */
enum {
	LOST_INSERT = 1,
	LOST_ERROR = 2,
	LOST_EXIT = 4,
	LOST_DUMP = 8,
};

static const struct {
	const char *name;
	unsigned int loss;
} uses[] = {
	{ "scx_bpf_dsq_insert", LOST_INSERT }, { "scx_bpf_dispatch_cancel", LOST_INSERT },
	{ "scx_bpf_error_bstr", LOST_ERROR },  { "scx_bpf_exit_bstr", LOST_EXIT },
	{ "scx_bpf_dump_bstr", LOST_DUMP },
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

static unsigned int loss_of(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uses); i++)
		if (!strcmp(uses[i].name, name))
			return uses[i].loss;
	return 0;
}

/* The names without their common prefix. */
static size_t find_malformed(const struct btf *btf, char *names, size_t size,
			     unsigned int *lost)
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
		*lost |= loss_of(name);
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
	unsigned int lost = 0;
	char names[384];
	bool hurts;
	size_t nr;

	if (!btf) {
		mc_found(finding, false, "the kernel's BTF cannot be read");
		return;
	}
	nr = find_malformed(btf, names, sizeof(names), &lost);
	btf__free(btf);
	if (!nr) {
		mc_found(finding, true, "all of sched_ext's can be called");
		return;
	}
	/* To end itself the class takes the one or the other. */
	hurts = lost & LOST_INSERT || (lost & LOST_ERROR && lost & LOST_EXIT);
	mc_found(finding, !hurts, "%zu of sched_ext's cannot be called%s:%s", nr,
		 hurts ? "" : ", none of them is needed", names);
	if (hurts)
		mc_fix(finding, "boot another build of the kernel");
	else if (lost & LOST_DUMP)
		mc_warn(finding, "the debug dump (SysRq-D) goes without the books");
}
