# shellcheck shell=bash
# shellcheck disable=SC2154 # what common.sh has set
# SPDX-License-Identifier: GPL-2.0
#
# Static checks of what runs in user space, the policy files of the module among it: cppcheck,
# clang-tidy (with it clang's own warnings: a second compiler) on all of it.

# Headers that are built: maxctl has the BPF object's. What bpftool writes is not ours to judge.
skeleton()
{
	local header=$w1/maxwell.skel.h
	make --no-print-directory --silent BUILD="$w1" "$header" > /dev/null
	grep --quiet NOLINTBEGIN "$header" ||
		sed --in-place --expression='1i // NOLINTBEGIN' --expression='$a // NOLINTEND' "$header"
}

# flags_of VARIABLE MAKE-ARGUMENT...: what make gives the compiler, into $flags.
flags_of()
{
	local variable=$1 words
	shift
	words=$(make --silent --no-print-directory --eval "flags: ; \$(info \$($variable)) @:" "$@" flags)
	[[ $words == *-Wall* ]] || { echo "make has no flags in $variable: $words" && return 1; }
	eval "flags=($words)"
}

# What is built how: tools as make tools does, helpers in the guest, and the userspace twin, where
# the module's policy files are compiled outside of the kernel.
policy='kernel/(runqueue|runqueue_search|policy|price|wallet|gpuplane|ring)\.c'
groups=(tools guest twin gossip)

group()
{
	case $1 in
	tools)
		matching '^tools/.*\.c$' '\.bpf\.c$'
		flags_of TOOL_CFLAGS BUILD="$w1"
		;;
	guest)
		matching '^tests/vm/.*\.c$'
		flags=(-std=gnu11 -Wall -Wextra -Wno-sign-compare -D_GNU_SOURCE -Iuapi -Igossipd/core
			-Igossipd/daemon)
		;;
	twin)
		matching "^(tests/userspace/[^/]*\\.c|$policy)\$"
		flags_of CFLAGS_ALL --directory=tests/userspace
		# That make runs in its own directory.
		flags=("${flags[@]//-I..\/..\//-I}")
		flags=("${flags[@]/%-I..\/../-I.}")
		flags+=(-Iuapi -Itools/libmaxwell)
		;;
	gossip)
		matching '^(gossipd|tests/userspace/gossip)/.*\.c$'
		flags_of GOSSIPD_CFLAGS BUILD="$w1"
		# The library has an internal.h as well.
		flags=(-Igossipd/core "${flags[@]}" -Itests/userspace/gossip -Itests/userspace
			-Itests/userspace/gossip/sim -Ikernel -Igossipd/ib)
		;;
	esac
}

# Off: advice on scope and const, which is taste; headers of the system that it does not look for;
# that it does not try all branches of all functions, where clang-tidy does better. What is built has
# a megabyte of BPF object in it, over which it takes minutes.
cppcheck()
{
	local name rc=0 count=0
	for name in "${groups[@]}"; do
		group "$name"
		count=$((count + ${#list[@]}))
		mapfile -t flags < <(printf '%s\n' "${flags[@]}" | grep --extended-regexp '^-(I[^/b]|D)')
		# The tests end by what stdnoreturn.h calls so, which cppcheck does not know.
		if [[ $name == twin || $name == gossip ]]; then
			flags+=('-Dnoreturn=__attribute__((noreturn))')
		fi
		command cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
			--enable=warning,performance,portability,style \
			--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
			--suppress=constParameterPointer --suppress=constVariablePointer \
			--suppress=constParameterCallback --suppress=variableScope \
			--suppress=unusedStructMember \
			--template='{file}:{line}: {severity}: {message} [{id}]' \
			--library=scripts/check/jansson.cfg \
			"${flags[@]}" -D__x86_64__ -D__linux__ -D__GNUC__=14 "${list[@]}" || rc=1
	done
	echo "$count files"
	return "$rc"
}

# What of the tree each file in $list includes, into $includes.
dependencies()
{
	local file rest
	while read -r file rest; do
		# shellcheck disable=SC2034,SC2004 # for stale(); the key is no number
		includes[$file]=$rest
	done < <(gcc-14 -MM "${flags[@]}" "${list[@]}" | sed 's/ \\$//' |
		awk '/^[^ ]/ { if (n++) print ""; $1 = "" } { printf "%s", $0 } END { print "" }')
}

# Which checks: .clang-tidy. Both CPUs are used, as this takes the longest when all has changed.
clang_tidy()
{
	local name rc=0 count=0 new=0 bad digest
	digest=$(digest .clang-tidy)
	for name in "${groups[@]}"; do
		group "$name"
		dependencies
		stale "clang_tidy_$name" "$digest ${flags[*]}" "${list[@]}"
		count=$((count + ${#list[@]})) new=$((new + ${#stale[@]}))
		bad=$(mktemp)
		# Each file on its own: clang-tidy keeps all in memory otherwise.
		if ((${#stale[@]})); then
			printf '%s\0' "${stale[@]}" | xargs --null --max-args=1 --max-procs=2 bash -c '
				file=${*: -1}
				output=$(clang-tidy-19 --quiet "$file" -- "${@:2:$#-2}" 2> /dev/null) ||
					{ echo "$file" >> "$1" && echo "$output" && exit 1; }' \
				tidy "$bad" "${flags[@]}" || rc=1
		fi
		mapfile -t stale < "$bad"
		passed "${stale[@]}"
	done
	echo "$count files, $new of them new or changed"
	return "$rc"
}
