#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fails if the BTF of a built module is missing or holds its own copy of the kernel's types: such a
# module loads without a word, and then the BPF verifier refuses every program that hands it a task.
#
# Usage: check-btf.sh MODULE.ko VMLINUX

set -euo pipefail

module=$1
vmlinux=$2

die()
{
	echo "build: $*" >&2
	rm --force "$module"
	exit 1
}

sections=$(readelf --wide --section-headers "$module")
for section in .BTF .BTF_ids; do
	grep --quiet --extended-regexp " \\$section +PROGBITS" <<< "$sections" ||
		die "$module has no section $section: is pahole installed, is $vmlinux there?"
done

# DKMS hosts need not have bpftool.
if ! command -v bpftool > /dev/null; then
	echo "build: no bpftool here, so the BTF of $module was not looked into" >&2
	exit 0
fi

work=$(mktemp --directory)
trap 'rm --recursive --force "$work"' EXIT
pahole --btf_base "$vmlinux" --btf_encode_detached="$work/btf" "$module"
bpftool --base-btf "$vmlinux" btf dump file "$work/btf" > "$work/types"
if grep --quiet "STRUCT 'task_struct'" "$work/types"; then
	die "the BTF of $module holds a copy of task_struct, the BPF verifier would refuse it"
fi
