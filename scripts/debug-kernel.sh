#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes, or reuses, the kernel of "make test-debug": tests/vm/debug.config, built from the archive's
# newest source of the series in META's KERNEL_TESTED_MAX. It takes half an hour of two CPUs, but an
# interrupted build goes on where it was. Not from 7.2: there pahole before 1.31 loses the mark of
# some kfuncs (in a build of this configuration scx_bpf_dispatch_cancel), and no program can call
# them; from 7.3 on the kernel's own resolve_btfids sets the marks.
#
# Prints its directory in the cache:
#	DIR/lib/modules/RELEASE	vmlinuz, and in build/ what it takes to build modules
#	DIR/kernel		RELEASE
#	DIR/source		version of the source package
#	DIR/complete		written last
#
# Usage: debug-kernel.sh [path | inside]		"inside" is for itself, in the build root

set -euo pipefail

here=$(dirname "$(dirname "$(readlink --canonicalize "$0")")")
. "$here/scripts/archive.sh"
config=$here/tests/vm/debug.config
# Of the directory above; another one makes a new kernel.
layout=1

# --- outside: fetch, and keep what came out ---

find_source()
{
	source=$(apt_private apt-cache madison "linux-source-$series" | awk 'NR == 1 { print $3 }')
	[[ $source ]] || die "the archive has no linux-source-$series"
}

fetch_source()
{
	rm --recursive --force "$work/linux" "$work/new"
	mkdir "$work/new"
	(cd "$tmp" && apt_private apt-get download "linux-source-$series=$source")
	dpkg-deb --fsys-tarfile "$tmp"/linux-source-*.deb |
		tar --extract --to-stdout --wildcards '*.tar.xz' |
		tar --extract --xz --directory="$work/new" --strip-components=1
	mv "$work/new" "$work/linux"
	echo "$source" > "$work/source"
}

make_kernel()
{
	local start=$SECONDS
	mkdir --parents "$work"
	log=$work/log
	if [[ ! -e $work/linux ]]; then
		tmp=$(mktemp --directory "$cache/tmp-XXXXXX")
		archive_sources
		step 'looking for the source' apt_private apt-get update
		find_source
		step "unpacking Linux $source" fetch_source
		rm --recursive --force "$tmp"
	fi
	step 'building the kernel' env --unset=MAXWELL_DEBUG MAXWELL_WORK="$work" \
		"$here/scripts/inroot.sh" /maxwell/scripts/debug-kernel.sh inside
	rm --recursive --force "$dir"
	mv "$work/out" "$dir"
	mv "$work/source" "$dir/source"
	rm --recursive --force "$work"
	date --utc +%FT%TZ > "$dir/complete"
	echo "debug-kernel: $dir made in $((SECONDS - start)) s" >&2
}

path()
{
	local key
	series=$(sed --quiet 's/^KERNEL_TESTED_MAX=//p' "$here/META")
	key=$(cat "$config" - <<< "$series $layout" | sha256sum | cut --characters=1-16)
	dir=$cache/debug-$key work=$cache/tmp-debug-$key
	make_once "$dir" debug.lock make_kernel
	echo "$dir"
}

# --- inside the build root, with the work directory at /srv ---

# Kconfig drops without a word what it does not know or what lacks something.
check_config()
{
	local line lost=()
	while read -r line; do
		grep --quiet --line-regexp --fixed-strings -- "$line" .config || lost+=("$line")
	done < <(grep --extended-regexp '^(# )?CONFIG_' "$config")
	((${#lost[@]} == 0)) || die "without effect in $config: ${lost[*]}"
}

# What building a module needs, as Debian's linux-headers packages have it, and nothing else.
prune()
{
	local tools=(tools/objtool/objtool tools/bpf/resolve_btfids/resolve_btfids) tool
	objcopy --strip-debug vmlinux vmlinux.btf
	mv vmlinux.btf vmlinux
	for tool in "${tools[@]}"; do
		[[ ! -e $tool ]] || cp --parents "$tool" ../kept
	done
	find . -mindepth 1 -maxdepth 1 ! -name arch ! -name include ! -name scripts ! -name Makefile \
		! -name Kbuild ! -name .config ! -name Module.symvers ! -name vmlinux \
		-exec rm --recursive --force {} +
	find arch -mindepth 1 -maxdepth 1 ! -name x86 -exec rm --recursive --force {} +
	find arch -type f \( -name '*.o' -o -name '*.a' -o -name '*.cmd' -o -name '*.[cS]' -o \
		-name '*Image' -o -name 'vmlinux*' \) -delete
	cp --recursive ../kept/. .
	rm --recursive --force ../kept
	# Modules want the compiler that the kernel was built with.
	sed --in-place 's/^CC\(\s*\)= \$(CROSS_COMPILE)gcc$/CC\1= gcc-14/' Makefile
	grep --quiet '^CC.*= gcc-14$' Makefile
}

inside()
{
	local make=(make CC=gcc-14 HOSTCC=gcc-14 --silent) release dest
	cd /srv/linux
	"${make[@]}" KCONFIG_ALLCONFIG="$config" allnoconfig
	check_config
	nice --adjustment=15 "${make[@]}" --jobs="$(nproc)" bzImage modules
	release=$("${make[@]}" kernelrelease)
	dest=/srv/out/lib/modules/$release
	rm --recursive --force /srv/out /srv/kept
	mkdir --parents "$dest" /srv/kept
	cp arch/x86/boot/bzImage "$dest/vmlinuz"
	cp modules.builtin modules.builtin.modinfo modules.order .config System.map "$dest"
	prune
	mv /srv/linux "$dest/build"
	depmod --basedir=/srv/out "$release"
	echo "$release" > /srv/out/kernel
}

case ${1:-path} in
path) path ;;
inside) inside ;;
*) die "unknown command '$1': one of path, inside" ;;
esac
