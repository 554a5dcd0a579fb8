#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fetches, or finds again, a stock kernel of the archive: image, modules, and what building modules
# for it takes. It is unpacked, not installed: scripts/inroot.sh shows it in the build root in place
# of the root's own kernel if MAXWELL_STOCK names it.
#
# A kernel is named SERIES-FLAVOUR, as 7.2-rt; flavours are amd64, cloud and rt. Of the series the
# newest point release is taken, as these leave the archive; what was fetched stays until
# clean-cache.
#
# Prints its directory in the cache:
#	DIR/lib/modules/RELEASE	modules and vmlinuz
#	DIR/src			the headers, for /usr/src
#	DIR/kernel		RELEASE
#	DIR/version		version of the packages
#	DIR/complete		written last
#
# Usage: stock-kernel.sh path SERIES-FLAVOUR | list | clean

set -euo pipefail

here=$(dirname "$(dirname "$(readlink --canonicalize "$0")")")
. "$here/scripts/archive.sh"
# Of the directory above; another one fetches the kernels anew.
layout=1

slots()
{
	find "$cache" -mindepth 1 -maxdepth 1 -type d -name 'kernel-*' 2> /dev/null || true
}

clean()
{
	local slot
	for slot in $(slots); do
		echo "removing $slot ($(du --summarize --human-readable "$slot" | cut --fields=1))"
		rm --recursive --force --one-file-system "$slot"
	done
}

# The image's package is linux-binary, before 7.0 linux-image; signed if it can be.
find_release()
{
	local tail=amd64 pattern name
	[[ $flavour == amd64 ]] || tail=$flavour-amd64
	pattern="${series//./\\.}\\.[0-9]+\\+deb[0-9]+-$tail"
	names=$(apt_private apt-cache search --names-only "^linux-(binary|image)-(unsigned-)?$pattern" |
		cut --delimiter=' ' --fields=1)
	release=$(grep --only-matching --extended-regexp "$pattern\$" <<< "$names" |
		sort --version-sort | tail --lines=1 || true)
	[[ $release ]] || die "the archive has no kernel $want"
	for name in "linux-binary-$release" "linux-binary-unsigned-$release" \
		"linux-image-$release" "linux-image-$release-unsigned"; do
		if grep --quiet --fixed-strings --line-regexp "$name" <<< "$names"; then
			image=$name
			return
		fi
	done
	die "the archive has no image of $release"
}

# What the headers' package depends on says where the rest of the headers is.
find_packages()
{
	local depends
	depends=$(apt_private apt-cache show --no-all-versions "linux-headers-$release" |
		sed --quiet 's/^Depends://p')
	packages=("$image" "linux-headers-$release")
	mapfile -t -O 2 packages < <(grep --only-matching --extended-regexp \
		'linux-(headers-[^ ,]*-common[^ ,]*|kbuild-[^ ,]*)' <<< "$depends")
	((${#packages[@]} > 3)) ||
		die "linux-headers-$release does not say which common headers and kbuild it needs"
	if [[ $image == linux-binary-* ]]; then
		packages+=("linux-modules-$release" "linux-base-$release")
	fi
}

fetch()
{
	local deb
	mkdir "$tmp/deb" "$tmp/tree"
	(cd "$tmp/deb" && apt_private apt-get download "${packages[@]}")
	for deb in "$tmp"/deb/*.deb; do
		dpkg-deb --extract "$deb" "$tmp/tree"
	done
}

# Headers, common headers and kbuild refer to each other by paths in /usr/src but for kbuild, which
# is in /usr/lib; here it goes where the others are.
arrange()
{
	local slot=$tmp/slot tree=$tmp/tree link target modules
	mkdir --parents "$slot/lib/modules" "$slot/src/maxwell-linux"
	for modules in "$tree"/lib/modules/* "$tree"/usr/lib/modules/*; do
		[[ -e $modules ]] || continue
		cp --archive --no-target-directory "$modules" "$slot/lib/modules/$release"
	done
	mv "$tree"/usr/src/linux-headers-* "$slot/src/"
	for link in "$slot"/src/linux-headers-*/{scripts,tools}; do
		[[ -L $link ]] || continue
		target=$(readlink "$link")
		ln --symbolic --force --no-dereference "${target/#..\/..\/lib\//../}" "$link"
	done
	mv "$tree"/usr/lib/linux-kbuild-* "$slot/src/"
	modules=$slot/lib/modules/$release
	if [[ -e $tree/boot/vmlinuz-$release ]]; then
		cp "$tree/boot/vmlinuz-$release" "$modules/vmlinuz"
	elif [[ ! -e $modules/vmlinuz ]]; then
		ln --symbolic vmlinuz.unsigned "$modules/vmlinuz"
	fi
	# The links are made by packages of their own.
	ln --symbolic --force --no-dereference "../../../src/linux-headers-$release" "$modules/build"
	[[ -e $modules/vmlinuz && -e $modules/kernel && -e $modules/modules.builtin ]]
	[[ -e $slot/src/linux-headers-$release/Makefile ]]
}

# Packages leave that to the installation. The host need not have depmod.
index()
{
	env --unset=MAXWELL_DEBUG --unset=MAXWELL_STOCK MAXWELL_WORK="$tmp/slot" \
		"$here/scripts/inroot.sh" depmod --basedir=/srv "$release"
}

make_slot()
{
	local start=$SECONDS
	tmp=$(mktemp --directory "$cache/tmp-XXXXXX")
	log=$tmp/log
	archive_sources
	mkdir "$tmp/slot"
	step "looking for the newest Linux $want" apt_private apt-get update
	find_release
	find_packages
	step "fetching Linux $release" fetch
	step 'arranging' arrange
	step 'indexing the modules' index
	echo "$release" > "$tmp/slot/kernel"
	dpkg-deb --field "$tmp"/deb/linux-headers-"$release"_*.deb Version > "$tmp/slot/version"
	date --utc +%FT%TZ > "$tmp/slot/complete"
	rm --recursive --force "$slot"
	mv --no-target-directory "$tmp/slot" "$slot"
	rm --recursive --force "$tmp"
	echo "stock-kernel: $slot made in $((SECONDS - start)) s" >&2
}

path()
{
	local key
	want=$1 series=${1%-*} flavour=${1##*-}
	[[ $want =~ ^[0-9]+\.[0-9]+-(amd64|cloud|rt)$ ]] ||
		die "'$want' is no kernel: SERIES-FLAVOUR is wanted, as 7.2-rt;" \
			"flavours are amd64, cloud and rt"
	key=$(sha256sum <<< "$want $suite $layout" | cut --characters=1-8)
	slot=$cache/kernel-$want-$key
	make_once "$slot" kernels.lock make_slot
	echo "$slot"
}

case ${1:-} in
path) path "${2:-}" ;;
list) slots ;;
clean) clean ;;
*) die "unknown command '${1:-}': path SERIES-FLAVOUR, list or clean" ;;
esac
