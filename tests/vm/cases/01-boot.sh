#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The guest is what we take it for, and the module alone loads, shows itself and goes.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"

release=$(uname --kernel-release)
minimum=$(sed --quiet 's/^KERNEL_MIN=//p' "$MAXWELL_SRC/META")
version=$(sed --quiet 's/^VERSION=//p' "$MAXWELL_SRC/META")
note "Linux $release, $(nproc) CPUs"

lowest=$(printf '%s\n' "$minimum" "${release%%[-+]*}" | sort --version-sort | head --lines=1)
[[ $lowest == "$minimum" ]] || die "the guest runs $release, older than $minimum"
[[ $(class_state) == disabled ]] || die "sched_ext is $(class_state) before we did anything"

for round in 1 2 3; do
	load_module
	[[ $(cat /sys/module/sched_maxwell/version) == "$version" ]] ||
		die "the module's version is not $version"
	[[ -e /sys/kernel/btf/sched_maxwell ]] || die 'the module has no BTF'
	unload_module
	note "round $round: loaded and unloaded"
done

# Bit 12: out of tree, bit 13: unsigned. Anything else means that the kernel is unhappy.
taint=$(cat /proc/sys/kernel/tainted)
((taint & ~((1 << 12) | (1 << 13)))) && die "the kernel is tainted: $taint"
exit 0
