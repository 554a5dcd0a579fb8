#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
# cpus: 4
# timeout: 90
#
# Bids, books, nice, affinity, policies and prices change at random as fast as they can, under tasks
# that run, wait and sleep: nobody is lost, the books stay right.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
for i in {1..10}; do
	bid_spin $((i * 100))
done
hogs_spin
for i in {1..6}; do
	maxctl run --bid $((i * 300)) -- nap 1000000 $((i * 500)) 300 &
	HOGS+=("$!")
done
sleep 1
storm 8 "$SEED" "${HOGS[@]}" || die "a change was refused (SEED=$SEED)"
[[ $(class_state) == enabled ]] || die "sched_ext is $(class_state)"
for pid in "${HOGS[@]}"; do
	before=$(cpu_ns "$pid")
	wait_for 5 eval "((\$(cpu_ns $pid) > $before))"
	assert "$pid bids" "$(account "$pid" bid_cents_per_s) == 500"
done
kill_hogs
wait_for 5 eval '(($(class_counter nr_tasks) == 0))'
check 'the counters do not add up' balanced
assert 'nobody is left in a book' "$(class_counter queued) == 0"
