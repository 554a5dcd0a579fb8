#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Lets DKMS build the module from its packaged source against the build root's headers, and packs
# source and result as DKMS does for other machines. The guest takes it from there: building in an
# emulated machine would take minutes.
#
# Usage: dkms-tarball.sh OUTPUT.tar.gz		inside the build root

set -euo pipefail

output=$1
version=$(sed --quiet 's/^VERSION=//p' META)
work=$(mktemp --directory)
trap 'rm --recursive --force "$work"' EXIT

make --no-print-directory dkms-source DESTDIR="$work"
mkdir "$work/dkms"
module=(--dkmstree "$work/dkms" --sourcetree "$work/usr/src" -m sched-maxwell -v "$version"
	-k "$MAXWELL_KERNEL")
if ! (dkms build "${module[@]}" && dkms mktarball "${module[@]}") > "$work/log" 2>&1; then
	cat "$work/log" "$work"/dkms/sched-maxwell/*/build/make.log >&2 || true
	echo 'dkms-tarball: DKMS cannot build the module, see above' >&2
	exit 1
fi
mv "$work"/dkms/sched-maxwell/*/tarball/*.dkms.tar.gz "$output"
