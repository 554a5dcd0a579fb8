#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes, or reuses, the build root: a Debian tree in the cache that holds the compilers, QEMU and a
# stock kernel with sched_ext. Everything that must not depend on the host is built and run in it.
#
# Prints the directory of the build root's slot in the cache:
#	SLOT/root	the tree
#	SLOT/kernel	version of the kernel in it
#	SLOT/complete	written last; a slot without it is debris
#
# Usage: buildroot.sh [path | list | clean]

set -euo pipefail

here=$(dirname "$(dirname "$(readlink --canonicalize "$0")")")
. "$here/scripts/archive.sh"
series=${KSERIES:-$(sed --quiet 's/^KERNEL_MIN=//p' "$here/META")}

packages=(
	# build
	bc ccache gcc-14 git libbpf-dev libc6-dev libelf-dev libjansson-dev libnl-3-dev libnl-genl-3-dev
	make pahole perl pkgconf clang-19 llvm-19 zlib1g-dev
	# the debug kernel
	bison flex
	# checks and proofs
	cbmc clang-tidy-19 coccinelle codespell cppcheck libclang-rt-19-dev mandoc python3-jsonschema
	python3-yaml shellcheck sparse yamllint
	# the kernel's own tests of sched_ext
	libcap-dev libnuma-dev libpopt-dev libssl-dev libzstd-dev rsync
	# gossipd
	libavahi-client-dev libinih-dev libsodium-dev libsystemd-dev libuv1-dev
	libwebsockets-dev libwebsockets-evlib-uv nftables serf
	# gossipd's InfiniBand; a subnet manager, a simulated fabric and a peer for its tests
	ibsim-utils ibverbs-providers libibverbs-dev librdmacm-dev opensm rdma-core rdmacm-utils
	# guest
	busybox-static ca-certificates cpio dkms e2fsprogs file iproute2 jq kmod procps psmisc
	strace stress-ng util-linux xz-utils
)
backports=(bpftool qemu-system-x86)

# What is taken out of the kernel's source package: netlink code generator, style checker, semantic
# patches, and what it takes to build the tests of sched_ext and veristat.
selftests=tools/testing/selftests
source_parts=(tools/net/ynl Documentation/netlink scripts/checkpatch.pl scripts/spelling.txt
	scripts/const_structs.checkpatch scripts/coccinelle scripts/kernel-doc tools/docs
	tools/arch tools/bpf tools/build tools/include tools/lib tools/scripts tools/sched_ext
	"$selftests/lib.mk" "$selftests/kselftest.h" "$selftests/kselftest_harness.h"
	"$selftests/kselftest" "$selftests/sched_ext" "$selftests/bpf/veristat.c")

slots()
{
	find "$cache" -mindepth 1 -maxdepth 1 -type d \( -name 'root-*' -o -name 'debug-*' \) \
		2> /dev/null || true
}

clean()
{
	local slot
	for slot in $(slots) $(find "$cache" -maxdepth 1 -name 'tmp-*' 2> /dev/null); do
		[[ -e $slot ]] || continue
		echo "removing $slot ($(du --summarize --human-readable "$slot" | cut --fields=1))"
		rm --recursive --force --one-file-system "$slot"
	done
}

# Point releases leave the archive, so the newest of the series is looked up, signed if it can be.
find_kernel()
{
	local pattern="^linux-binary(-unsigned)?-${series//./\\.}\\.[0-9]+\\+deb[0-9]+-amd64\$"
	local names
	names=$(apt_private apt-cache search --names-only "$pattern" | cut --delimiter=' ' --fields=1)
	kernel=$(sed --regexp-extended 's/^linux-binary-(unsigned-)?//' <<< "$names" | sort --version-sort |
		tail --lines=1)
	[[ $kernel ]] || die "the archive has no kernel of the series $series; set KSERIES to one it has"
	if grep --quiet --fixed-strings --line-regexp "linux-binary-$kernel" <<< "$names"; then
		binary=linux-binary-$kernel
	else
		binary=linux-binary-unsigned-$kernel
	fi
}

bootstrap()
{
	local list
	list=$(IFS=, && echo "${packages[*]}")
	list+=$(printf ',%s/%s' "${backports[0]}" "$suite-backports")
	list+=$(printf ',%s' "${backports[@]:1}" "$binary" "linux-modules-$kernel" "linux-headers-$kernel")
	mmdebstrap --variant=minbase --architectures=amd64 --include="$list" \
		--aptopt='Acquire::Check-Valid-Until "false"' "$suite" "$tmp/slot/root" \
		- < "$tmp/sources.list"
}

fetch_source_parts()
{
	local dest=$tmp/slot/root/usr/src/maxwell-linux
	mkdir --parents "$tmp/deb" "$dest"
	(cd "$tmp/deb" && apt_private apt-get download "linux-source-$series")
	dpkg-deb --fsys-tarfile "$tmp"/deb/linux-source-*.deb |
		tar --extract --to-stdout --wildcards '*.tar.xz' |
		tar --extract --xz --directory="$dest" --strip-components=1 \
			"${source_parts[@]/#/linux-source-$series/}"
}

finish()
{
	local root=$tmp/slot/root
	mkdir --parents "$root/maxwell" "$root/cache"
	rm --force "$root/etc/resolv.conf" "$root"/etc/apt/sources.list.d/* "$root/etc/apt/sources.list"
	echo maxwell-guest > "$root/etc/hostname"
	printf '127.0.0.1 localhost maxwell-guest\n' > "$root/etc/hosts"
	# The unsigned image has a name of its own; the rest of the tree shall not care.
	if [[ ! -e $root/usr/lib/modules/$kernel/vmlinuz ]]; then
		ln --symbolic vmlinuz.unsigned "$root/usr/lib/modules/$kernel/vmlinuz"
	fi
	[[ -e $root/usr/lib/modules/$kernel/build/Makefile ]]
	echo "$kernel" > "$tmp/slot/kernel"
	date --utc +%FT%TZ > "$tmp/slot/complete"
}

make_slot()
{
	local start=$SECONDS
	rm --recursive --force --one-file-system "$slot"
	if ((EUID != 0)); then
		die "the build root is not in $cache yet: run this once as root (sudo make buildroot)" \
			"with MAXWELL_CACHE=$cache"
	fi
	tmp=$(mktemp --directory "$cache/tmp-XXXXXX")
	log=$tmp/log
	if ! command -v mmdebstrap > /dev/null; then
		command -v apt-get > /dev/null ||
			die "mmdebstrap is missing and there is no apt-get to install it with"
		step 'installing mmdebstrap' bash -c 'apt-get update &&
			DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
			mmdebstrap'
	fi
	archive_sources
	mkdir "$tmp/slot"
	step "looking for the newest Linux $series" apt_private apt-get update
	find_kernel
	step "installing Debian $suite with Linux $kernel" bootstrap
	step 'taking tools out of the kernel source' fetch_source_parts
	step 'finishing' finish
	mv --no-target-directory "$tmp/slot" "$slot"
	rm --recursive --force "$tmp"
	echo "buildroot: $slot made in $((SECONDS - start)) s" >&2
}

case ${1:-path} in
path) ;;
list) slots && exit ;;
clean) clean && exit ;;
*) die "unknown command '$1': one of path, list, clean" ;;
esac

key=$(cat "$0" - <<< "$series" | sha256sum | cut --characters=1-16)
slot=$cache/root-$key
make_once "$slot" lock make_slot
echo "$slot"
