#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: counted
# boot: own
# timeout: 3600
# slow: the kernel's selftests four times, some three minutes each
# not-debug: they are built for the kernel of the build root
# expect-splat: sched_ext
#
# The kernel's own selftests of sched_ext have the same results before Maxwell was ever loaded, with
# the module loaded, and after it was attached, detached and unloaded. Some fail on Debian's 7.2 in
# any case; a test whose result differs between two runs before is not compared.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

command -v runner > /dev/null ||
	skip 'the selftests are not in the guest: make test-outside builds them'

# selftests NAME: runs them all; "TEST RESULT" a line goes to NAME, in the order of their names.
selftests()
{
	local rc=0
	note "selftests: $1"
	# 1: some failed.
	timeout --kill-after=5 1500 runner > "$CASE_TMP/output" 2>&1 || rc=$?
	((rc <= 1)) || die "the selftests ended with $rc: $(tail --lines=3 "$CASE_TMP/output")"
	sed --quiet --regexp-extended \
		-e 's/^ok [0-9]+ ([a-z0-9_]+) # SKIP.*/\1 skip/p; t' \
		-e 's/^ok [0-9]+ ([a-z0-9_]+) # .*/\1 pass/p' \
		-e 's/^not ok [0-9]+ ([a-z0-9_]+) # .*/\1 fail/p' "$CASE_TMP/output" |
		sort > "$CASE_TMP/$1"
	check 'the runner lost a test' test "$(runner -l | wc --lines)" = "$(wc --lines < "$CASE_TMP/$1")"
	cut --delimiter=' ' --fields=2 "$CASE_TMP/$1" | sort | uniq --count | sed 's/^/# /'
	wait_for 30 eval '[[ $(class_state) == disabled ]]'
}

selftests before
selftests again
load_module
selftests loaded
attach
maxctl run --bid 300 -- mix 20 5 > /dev/null
detach
attach --all
mix 20 5 > /dev/null
detach
unload_module
selftests after

printf '# %-28s %-8s %-8s %-8s %-8s\n' test before again loaded after
paste --delimiters=' ' "$CASE_TMP"/{before,again,loaded,after} > "$CASE_TMP/all"
wrong=()
while read -r name before _ again _ loaded _ after; do
	printf '# %-28s %-8s %-8s %-8s %-8s\n' "$name" "$before" "$again" "$loaded" "$after"
	if [[ $before != "$again" ]]; then
		note "$name: not compared, differs without Maxwell"
	elif [[ $loaded != "$before" || $after != "$before" ]]; then
		wrong+=("$name: $before, loaded $loaded, after $after")
	fi
done < "$CASE_TMP/all"
assert 'enough of them pass at all' "$(grep --count pass "$CASE_TMP/before") > 15"
((${#wrong[@]} == 0)) || die "results that differ: ${wrong[*]}"
