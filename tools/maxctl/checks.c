// SPDX-License-Identifier: GPL-2.0
/*
 * What doctor looks at. Each check stands alone and changes nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/capability.h>

#include "loader.h"

#define MODULE_BTF "/sys/kernel/btf/" MC_MODULE
#define ENROLL "mokutil --import /var/lib/dkms/mok.pub, reboot, enroll the key"
#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"

/* "7.2" and what begins so, as a number that grows with the version; 0 if it is none. */
static unsigned int series(const char *version)
{
	unsigned int major, minor;

	if (sscanf(version, "%u.%u", &major, &minor) != 2)
		return 0;
	return major << 16 | minor;
}

static void check_kernel(struct mc_finding *finding)
{
	struct utsname name;

	uname(&name);
	if (!series(name.release)) {
		mc_found(finding, false, "cannot read the version '%s'", name.release);
		return;
	}
	if (series(name.release) < series(MAXWELL_KERNEL_MIN)) {
		mc_found(finding, false, "Linux %s is too old: Maxwell needs %s or newer",
			 name.release, MAXWELL_KERNEL_MIN);
		mc_fix(finding, "boot a kernel from " MAXWELL_KERNEL_MIN
		       " on; Debian has them in backports");
		finding->last = true;
		return;
	}
	mc_found(finding, true, "Linux %s, needed is %s or newer, tested is up to %s",
		 name.release, MAXWELL_KERNEL_MIN, MAXWELL_KERNEL_TESTED_MAX);
	if (series(name.release) > series(MAXWELL_KERNEL_TESTED_MAX))
		mc_warn(finding, "this kernel is newer than any that Maxwell was tested on");
}

static void check_sched_ext(struct mc_finding *finding)
{
	char state[32];

	mc_sched_ext_state(state, sizeof(state));
	if (state[0]) {
		mc_found(finding, true, "sched_ext is %s", state);
		return;
	}
	mc_found(finding, false, "the kernel has no sched_ext");
	mc_fix(finding, "boot a kernel with CONFIG_SCHED_CLASS_EXT=y");
}

static void check_jit(struct mc_finding *finding)
{
	char text[16];

	if (mc_read_text("/proc/sys/net/core/bpf_jit_enable", text, sizeof(text))) {
		mc_found(finding, true, "cannot be read without root");
		return;
	}
	mc_found(finding, strcmp(text, "0"), "bpf_jit_enable is %s", text);
	if (!finding->ok)
		mc_fix(finding, "sysctl net.core.bpf_jit_enable=1");
}

static void check_vmlinux_btf(struct mc_finding *finding)
{
	bool there = !access(VMLINUX_BTF, R_OK);

	mc_found(finding, there, there ? VMLINUX_BTF " is there" : "there is no " VMLINUX_BTF);
	if (!there)
		mc_fix(finding, "boot a kernel with CONFIG_DEBUG_INFO_BTF=y");
}

static bool module_installed(void)
{
	struct utsname name;
	char path[256], line[1024];
	bool found = false;
	FILE *file;

	uname(&name);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", name.release);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, "/" MC_MODULE ".ko");
	}
	fclose(file);
	return found;
}

/* Text such as "none [integrity] confidentiality". */
static bool locked_down(void)
{
	char text[128];

	return !mc_read_text("/sys/kernel/security/lockdown", text, sizeof(text)) &&
	       text[0] && !strstr(text, "[none]");
}

static void check_module(struct mc_finding *finding)
{
	if (mc_module_loaded()) {
		mc_found(finding, true, MC_MODULE " is loaded");
		return;
	}
	if (!module_installed()) {
		mc_found(finding, false, MC_MODULE " is neither loaded nor installed");
		mc_fix(finding, "make install, or make dkms-install, in Maxwell's source tree");
		return;
	}
	mc_found(finding, false, MC_MODULE " is installed, but not loaded");
	if (locked_down())
		mc_fix(finding, "modprobe " MC_MODULE "; if it says \"Key was rejected\": " ENROLL);
	else
		mc_fix(finding, "modprobe " MC_MODULE);
}

static void check_module_btf(struct mc_finding *finding)
{
	if (!mc_module_loaded()) {
		mc_found(finding, false, "the module is not loaded");
		return;
	}
	mc_found(finding, !access(MODULE_BTF, F_OK), "%s is %s", MODULE_BTF,
		 access(MODULE_BTF, F_OK) ? "missing" : "there");
	if (!finding->ok)
		mc_fix(finding, "install pahole and the kernel's headers, build the module anew");
}

static void check_versions(struct mc_finding *finding)
{
	char module[MXW_VERSION_LEN];

	if (mc_read_text("/sys/kernel/maxwell/version", module, sizeof(module))) {
		mc_found(finding, false, "maxctl is " MAXWELL_VERSION ", the module is not loaded");
		return;
	}
	mc_found(finding, !strcmp(module, MAXWELL_VERSION),
		 "maxctl is " MAXWELL_VERSION ", the module %s", module);
	if (!finding->ok)
		mc_fix(finding, "install both from the same source, then: maxctl detach; "
				"rmmod " MC_MODULE "; modprobe " MC_MODULE);
}

static void check_netlink(struct mc_finding *finding)
{
	struct mxw_class class;
	struct mxw *link;

	if (!mc_module_loaded()) {
		mc_found(finding, false, "the module is not loaded");
		return;
	}
	if (mxw_open(&link) || mxw_class_get(link, &class))
		mc_found(finding, false, "%s", link ? mxw_error(link)->msg : "out of memory");
	else
		mc_found(finding, true, "the module answers");
	mxw_close(link);
}

static void check_bpffs(struct mc_finding *finding)
{
	bool mounted = mc_bpffs_mounted();

	mc_found(finding, mounted, "/sys/fs/bpf is %s", mounted ? "mounted" : "not mounted");
	if (!mounted)
		mc_fix(finding, "mount -t bpf none /sys/fs/bpf (maxctl attach does it as well)");
}

static void check_rights(struct mc_finding *finding)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} needed[] = {
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" }, { CAP_BPF, "CAP_BPF" },
		{ CAP_PERFMON, "CAP_PERFMON" },	    { CAP_SYS_NICE, "CAP_SYS_NICE" },
	};
	char missing[128] = "";
	size_t used = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!mc_has_capability(needed[i].bit))
			used += snprintf(missing + used, sizeof(missing) - used, " %s",
					 needed[i].name);
	mc_found(finding, !used, used ? "missing:%s" : "attach, detach and prices are allowed%s",
		 missing);
	if (used)
		mc_fix(finding, "run as root; one's own bids, and reading, need no rights");
}

/* isolcpus=nohz,1 isolates no domain; sched_ext minds domains only. */
static void check_isolation(struct mc_finding *finding)
{
	char line[4096];
	char *word, *rest = line;

	mc_found(finding, true, "no CPU is isolated on the kernel command line");
	if (mc_read_text("/proc/cmdline", line, sizeof(line)))
		return;
	while ((word = strsep(&rest, " "))) {
		if (strncmp(word, "isolcpus=", 9))
			continue;
		if (!strncmp(word + 9, "nohz", 4) && !strstr(word, "domain"))
			continue;
		mc_found(finding, false, "the kernel command line has %s", word);
		mc_fix(finding, "boot without it: sched_ext refuses to work with isolated domains");
	}
}

static void check_owner(struct mc_finding *finding)
{
	char owner[128];

	if (!mc_sched_ext_owner(owner, sizeof(owner)))
		mc_found(finding, true, "no scheduler is attached");
	else
		mc_found(finding, !strcmp(owner, "maxwell"), "'%s' is attached", owner);
	if (!finding->ok)
		mc_fix(finding, "stop it first: there can be only one");
}

static void check_pin(struct mc_finding *finding)
{
	char owner[128];
	int pin = mc_find_pin();

	if (pin == -EACCES)
		mc_found(finding, true, "cannot be looked at without root");
	else if (pin)
		mc_found(finding, true, "there is none");
	else if (mc_sched_ext_owner(owner, sizeof(owner)) && !strcmp(owner, "maxwell"))
		mc_found(finding, true, "%s holds the class", mc_pin_path());
	else
		mc_found(finding, false, "%s is left over from a class that the kernel ended",
			 mc_pin_path());
	if (!finding->ok)
		mc_fix(finding, "maxctl status says why; maxctl detach, or attach, removes it");
}

/* The reserve of ext tasks against real-time hogs. */
static void check_ext_server(struct mc_finding *finding)
{
	char text[32];

	if (mc_read_text("/sys/kernel/debug/sched/ext_server/cpu0/runtime", text, sizeof(text))) {
		mc_found(finding, true, "cannot be read: needs root and debugfs");
		return;
	}
	mc_found(finding, strtoull(text, NULL, 10), "%s ns a period on CPU 0", text);
	if (!finding->ok)
		mc_fix(finding, "give it a runtime, or real-time hogs can starve the class");
}

const struct mc_check mc_checks[] = {
	{ "kernel", check_kernel },	  { "sched_ext", check_sched_ext },
	{ "jit", check_jit },		  { "vmlinux-btf", check_vmlinux_btf },
	{ "kfuncs", mc_check_kfuncs },	  { "module", check_module },
	{ "module-btf", check_module_btf }, { "versions", check_versions },
	{ "netlink", check_netlink },	  { "bpffs", check_bpffs },
	{ "rights", check_rights },	  { "isolation", check_isolation },
	{ "scheduler", check_owner },	  { "pin", check_pin },
	{ "ext-server", check_ext_server },
};

const size_t mc_nr_checks = ARRAY_SIZE(mc_checks);
