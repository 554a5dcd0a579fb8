#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs a command inside the build root, with this tree at /maxwell and the root's slot of the cache
# at /cache. The command has namespaces of its own for mounts and processes: nothing it leaves
# running or mounted outlives it, and of the host it can change nothing but this tree and the slot.
#
# Usage: inroot.sh CMD [ARG...]
# In the environment: MAXWELL_DEBUG=1 takes the debug kernel (scripts/debug-kernel.sh) in place of
# the root's own, MAXWELL_STOCK=7.2-rt another stock one (scripts/stock-kernel.sh); MAXWELL_WORK=DIR
# is a directory of the host that is seen at /srv.

set -euo pipefail

tree=$(dirname "$(dirname "$(readlink --canonicalize "$0")")")

if (($# == 0)); then
	echo 'usage: inroot.sh CMD [ARG...]' >&2
	exit 1
fi

# Already inside: a script that is used on both sides of the fence need not know.
if [[ ${MAXWELL_IN_ROOT:-} ]]; then
	exec "$@"
fi

slot=$("$tree/scripts/buildroot.sh" path)
kernel=$(< "$slot/kernel")
other=''
if [[ ${MAXWELL_DEBUG:-} && ${MAXWELL_STOCK:-} ]]; then
	echo 'inroot: MAXWELL_DEBUG and MAXWELL_STOCK are both set: one kernel at a time' >&2
	exit 1
elif [[ ${MAXWELL_DEBUG:-} ]]; then
	other=$("$tree/scripts/debug-kernel.sh" path)
elif [[ ${MAXWELL_STOCK:-} ]]; then
	other=$("$tree/scripts/stock-kernel.sh" path "$MAXWELL_STOCK")
fi
if [[ $other ]]; then
	kernel=$(< "$other/kernel")
fi
userns=()
if ((EUID != 0)); then
	userns=(--user --map-root-user)
fi

# Runs as pid 1 of the new namespaces. The root stays read-only: every run finds it the same.
# shellcheck disable=SC2016 # for the inner shell
enter='
set -euo pipefail
slot=$1 tree=$2 root=$1/root other=$3
shift 3
mount --bind "$root" "$root"
mount --bind "$tree" "$root/maxwell"
mount --bind "$slot" "$root/cache"
if [[ $other ]]; then
	mount --bind "$other/lib/modules" "$root/usr/lib/modules"
	mount -o remount,bind,ro "$root/usr/lib/modules"
fi
# A stock kernel brings headers as well; the tools from the kernel source stay beside them.
if [[ $other && -e $other/src ]]; then
	mount --bind "$other/src" "$other/src"
	mount --bind "$root/usr/src/maxwell-linux" "$other/src/maxwell-linux"
	mount -o remount,bind,ro "$other/src"
	mount -o remount,bind,ro "$other/src/maxwell-linux"
	mount --rbind "$other/src" "$root/usr/src"
fi
if [[ ${MAXWELL_WORK:-} ]]; then
	mount --bind "$MAXWELL_WORK" "$root/srv"
fi
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind -o ro /sys "$root/sys"
mount --rbind /dev "$root/dev"
for dir in tmp run var/tmp; do
	mount -t tmpfs -o mode=1777 tmpfs "$root/$dir"
done
exec chroot "$root" "$@"
'

# What a caller may tune from outside passes through; the rest of the environment does not.
pass=()
for name in TERM V SEED KEEP T SLOW MAXWELL_DEBUG MAXWELL_STOCK; do
	if [[ ${!name+set} ]]; then
		pass+=("$name=${!name}")
	fi
done
# The cache may be somebody else's.
if [[ -w $slot ]]; then
	pass+=(CCACHE_DIR=/cache/ccache CCACHE_MAXSIZE=1G)
else
	pass+=(CCACHE_DISABLE=1)
fi

rc=0
unshare "${userns[@]}" --mount --pid --fork --kill-child --propagation private \
	bash -c "$enter" inroot "$slot" "$tree" "$other" \
	/usr/bin/env --ignore-environment --chdir=/maxwell "${pass[@]}" MAXWELL_IN_ROOT=1 \
	MAXWELL_KERNEL="$kernel" HOME=/tmp LANG=C.UTF-8 PATH=/usr/lib/ccache:/usr/sbin:/usr/bin \
	"$@" || rc=$?

# Under sudo the outputs belong to whom the tree belongs.
if ((EUID == 0)) && [[ -d $tree/build && ! -O $tree ]]; then
	chown --recursive --reference="$tree" "$tree/build"
fi
exit "$rc"
