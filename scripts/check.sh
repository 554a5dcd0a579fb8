#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Static checks of everything in the tree, inside the build root. KTAP on stdout, one line a check;
# the findings of a check that fails are printed with it.
#
# shellcheck disable=SC2317 # the checks are called by name

set -euo pipefail

linux=/usr/src/maxwell-linux
number=0
failed=0
# Everything under version control or about to be: this must also work where there is no git.
mapfile -t files < <(find . -path ./build -prune -o -path ./.git -prune -o -type f -print |
	sed 's|^\./||' | grep --invert-match --extended-regexp '^\.checkpatch|\.pyc$' | sort)

matching()
{
	printf '%s\n' "${files[@]}" | grep --extended-regexp "$1" || true
}

# check NAME CMD...
check()
{
	local name=$1 output start=$SECONDS rc=0
	shift
	number=$((number + 1))
	output=$("$@" 2>&1) || rc=$?
	if ((rc == 0)); then
		echo "ok $number $name # $((SECONDS - start))s"
	else
		failed=1
		echo "not ok $number $name # $((SECONDS - start))s"
		head --lines=40 <<< "$output" | sed 's/^/#   /'
	fi
}

# Macros that build tables from a list (X-macros) trip over these by nature; a message is not broken
# to fit a line.
ignored=LONG_LINE_STRING,COMPLEX_MACRO,MACRO_ARG_UNUSED,MACRO_ARG_REUSE,TRAILING_SEMICOLON

# The root is a made-up one: given the real tree checkpatch looks for a kernel in it, and it leaves
# files behind where it runs.
checkpatch_run()
{
	local ignore=$1 scratch
	shift
	scratch=$(mktemp --directory)
	mkdir "$scratch/include"
	(cd "$scratch" && perl "$linux/scripts/checkpatch.pl" --no-tree --root="$scratch" --strict \
		--max-line-length=100 --terse --show-types --no-summary --quiet \
		--ignore="$ignore" --file "${@/#//maxwell/}") | sed 's|/maxwell/||'
}

style_kernel()
{
	local list
	mapfile -t list < <(matching '^kernel/.*\.[ch]$' |
		grep --invert-match --extended-regexp 'netlink_gen|/pure\.h$')
	checkpatch_run "$ignored" "${list[@]}"
}

# Outside of the kernel its types, accessors, attributes and helpers are not at hand.
not_in_user_space=PREFER_KERNEL_TYPES,VOLATILE,CAMELCASE,MINMAX,ALLOC_WITH_SIZEOF,ARRAY_SIZE
not_in_user_space+=,BIT_MACRO,SSCANF_TO_KSTRTO,AVOID_EXTERNS,STRCPY,STRNCPY,STRLCPY,ENOSYS
not_in_user_space+=,PREFER_DEFINED_ATTRIBUTE_MACRO,STATIC_CONST_CHAR_ARRAY,NEW_TYPEDEFS
# And there it takes _Atomic members for statements, lines of JSON for messages to be searched for.
not_in_user_space+=,EMBEDDED_FUNCTION_NAME,LINE_SPACING,SPLIT_STRING
# Barriers are those of the compiler; what a CPU calls its pause depends on the CPU.
not_in_user_space+=,MEMORY_BARRIER,ARCH_DEFINES

style_user()
{
	local list
	mapfile -t list < <(matching '^((tools|tests|scripts|gossipd)/.*\.[ch]|kernel/pure\.h)$')
	checkpatch_run "$ignored,$not_in_user_space" "${list[@]}"
}

licence()
{
	local file rc=0
	for file in $(matching '\.([chsy]|sh|py|mk|bash|yaml|conf)$|(^|/)(Makefile|Kbuild)$|^\.ci/'); do
		head --lines=4 "$file" | grep --quiet 'SPDX-License-Identifier:' ||
			{ echo "$file: no SPDX tag at its head" && rc=1; }
	done
	return "$rc"
}

versions()
{
	local meta dkms rc=0
	meta=$(sed --quiet 's/^VERSION=//p' META)
	dkms=$(sed --quiet 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
	[[ $meta == "$dkms" ]] || { echo "META has version $meta, dkms.conf $dkms" && rc=1; }
	meta=$(sed --quiet 's/^KERNEL_MIN=//p' META)
	dkms=$(sed --quiet 's/^BUILD_EXCLUSIVE_KERNEL_MIN="\(.*\)"/\1/p' dkms.conf)
	[[ $meta == "$dkms" ]] || { echo "META has KERNEL_MIN $meta, dkms.conf $dkms" && rc=1; }
	return "$rc"
}

shell()
{
	local list
	mapfile -t list < <(matching '\.(sh|bash)$|^\.ci/run$')
	shellcheck --external-sources --exclude=SC2317,SC2119,SC2016 "${list[@]}"
}

python()
{
	local file
	for file in $(matching '\.py$'); do
		python3 -W error -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$file"
	done
}

spec()
{
	local file=Documentation/netlink/specs/maxwell.yaml
	yamllint --strict --config-data '{extends: relaxed, rules: {line-length: {max: 100}}}' "$file"
	python3 "$linux/tools/net/ynl/pyynl/cli.py" --spec "$file" \
		--schema "$linux/Documentation/netlink/genetlink.yaml" --validate
}

spelling()
{
	codespell --ignore-words-list=crate,ans,fo,ist "${files[@]}"
}

manuals()
{
	local list
	mapfile -t list < <(matching '/man/.*\.[1-9]$')
	if ((${#list[@]})); then
		mandoc -T lint -W warning "${list[@]}"
	fi
}

whitespace()
{
	! grep --line-number --with-filename --binary-files=without-match '[[:blank:]]$' "${files[@]}"
}

# A build of its own: the flag must not spoil the objects of the normal one.
warnings()
{
	local output
	output=$(make --no-print-directory module BUILD="build/w1/$MAXWELL_KERNEL" W=1 2>&1) ||
		{ echo "$output" && return 1; }
	! grep --extended-regexp 'warning:|error:' <<< "$output"
}

echo 'KTAP version 1'
echo '1..13'
check style_kernel style_kernel
check style_user style_user
check licence_tags licence
check versions_agree versions
check shell shell
check python python
check netlink_spec spec
check spelling spelling
check manuals manuals
check whitespace whitespace
check generated_files scripts/regen.sh check
check library scripts/check-library.sh
check module_without_warnings warnings
exit "$failed"
