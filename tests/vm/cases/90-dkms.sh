#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module comes from DKMS: taken over as DKMS built it from its packaged source (see
# scripts/dkms-tarball.sh; here that would take minutes), installed, loaded by name, gone again. And
# a kernel that can't run it is passed over.
#
# timeout: 120
# clock: real
# not-debug: DKMS builds for kernels with a package of headers

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"

version=$(sed --quiet 's/^VERSION=//p' "$MAXWELL_SRC/META")
release=$(uname --kernel-release)
package=sched-maxwell

on_exit()
{
	dkms remove -m "$package" -v "$version" --all > /dev/null 2>&1
	rm --recursive --force "/usr/src/$package-$version"
	umount "/lib/modules/$release" 2> /dev/null
}

timed()
{
	local start=$SECONDS
	"$@" || die "'$*' failed"
	note "$((SECONDS - start)) s: $*"
}

# Indexing the thousands of modules that come with the kernel takes minutes in an emulated machine,
# and none is wanted here: a tree with just one of them (DKMS looks how it is compressed, see
# scripts/pack-guest.sh) stands in for the time of this case.
stand_in()
{
	local real=/lib/modules/$release
	mount -t tmpfs tmpfs "$real"
	cp --recursive --no-dereference /maxwell/modules/* "$real"
	# DKMS brings up to date only what is there already.
	depmod
}

stand_in
cd "$MAXWELL_SRC"
timed dkms ldtarball /maxwell/dkms.tar.gz
timed dkms install -m "$package" -v "$version" -k "$release"
# Not through a pipe, at whose end grep would be gone before dkms has said all.
grep --quiet "$release.*: installed" <<< "$(dkms status -m "$package" -v "$version")" ||
	die "dkms status says: $(dkms status)"

check 'the module does not load by name' modprobe sched_maxwell
loaded=$(modinfo --field filename sched_maxwell)
[[ ${loaded#/usr} == /lib/modules/$release/updates/dkms/* ]] ||
	die "modprobe would take $loaded"
[[ $(cat /sys/module/sched_maxwell/version) == "$version" ]] || die 'another version was loaded'
[[ -e /sys/kernel/btf/sched_maxwell ]] || die 'the module from DKMS has no BTF'
attach
detach
unload_module

# A kernel with neither sched_ext nor the age: DKMS has to pass it over, with its status for that.
old=6.1.0-99-amd64
mkdir --parents "$CASE_TMP/modules/$old/build/include/config"
touch "$CASE_TMP/modules/$old/build/Makefile"
expect_fail 77 'BUILD_EXCLUSIVE' dkms build -m "$package" -v "$version" -k "$old" \
	--kernelsourcedir "$CASE_TMP/modules/$old/build"

timed make --no-print-directory dkms-remove
[[ -z $(dkms status -m "$package") ]] || die "still there: $(dkms status)"
expect_fail 1 'not found' modprobe sched_maxwell
exit 0
