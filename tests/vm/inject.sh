# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Fault injection, for the cases that make allocations fail; to be sourced behind lib.sh. It needs
# the debug kernel. "sites" in tests/vm/faults says which case is in charge of which allocation.

INJECT=(/sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc
	/sys/kernel/debug/fail_usercopy)

# inject_set NAME VALUE: an attribute of all kinds of faults that have it.
inject_set()
{
	local dir
	for dir in "${INJECT[@]}"; do
		[[ ! -e $dir/$1 ]] || echo "$2" > "$dir/$1" || die "cannot write $2 to $dir/$1"
	done
}

# inject_range START END: only what has such an address in its stack may fail.
inject_range()
{
	inject_set require-start "$1"
	inject_set require-end "$2"
	# In the kernel's arithmetic, a range of nothing.
	[[ $(cat "${INJECT[0]}/require-start") != 0x0 ]] || die "no range from $1 to $2"
}

# inject_no_pages: no whole pages, until the next inject_range.
inject_no_pages()
{
	echo 0x1 > /sys/kernel/debug/fail_page_alloc/require-start
	echo 0x2 > /sys/kernel/debug/fail_page_alloc/require-end
}

# inject_begin: also what may sleep may fail, and single pages; with a stack trace for each.
inject_begin()
{
	inject_set probability 0
	inject_set ignore-gfp-wait N
	inject_set ignore-gfp-highmem N
	inject_set min-order 0
	inject_set stacktrace-depth 32
	inject_set verbose 2
	# What kmemleak needs for itself: it has a reserve, and would give up for good without that.
	local name start end
	for name in mem_pool_alloc __alloc_object __create_object; do
		if read -r start end < <(symbol "$name" 2> /dev/null); then
			inject_set reject-end "$end"
			inject_set reject-start "$start"
			return
		fi
	done
	die 'no function of kmemleak found'
}

inject_end()
{
	inject_set probability 0
	inject_set require-start 0
}

# symbol NAME [MODULE]: "START END" of a function of the kernel, or of a module; fails without it.
symbol()
{
	local name=$1 module=${2:-}
	awk -v name="$name" -v module="${module:+[$module]}" '
		$3 == name && $4 == module { start = $1 }
		{ at[NR] = $1; }
		END {
			for (i in at)
				if (at[i] > start && (end == "" || at[i] < end))
					end = at[i]
			if (start == "")
				exit 1
			print "0x" start, "0x" end
		}' /proc/kallsyms
}

# module_text: "START END" of the module's functions.
module_text()
{
	awk '$4 == "[sched_maxwell]" && tolower($3) != "" && tolower($2) == "t" { print $1 }' \
		/proc/kallsyms | sort | awk 'NR == 1 { start = $1 }
		END { printf "0x%s 0x%sfff\n", start, substr($1, 1, 13) }'
}

# each_fails TEXT CMD...: CMD, with each allocation in it failing in turn. It has to say why, and
# work in the end. What may go unnoticed is for judge_sites.
each_fails()
{
	local text=$1 n rc output unnoticed=0
	shift
	for ((n = 1; ; n++)); do
		((n < 500)) || die "$text: no end after $n failures"
		rc=0
		output=$(failnth "$n" "$@" 2>&1) || rc=$?
		if ((rc == 100)); then
			# It made fewer attempts, and succeeded.
			if declare -F after_each > /dev/null; then
				after_each "$text" 0
			fi
			break
		fi
		kmsg "injected: $rc ($text, $n)"
		((rc != 101)) || die "$text, $n: $output"
		if ((rc == 0)); then
			((++unnoticed))
		elif ! grep --quiet --extended-regexp \
			'Cannot allocate memory|Bad address|out of memory|memory' <<< "$output"; then
			die "$text, $n: ended with $rc and said '$output'"
		fi
		if declare -F after_each > /dev/null; then
			after_each "$text" "$rc"
		fi
	done
	note "$text: $((n - 1)) failures, $unnoticed unnoticed"
}

# judge_sites GROUP: every allocation of the group has failed in this case.
judge_sites()
{
	case_kmsg > "$CASE_TMP/kmsg"
	python3 -B "$MAXWELL_SRC/tests/vm/faults/sites.py" check "$1" \
		/maxwell/faults/sched_maxwell.debug < "$CASE_TMP/kmsg" > "$CASE_TMP/sites" ||
		{ cat "$CASE_TMP/sites"; die "$(grep FAIL: "$CASE_TMP/sites" | head --lines=1)"; }
	cat "$CASE_TMP/sites"
}
