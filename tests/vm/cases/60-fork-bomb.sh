#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
# timeout: 120
#
# 2,000 processes at once: each runs, a better bid is not drowned by them, none is left behind.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

for mode in partial all; do
	if [[ $mode == all ]]; then
		attach --all
	else
		attach
	fi
	base=$(class_counter nr_tasks)
	bid_spin 5000 1
	before=$(cpu_ns "$SPIN") start=${EPOCHREALTIME/./}
	ran=$(maxctl run --bid 100 -- forkbomb 2000) || die "not all of them ran, only $ran"
	ms=$(((${EPOCHREALTIME/./} - start) / 1000))
	assert 'all ran' "$ran == 2000"
	assert 'the better bid had its CPU (ms)' "($(cpu_ns "$SPIN") - $before) / 1000000 > $ms / 3"
	[[ $(class_state) == enabled ]] || die "sched_ext is $(class_state)"
	kill_hogs
	wait_for 10 eval "((\$(class_counter nr_tasks) <= $base))"
	assert 'records did not run out' "$(class_counter overflowed) == 0"
	detach
	check 'the counters do not add up' balanced
done
