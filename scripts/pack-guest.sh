#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packs what the guest gets besides the root image, as an initrd: init, and the payload that is seen
# at /maxwell in the guest (modules, maxctl, test programs, and this tree as src/).
#
# What a guest unpacks costs it time at each boot, so programs go without their symbols.
#
# Usage: pack-guest.sh BUILD-DIR OUTPUT.cpio

set -euo pipefail

from=$1
output=$2
work=$(mktemp --directory)
trap 'rm --recursive --force "$work"' EXIT

mkdir --parents "$work/payload/bin" "$work/payload/src"
install "$from/vm/init" "$work/init"
for part in sched_maxwell.ko maxctl; do
	[[ -e $from/$part ]] || echo "pack-guest: $from/$part is not built, the guest goes without it" >&2
done
if [[ -e $from/sched_maxwell.ko ]]; then
	strip --strip-debug -o "$work/payload/sched_maxwell.ko" "$from/sched_maxwell.ko"
fi
if [[ -e $from/kunit/maxwell_kunit.ko ]]; then
	strip --strip-debug -o "$work/payload/maxwell_kunit.ko" "$from/kunit/maxwell_kunit.ko"
fi
# The module with bugs on purpose; and where allocations can fail, the lines that addresses in stack
# traces of the normal one stand for.
if [[ -e $from/faults/sched_maxwell.ko ]]; then
	mkdir "$work/payload/faults"
	strip --strip-debug -o "$work/payload/faults/sched_maxwell.ko" "$from/faults/sched_maxwell.ko"
	if [[ ${MAXWELL_DEBUG:-} ]]; then
		install --mode=644 "$from/sched_maxwell.ko" "$work/payload/faults/sched_maxwell.debug"
	fi
fi
for program in maxctl agent gossipd gossipd-ib.so; do
	if [[ -e $from/$program ]]; then
		install --strip "$from/$program" "$work/payload/bin/"
	fi
done
# The unit and all that belongs to it, where it is seen as it would be on a machine.
if [[ -e $from/gossipd ]]; then
	make BUILD="$from" DESTDIR="$work/payload/installed" install-gossipd > /dev/null
	find "$work/payload/installed" -type f -perm /u+x -path '*bin/*' -exec strip {} +
fi
if [[ -e $from/vm/dkms.tar.gz ]]; then
	install --mode=644 "$from/vm/dkms.tar.gz" "$work/payload/dkms.tar.gz"
fi
# Tests of others (scripts/outside.mk), and the glue for them.
for program in runner veristat; do
	if [[ -e $from/selftests/$program ]]; then
		install --strip "$from/selftests/$program" "$work/payload/bin/"
	fi
done
if [[ -e $from/maxwell.bpf.o ]]; then
	install --mode=644 "$from/maxwell.bpf.o" "$work/payload/"
fi
# Of the kernel's own modules, which are in the image only for the kernel of the build root, one and
# what depmod wants; the debug kernel has none.
modules=/usr/lib/modules/${MAXWELL_KERNEL:?}
if [[ -e $modules/kernel ]]; then
	mkdir --parents "$work/payload/modules/kernel"
	find "$modules/kernel" -name 'crc*.ko*' -exec cp {} "$work/payload/modules/kernel" \; -quit
	cp --no-dereference "$modules"/modules.{builtin,builtin.modinfo,order} "$modules/build" \
		"$work/payload/modules"
fi
find "$from/vm" -maxdepth 1 -type f -perm /u+x ! -name init \
	-exec install --strip --target-directory="$work/payload/bin" {} +
tar --create --exclude=./build --exclude=./.git . |
	tar --extract --directory="$work/payload/src" --no-same-owner
(cd "$work" && find . | cpio --quiet --create --format=newc --owner=0:0) > "$output.tmp"
mv "$output.tmp" "$output"
