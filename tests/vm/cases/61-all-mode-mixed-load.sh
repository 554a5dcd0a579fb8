#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
#
# 100 tasks on 2 CPUs in --all mode for half a minute, doing pipe, futex, sleep and CPU work:
# nobody stalls. make soak goes on for longer.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach --all
mix 100 30 > "$CASE_TMP/mix"
jq --compact-output '.[]' "$CASE_TMP/mix"
[[ $(class_state) == enabled ]] || die "sched_ext is $(class_state)"
judge '100 tasks' "$CASE_TMP/mix" '(map(.tasks) | add) == 100'
judge 'all of them work' "$CASE_TMP/mix" 'all(.least > 10)'
# A ping-pong takes two waits, each within max_wait.
judge 'nobody stalls' "$CASE_TMP/mix" "all(.gap_ms < 2100 * ${MAXWELL_PATIENCE:-1})"
detach
check 'the counters do not add up' balanced
