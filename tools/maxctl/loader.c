// SPDX-License-Identifier: GPL-2.0
/*
 * Loads the BPF glue and attaches the class.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "loader.h"
#include "maxwell.skel.h"

/* Of a verifier's log only the end tells. */
#define TAIL_LINES 12
#define LINE_LEN 256
#define POLL_US 20000

static char tail[TAIL_LINES][LINE_LEN];
static unsigned int nr_tail;

/* Attachments before ours. */
static uint64_t attach_count;

static void keep_line(const char *line, size_t len)
{
	if (len)
		snprintf(tail[nr_tail++ % TAIL_LINES], LINE_LEN, "%.*s", (int)len, line);
}

static int on_libbpf_print(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char *text, *line;

	if (mc.verbose)
		return vfprintf(stderr, fmt, args);
	if (level != LIBBPF_WARN || vasprintf(&text, fmt, args) < 0)
		return 0;
	for (line = text; *line; line += strcspn(line, "\n") + (strchr(line, '\n') ? 1 : 0))
		keep_line(line, strcspn(line, "\n"));
	free(text);
	return 0;
}

static int bpf_error(const char *what, int err)
{
	unsigned int first = nr_tail > TAIL_LINES ? nr_tail - TAIL_LINES : 0;
	unsigned int i;

	for (i = first; i < nr_tail; i++)
		mc_note("  %s", tail[i % TAIL_LINES]);
	if (err == -EPERM || err == -EACCES)
		return mc_error(MC_DENIED, "%s: %s: this needs root", what, strerror(-err));
	if (err == -EBUSY)
		return mc_error(MC_REFUSED, "%s: another scheduler is attached", what);
	return mc_error(MC_REFUSED, "%s: %s; maxctl doctor looks for reasons", what,
			strerror(-err));
}

/* Flags of the ops are not user-space ABI; the running kernel's BTF says what they are. */
static bool read_ops_flag(const char *name, uint64_t *flag)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_type *type;
	const struct btf_enum64 *values;
	int id, i;

	if (!btf)
		return false;
	id = btf__find_by_name_kind(btf, "scx_ops_flags", BTF_KIND_ENUM64);
	type = id < 0 ? NULL : btf__type_by_id(btf, id);
	values = type ? btf_enum64(type) : NULL;
	for (i = 0; type && i < btf_vlen(type); i++) {
		if (strcmp(btf__name_by_offset(btf, values[i].name_off), name))
			continue;
		*flag = btf_enum64_value(&values[i]);
		btf__free(btf);
		return true;
	}
	btf__free(btf);
	return false;
}

static int configure(struct maxwell_bpf *skel, bool all)
{
	char text[32];
	uint64_t partial;

	if (!mc_read_text("/sys/kernel/sched_ext/hotplug_seq", text, sizeof(text)))
		skel->struct_ops.maxwell_ops->hotplug_seq = strtoull(text, NULL, 10);
	skel->rodata->all_tasks = all;
	if (!all)
		return MC_OK;
	if (!read_ops_flag("SCX_OPS_SWITCH_PARTIAL", &partial))
		return mc_error(MC_REFUSED,
				"the kernel's BTF does not tell what SCX_OPS_SWITCH_PARTIAL is");
	skel->struct_ops.maxwell_ops->flags &= ~partial;
	return MC_OK;
}

static int ended_at_once(void)
{
	/* Before the module hears of an attachment there is no reason to read. */
	if (mc.class.attach_count == attach_count ||
	    !MXW_HAS(&mc.class, MAXWELL_A_CLASS_EXIT_KIND))
		return mc_error(MC_REFUSED, "the kernel ended the class at once; see dmesg");
	return mc_error(MC_REFUSED, "the kernel ended the class at once: %s%s%s (kind %u)",
			mc.class.exit_reason, mc.class.exit_msg[0] ? ": " : "",
			mc.class.exit_msg, mc.class.exit_kind);
}

/**
 * mc_wait_class() - wait until the class is in a mode and sched_ext agrees
 * @attached: wait for it to be attached, or detached
 * @timeout_ns: how long
 *
 * Attaching can succeed and still fail a moment later.
 *
 * Return: MC_OK, or an exit code with the error said.
 */
int mc_wait_class(bool attached, uint64_t timeout_ns)
{
	uint64_t end_ns = mc_now_ns() + timeout_ns;
	const char *wanted = attached ? "enabled" : "disabled";
	char state[32];
	int err;

	for (;;) {
		bool detached;

		err = mc_refresh_class();
		if (err)
			return err;
		detached = mc.class.mode == MAXWELL_CLASS_MODE_DETACHED;
		mc_sched_ext_state(state, sizeof(state));
		if (detached != attached && !strcmp(state, wanted))
			return MC_OK;
		if (attached && detached && !strcmp(state, "disabled"))
			return ended_at_once();
		if (mc_now_ns() >= end_ns)
			return mc_error(MC_TIMEOUT, "sched_ext is '%s' after %.1f s, not '%s'",
					state, (double)timeout_ns / MC_NS_PER_S, wanted);
		usleep(POLL_US);
	}
}

static int attach_and_pin(struct maxwell_bpf *skel, uint64_t timeout_ns)
{
	struct bpf_link *link = bpf_map__attach_struct_ops(skel->maps.maxwell_ops);
	int err;

	if (!link)
		return bpf_error("cannot attach the class", -errno);
	err = mc_wait_class(true, timeout_ns);
	if (!err && bpf_link__pin(link, mc_pin_path()))
		err = bpf_error("cannot pin the class", -errno);
	/* Unless it is pinned by now, this ends the class. */
	bpf_link__destroy(link);
	return err;
}

/**
 * mc_attach() - load the glue, attach the class, pin it
 * @all: every normal task, not only those with policy SCHED_EXT
 * @timeout_ns: how long to wait for sched_ext
 *
 * Return: MC_OK, or an exit code with the error said.
 */
int mc_attach(bool all, uint64_t timeout_ns)
{
	struct maxwell_bpf *skel;
	int err;

	attach_count = mc.class.attach_count;
	libbpf_set_print(on_libbpf_print);
	skel = maxwell_bpf__open();
	if (!skel)
		return bpf_error("cannot open the BPF glue", -errno);
	err = configure(skel, all);
	if (!err && maxwell_bpf__load(skel))
		err = bpf_error("cannot load the BPF glue", -errno);
	if (!err)
		err = attach_and_pin(skel, timeout_ns);
	maxwell_bpf__destroy(skel);
	return err;
}

/**
 * mc_detach() - detach the class that is pinned, and remove the pin
 *
 * Return: MC_OK, or an exit code with the error said.
 */
int mc_detach(void)
{
	struct bpf_link *link;
	int err;

	libbpf_set_print(on_libbpf_print);
	link = bpf_link__open(mc_pin_path());
	if (!link)
		return bpf_error("cannot open the pinned link", -errno);
	/* A kernel that cannot detach does so when the last reference goes, a few lines below. */
	err = bpf_link__detach(link);
	if (err && err != -EOPNOTSUPP && err != -ENOLINK) {
		bpf_link__destroy(link);
		return bpf_error("cannot detach the class", err);
	}
	err = mc_remove_pin();
	bpf_link__destroy(link);
	return err;
}
