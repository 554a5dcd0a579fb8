#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Pinned tasks stay where they are, though the other CPU idles, and share it by their bids.
#
# not-debug: it measures shares, which only counted time keeps

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# last_cpu PID: field 39 of stat, behind a name without blanks.
last_cpu()
{
	awk '{ print $39 }' "/proc/$1/stat"
}

attach
for _ in 1 2 3; do
	bid_spin 500 1
done
for _ in {1..20}; do
	for pid in "${HOGS[@]}"; do
		[[ $(last_cpu "$pid") == 1 && $(account "$pid" cpu) == 1 ]] ||
			die "pid $pid, pinned to CPU 1, is on CPU $(last_cpu "$pid")"
	done
done
kill_hogs
assert 'CPU 0 stole nothing' "$(json '.cpus[0].stolen' maxctl -j cpus) == 0"

hogs -t 2 -c 1 500x4 > "$CASE_TMP/equal"
judge 'equal bids get equal shares' "$CASE_TMP/equal" '(map(.cpu_ms) | max) < 1.5 * (map(.cpu_ms) | min)'
hogs -t 2 -c 1 5000x2 500x2 > "$CASE_TMP/unequal"
judge 'the better bids share the CPU' "$CASE_TMP/unequal" \
	'(.[:2] | map(.cpu_ms) | max) < 1.5 * (.[:2] | map(.cpu_ms) | min)'
judge 'and leave little' "$CASE_TMP/unequal" \
	'(.[:2] | map(.cpu_ms) | add) > 4 * (.[2:] | map(.cpu_ms) | add)'
