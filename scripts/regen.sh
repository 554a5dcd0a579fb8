#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Regenerates the checked-in files that follow from others, inside the build root:
#	Documentation/netlink/specs/maxwell.yaml -> uapi/linux/maxwell.h, kernel/netlink_gen.[ch]
#	kernel/tunables.h, coupling.h -> Documentation/ABI/testing/sysfs-kernel-maxwell
#	gossipd/daemon/config_keys.c -> Documentation/gossipd.conf, gossipd/man/gossipd.conf.5
#
# Usage: regen.sh [check]		check: only compare, fail on a difference

set -euo pipefail

ynl=/usr/src/maxwell-linux
work=$(mktemp --directory)
trap 'rm --recursive --force "$work"' EXIT

# The generator writes the spec's path as it finds it from a tree that looks like the kernel's.
spec=Documentation/netlink/specs/maxwell.yaml
mkdir --parents "$work/kernel" "$work/uapi/linux" "$work/Documentation/ABI/testing"
cp --recursive "$ynl/Documentation" "$work/"
cp "$spec" "$work/$spec"
touch "$work/MAINTAINERS"

generate()
{
	local mode=$1 kind=$2 output=$3
	(cd "$work/kernel" && python3 "$ynl/tools/net/ynl/pyynl/ynl_gen_c.py" \
		--spec "../$spec" --mode "$mode" "--$kind" -o "$output")
	sed --in-place 's|tools/net/ynl/ynl-regen.sh|make regen|' "$work/kernel/$output"
}

generate uapi header maxwell.h
mv "$work/kernel/maxwell.h" "$work/uapi/linux/maxwell.h"
generate kernel header netlink_gen.h
generate kernel source netlink_gen.c

gcc-14 -Wall -Wextra -Werror -Ikernel -o "$work/gen-abi" scripts/gen-abi.c
"$work/gen-abi" > "$work/Documentation/ABI/testing/sysfs-kernel-maxwell"

# Settings of gossipd: their table, with all that it takes to print it.
mkdir --parents "$work/gossipd/man"
gcc-14 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Igossipd/core -Igossipd/daemon \
	-o "$work/gen-config" scripts/gen-config.c gossipd/core/{control_params,hca_list}.c \
	gossipd/daemon/config{,_addr,_doc,_file,_keys,_number,_parse,_print}.c \
	gossipd/daemon/{config_rules,config_text,config_value,text}.c -linih -lm
"$work/gen-config" example > "$work/Documentation/gossipd.conf"
"$work/gen-config" man > "$work/gossipd/man/gossipd.conf.5"

rc=0
for file in uapi/linux/maxwell.h kernel/netlink_gen.h kernel/netlink_gen.c \
	Documentation/ABI/testing/sysfs-kernel-maxwell \
	Documentation/gossipd.conf gossipd/man/gossipd.conf.5; do
	if [[ ${1:-} == check ]]; then
		diff --unified "$file" "$work/$file" || rc=1
	elif ! cmp --quiet "$file" "$work/$file"; then
		mkdir --parents "$(dirname "$file")"
		cp "$work/$file" "$file"
		echo "regenerated $file"
	fi
done
if ((rc)); then
	echo "regen: generated files are behind their sources: run 'make regen'" >&2
fi
exit "$rc"
