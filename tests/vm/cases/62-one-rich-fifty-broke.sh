#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 60
# not-debug: it measures waits to the millisecond, which only counted time keeps
#
# One rich hog and 50 tasks without a cent on one CPU: each of the 50 runs within max_wait.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# Two and a half ticks.
margin_ms=10
attach
for bound in 1000 500; do
	tune max_wait_ms "$bound"
	hogs -t 4 -c 1 1000000 0x50 > "$CASE_TMP/hogs"
	note "longest gap and wait: $(jq --compact-output '[(map(.gap_ms) | max), (map(.wait_max_ms) | max)]' "$CASE_TMP/hogs") ms"
	judge "each waits at most $bound ms, by its own clock" "$CASE_TMP/hogs" \
		"length == 51 and all(.gap_ms <= $bound + $margin_ms)"
	judge "each waits at most $bound ms, by the module's account" "$CASE_TMP/hogs" \
		"all(.wait_max_ms <= $bound + $margin_ms)"
	judge 'each of the 50 runs' "$CASE_TMP/hogs" '.[1:] | all(.survival > 1 and .cpu_ms > 0)'
	judge 'the rich one has most of the CPU' "$CASE_TMP/hogs" \
		'.[0].cpu_ms > 2 * (.[1:] | map(.cpu_ms) | add)'
done
