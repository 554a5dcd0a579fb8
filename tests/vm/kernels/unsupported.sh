#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A kernel that is too old is refused by the build, by DKMS and by "maxctl doctor", in one sentence
# each; one that is newer than the tested ones is let pass with a warning. KTAP on stdout.
#
# Inside the build root, with MAXWELL_STOCK naming a kernel that is too old. Module and maxctl are
# those that were built for the root's own kernel.

set -euo pipefail

old=$MAXWELL_KERNEL
own=$(< /cache/kernel)
minimum=$(sed --quiet 's/^KERNEL_MIN=//p' META)
tested=$(sed --quiet 's/^KERNEL_TESTED_MAX=//p' META)
version=$(sed --quiet 's/^VERSION=//p' META)
work=$(mktemp --directory)
trap 'rm --recursive --force "$work"' EXIT
number=0 failed=0
output='' rc=0

# try CMD...: its words are in $output then, its status is in $rc.
try()
{
	rc=0
	output=$("$@" 2>&1) || rc=$?
}

# judge NAME EXPRESSION...: an expression that is false fails the test.
judge()
{
	local name=$1 expression
	shift
	number=$((number + 1))
	for expression; do
		eval "[[ $expression ]]" && continue
		failed=1
		echo "not ok $number $MAXWELL_STOCK/$name # not so: $expression"
		echo "status $rc: $output" | sed --quiet '1,12s/^/#   /p'
		return
	done
	echo "ok $number $MAXWELL_STOCK/$name"
}

# --- the build ---

sentence="build: Maxwell needs Linux $minimum or newer, this is $old "

# What make adds is its own.
said_once()
{
	local lines
	lines=$(sed --regexp-extended '/^make(\[[0-9]+\])?: /d; /^  INSTALL /d' <<< "$output")
	[[ $lines == "$sentence"* && $(wc --lines <<< "$lines") == 1 ]]
}

refuses()
{
	local name=$1
	shift
	try make --no-print-directory BUILD="$work/build" DESTDIR="$work/dest" "$@"
	# shellcheck disable=SC2016 # judge expands it
	judge "$name" '$rc != 0' '$(said_once && echo yes)' '! -e $work/build'
}

# --- DKMS ---

dkms_build()
{
	make --no-print-directory dkms-source DESTDIR="$work/dkms-source" > /dev/null
	dkms build --dkmstree "$work/dkms" --sourcetree "$work/dkms-source/usr/src" \
		-m sched-maxwell -v "$version" -k "$1"
}

# --- maxctl ---

# doctor RELEASE: the doctor's line about a kernel that is pretended.
doctor()
{
	RELEASE=$1 LD_PRELOAD=$work/uname.so "build/$own/maxctl" -j doctor |
		jq --raw-output '.checks[0] | "\(.ok) \(.warning // false) \(.found)"'
}

pretend()
{
	local release=$1 expected=$2
	try doctor "$release"
	# shellcheck disable=SC2016 # judge expands it
	judge "doctor-of-$release" '$output == "'"$expected"'"*'
}

# in_guest NAME: picks what guest.sh printed about NAME.
in_guest()
{
	local line
	line=$(grep "^refused $1 " "$work/guest") || { rc=255 output='it said nothing' && return; }
	read -r _ _ rc output <<< "$line"
}

mkdir "$work/dkms"
echo 'KTAP version 1'
echo '1..21'
# shellcheck disable=SC2016 # judge expands it
{
	refuses make-module module
	refuses make-tools tools
	refuses make-install install
	refuses make-dkms-install dkms-install

	try dkms_build "$old"
	output=$(tr --squeeze-repeats '\n ' ' ' <<< "$output")
	judge dkms-build '$rc == 77' '$output != *make.log*' \
		'$output == *"a BUILD_EXCLUSIVE directive which does not match this kernel"*'

	scripts/guestimage.sh
	mkdir --parents "build/$old/vm"
	scripts/pack-guest.sh "build/$own" "build/$old/vm/payload.cpio"
	try python3 -B tests/vm/run.py exec --name unsupported --timeout 120 \
		--command 'bash tests/vm/kernels/guest.sh'
	echo "$output" > "$work/guest"
	judge boot '$rc == 0' '$output == "release $old"*'
	in_guest doctor
	judge doctor '$rc == 3' \
		'$output == "FAIL kernel Linux $old is too old: Maxwell needs $minimum or newer boot"*' \
		'$(grep --only-matching FAIL <<< $output) == FAIL'
	in_guest doctor-json
	judge doctor-json '$rc == 3' '$(jq ".checks | length" <<< $output) == 1' \
		'$(jq .checks[0].ok <<< $output) == false'
	for name in attach status list price run; do
		in_guest "$name"
		judge "maxctl-$name" '$rc -gt 0 && $rc -lt 126' '$output == Error:*'
	done
	in_guest insmod
	judge insmod '$rc == 1' '$output == *"nvalid module format"*'
}

gcc-14 -shared -fPIC -o "$work/uname.so" tests/vm/kernels/uname.c
pretend "$old" "false false Linux $old is too old: Maxwell needs $minimum or newer"
pretend "${minimum%.*}.$((${minimum#*.} - 1)).99" 'false false Linux '
pretend "$minimum.0-rc1" 'true false Linux '
pretend "$tested.99+deb14-rt-amd64" 'true false Linux '
pretend "${tested%.*}.$((${tested#*.} + 1)).0" 'true true Linux '
pretend "$((${tested%.*} + 1)).0.1" 'true true Linux '
pretend nonsense "false false cannot read the version 'nonsense'"
exit "$failed"
