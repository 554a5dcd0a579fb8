#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 30
#
# Whatever a task bids it runs within max_wait, beside a rich task that never stops; and it gets no
# more than the survival share as long as the bound does not need it.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# A tick is 4 ms; the host behind the emulated CPU takes its share as well.
margin_ms=100
attach
for bound in 1000 300; do
	tune max_wait_ms "$bound"
	hogs -t 4 -c 1 1000000 0 12 > "$CASE_TMP/hogs"
	judge "each waits at most $bound ms, by its own clock" "$CASE_TMP/hogs" \
		"all(.gap_ms <= $bound + $margin_ms)"
	judge "each waits at most $bound ms, by the module's account" "$CASE_TMP/hogs" \
		"all(.wait_max_ms <= $bound + $margin_ms)"
	judge 'the poor run on the survival share' "$CASE_TMP/hogs" \
		'.[1:] | all(.survival > 0.8 * .runs)'
	judge 'the rich one has what is left' "$CASE_TMP/hogs" '.[0].cpu_ms > 4 * (.[1:] | map(.cpu_ms) | add)'
done
