#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes what the test guest boots from, beside the build root in the cache; run inside the root.
#	/cache/guest.ext4	the build root itself as a file system image
#	/cache/drivers-KERNEL.cpio	the kernel modules that it takes to mount that image
# The image follows from the build root alone, so it is made once; the modules, of which the debug
# kernel needs none, once for each kernel.

set -euo pipefail

kernel=$MAXWELL_KERNEL
modules=(nfit nd_pmem ext4)
# See disk_args() in tests/vm/qemu.py.
[[ ${MAXWELL_DEBUG:-} ]] && modules=(virtio_blk ext4)
archive=/cache/drivers-$kernel.cpio

if [[ -e $archive && -e /cache/guest.ext4 ]]; then
	exit
fi
exec 9> /cache/image.lock
flock 9

if [[ ! -e $archive ]]; then
	work=$(mktemp --directory)
	mkdir "$work/modules"
	touch "$work/modules/order"
	modprobe --set-version "$kernel" --show-depends --all "${modules[@]}" |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r path; do
			name=$(basename "${path%.xz}")
			case $path in
			*.xz) xz --decompress --stdout "$path" > "$work/modules/$name" ;;
			*) cp "$path" "$work/modules/$name" ;;
			esac
			echo "/modules/$name" >> "$work/modules/order"
		done
	(cd "$work" && find . | cpio --quiet --create --format=newc) > "$archive.tmp"
	mv "$archive.tmp" "$archive"
fi

if [[ ! -e /cache/guest.ext4 ]]; then
	start=$SECONDS
	printf 'guest image: making it from the build root ...' >&2
	# Not recursive: shows the tree itself without what is mounted in it.
	mount --bind / /mnt
	rm --force /cache/guest.ext4.tmp
	truncate --size=4G /cache/guest.ext4.tmp
	mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1 -m 0 -d /mnt /cache/guest.ext4.tmp
	umount /mnt
	mv /cache/guest.ext4.tmp /cache/guest.ext4
	printf ' %d s\n' $((SECONDS - start)) >&2
fi
