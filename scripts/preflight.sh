#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Says in one plain sentence each what a build lacks, before the compiler takes a hundred lines.
#
# Usage: preflight.sh module KDIR VERSION | tools KDIR VERSION | kernel VERSION

set -euo pipefail

tree=$(dirname "$(dirname "$(readlink --canonicalize "$0")")")
minimum=$(sed --quiet 's/^KERNEL_MIN=//p' "$tree/META")
tested=$(sed --quiet 's/^KERNEL_TESTED_MAX=//p' "$tree/META")
missing=0

lack()
{
	echo "build: $*" >&2
	missing=1
}

need_command()
{
	local package=$1 name
	shift
	for name; do
		command -v "$name" > /dev/null && return
	done
	lack "'$1' is missing: install the package $package"
}

# not_after A B: whether version A is no newer than B; only major and minor number count.
not_after()
{
	local lowest
	lowest=$(printf '%s\n' "$1" "$2" | sed 's/^\([0-9]*\.[0-9]*\).*/\1/' | sort --version-sort |
		sed --quiet 1p)
	[[ $1 == "$lowest" || $1 == "$lowest".* || $1 == "$lowest"[-+]* ]]
}

check_version()
{
	local version=$1
	if ! not_after "$minimum" "$version"; then
		lack "Maxwell needs Linux $minimum or newer, this is $version" \
			"(before 7.1 a scheduler is not told reliably when a task leaves it);" \
			"for another kernel than the running one: make KVER=VERSION"
		exit 1
	fi
	not_after "$version" "$tested" ||
		echo "build: Linux $version is newer than $tested, the newest that Maxwell was tested on" >&2
}

check_headers()
{
	local kdir=$1 version=$2 option
	if [[ ! -e $kdir/Makefile ]]; then
		lack "no kernel headers in $kdir: install the package linux-headers-$version"
		exit 1
	fi
	for option in CONFIG_SCHED_CLASS_EXT CONFIG_BPF_JIT CONFIG_DEBUG_INFO_BTF_MODULES; do
		grep --quiet --line-regexp "$option=y" "$kdir/.config" 2> /dev/null ||
			grep --quiet --line-regexp "$option=y" "$kdir/include/config/auto.conf" ||
			lack "kernel $version is built without $option, which Maxwell can't do without"
	done
	[[ -e $kdir/vmlinux ]] ||
		lack "$kdir/vmlinux is missing: without it the module gets no BTF and can't be attached"
}

case ${1:-} in
kernel)
	check_version "$2"
	;;
module)
	check_version "$3"
	check_headers "$2" "$3"
	need_command pahole pahole
	;;
tools)
	check_version "$3"
	need_command gcc gcc gcc-14 cc
	need_command clang clang clang-19
	need_command bpftool bpftool
	need_command pkgconf pkg-config pkgconf
	for pair in libnl-genl-3.0:libnl-genl-3-dev libbpf:libbpf-dev jansson:libjansson-dev; do
		pkg-config --exists "${pair%%:*}" 2> /dev/null ||
			lack "the library ${pair%%:*} is missing: install the package ${pair#*:}"
	done
	[[ -e $2/vmlinux || -e /sys/kernel/btf/vmlinux ]] ||
		lack "no BTF of the kernel: neither $2/vmlinux nor /sys/kernel/btf/vmlinux is there"
	;;
*)
	echo 'usage: preflight.sh module KDIR VERSION | tools KDIR VERSION | kernel VERSION' >&2
	exit 1
	;;
esac
exit "$missing"
