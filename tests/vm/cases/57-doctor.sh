#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 90
# expect-splat: sched_ext: BPF scheduler "maxwell" disabled \(disabled by sysrq-S\)
#
# maxctl doctor names each thing that is missing and says how to mend it; what it says to do helps.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

class_gone()
{
	[[ $(class_state) == disabled ]]
}

on_exit()
{
	# What an ejected class leaves behind.
	maxctl detach > /dev/null 2>&1
}

# finds "CHECK..." CMD...: CMD, a doctor, finds fault with these checks and no others. What it printed
# is in $CASE_TMP/doctor.
finds()
{
	local expected=$1 rc=0 faults
	shift
	"$@" > "$CASE_TMP/doctor" || rc=$?
	faults=$(jq --raw-output '.checks[] | select(.ok | not).check' "$CASE_TMP/doctor" | xargs)
	[[ $faults == "$expected" ]] || die "$* finds '$faults', not '$expected'"
	((rc == (${#expected} ? 3 : 0))) || die "$* ends with $rc, and finds '$faults'"
}

# says CHECK FOUND FIX: the line about a check has these texts.
says()
{
	jq --exit-status --arg check "$1" --arg found "$2" --arg fix "$3" '.checks[] |
		select(.check == $check) | (.found | contains($found)) and (.fix | contains($fix))' \
		"$CASE_TMP/doctor" > /dev/null ||
		die "about $1 it says $(jq ".checks[] | select(.check == \"$1\")" "$CASE_TMP/doctor")"
	note "$1: $2: $3"
}

doctor=(maxctl -j doctor)

# --- the module ---
absent='module module-btf versions netlink'
finds "$absent" "${doctor[@]}"
says module 'neither loaded nor installed' 'make install'
# shellcheck disable=SC2016 # for the inner shell
finds "$absent" unshare --mount bash -c 'echo "updates/sched_maxwell.ko:" > "$CASE_TMP/modules.dep"
	mount --bind "$CASE_TMP/modules.dep" "/lib/modules/$(uname --kernel-release)/modules.dep"
	maxctl -j doctor'
says module 'installed, but not loaded' 'modprobe sched_maxwell'
# Looking has loaded nothing; the module mends all of it.
module_loaded && die 'doctor loaded the module'
load_module
finds '' "${doctor[@]}"
expect_fail 1 'one word too many' maxctl doctor nonsense
text=$(maxctl doctor)
lines=$(grep --count --extended-regexp '^(ok|warn) ' <<< "$text")
((lines == $(jq '.checks | length' "$CASE_TMP/doctor"))) ||
	die "in words it says: $text"

# --- what is in the way, each in a view of the file system of its own ---
# shellcheck disable=SC2016 # for the inner shells
{
	finds versions unshare --mount bash -c 'echo 0.0.1 > "$CASE_TMP/version"
		mount --bind "$CASE_TMP/version" /sys/kernel/maxwell/version; maxctl -j doctor'
	says versions 'the module 0.0.1' 'install both from the same source'
	# libbpf would take what it finds beside the headers.
	finds 'vmlinux-btf kfuncs module-btf' unshare --mount bash -c '
		mount -t tmpfs none /sys/kernel/btf; mount -t tmpfs none /usr/src; maxctl -j doctor'
	says vmlinux-btf 'there is no /sys/kernel/btf/vmlinux' 'CONFIG_DEBUG_INFO_BTF=y'
	says module-btf 'is missing' 'install pahole'
	finds bpffs unshare --mount bash -c 'umount /sys/fs/bpf; maxctl -j doctor'
	says bpffs 'not mounted' 'mount -t bpf none /sys/fs/bpf'
	finds isolation unshare --mount bash -c 'echo "ro isolcpus=1 quiet" > "$CASE_TMP/cmdline"
		mount --bind "$CASE_TMP/cmdline" /proc/cmdline; maxctl -j doctor'
	says isolation 'isolcpus=1' 'boot without it'
	finds jit unshare --mount bash -c 'echo 0 > "$CASE_TMP/jit"
		mount --bind "$CASE_TMP/jit" /proc/sys/net/core/bpf_jit_enable; maxctl -j doctor'
	says jit 'bpf_jit_enable is 0' 'sysctl net.core.bpf_jit_enable=1'
	finds sched_ext unshare --mount bash -c '
		mount -t tmpfs none /sys/kernel/sched_ext; maxctl -j doctor'
	says sched_ext 'no sched_ext' 'CONFIG_SCHED_CLASS_EXT=y'
}
finds rights as_nobody "${doctor[@]}"
says rights 'missing: CAP_SYS_ADMIN CAP_BPF CAP_PERFMON CAP_SYS_NICE' 'run as root'

# --- the class ---
attach
finds '' "${doctor[@]}"
echo S > /proc/sysrq-trigger
wait_for 5 class_gone
finds pin "${doctor[@]}"
says pin 'left over from a class that the kernel ended' 'maxctl detach'
maxctl detach
finds '' "${doctor[@]}"
