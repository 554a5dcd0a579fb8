# shellcheck shell=bash
# shellcheck disable=SC2154 # what common.sh has set
# SPDX-License-Identifier: GPL-2.0
#
# Static checks: coding style, by the kernel's checkpatch.

# Macros that build tables from a list (X-macros) trip over these by nature; a message is not broken
# to fit a line.
ignored=LONG_LINE_STRING,COMPLEX_MACRO,MACRO_ARG_UNUSED,MACRO_ARG_REUSE,TRAILING_SEMICOLON

# Outside of the kernel its types, accessors, attributes and helpers are not at hand.
not_in_user_space=PREFER_KERNEL_TYPES,VOLATILE,CAMELCASE,MINMAX,ALLOC_WITH_SIZEOF,ARRAY_SIZE
not_in_user_space+=,BIT_MACRO,SSCANF_TO_KSTRTO,AVOID_EXTERNS,STRCPY,STRNCPY,STRLCPY,ENOSYS
not_in_user_space+=,PREFER_DEFINED_ATTRIBUTE_MACRO,STATIC_CONST_CHAR_ARRAY,NEW_TYPEDEFS
# And there it takes _Atomic members for statements, lines of JSON for messages to be searched for.
not_in_user_space+=,EMBEDDED_FUNCTION_NAME,LINE_SPACING,SPLIT_STRING
# Barriers are those of the compiler; what a CPU calls its pause depends on the CPU.
not_in_user_space+=,MEMORY_BARRIER,ARCH_DEFINES

# The root is a made-up one: given the real tree checkpatch looks for a kernel in it, and it leaves
# files behind where it runs.
checkpatch()
{
	local ignore=$1 scratch
	shift
	scratch=$(mktemp --directory)
	mkdir "$scratch/include"
	(cd "$scratch" && perl "$linux/scripts/checkpatch.pl" --no-tree --root="$scratch" --strict \
		--max-line-length=100 --terse --show-types --no-summary --quiet \
		--ignore="$ignore" --file "${@/#/$OLDPWD/}") | sed "s|$PWD/||"
}

style_kernel()
{
	matching '^kernel/.*\.[ch]$' 'netlink_gen|/pure\.h$'
	stale style_kernel "$ignored" "${list[@]}"
	judge_stale checkpatch "$ignored"
}

style_user()
{
	matching '^((tools|tests|scripts|gossipd)/.*\.[ch]|kernel/pure\.h)$'
	stale style_user "$ignored,$not_in_user_space" "${list[@]}"
	judge_stale checkpatch "$ignored,$not_in_user_space"
}
