#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
#
# A waiting task whose affinity changes goes to the other CPU's book; under a storm of such moves
# nobody is lost and nobody runs where he may not.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
# b waits on CPU 1, is sent to CPU 0, which idles, and runs before the others.
expect_order 'b c a' a=100 b=20 c=200 hold wake:{a,b,c} cpu:b=0 sleep:300 go
# It comes back and bids as before.
expect_order 'c a b' a=100 b=20 c=200 hold wake:{a,c} cpu:b=0 cpu:b=1 wake:b sleep:50 go

tune max_wait_ms 1000
for bid in 100 200 300 400 500 600; do
	bid_spin "$bid"
done
hogs_spin
for round in {1..20}; do
	for pid in "${HOGS[@]}"; do
		taskset --cpu-list --pid $(((round + pid) % 2)) "$pid" > /dev/null
	done
done
for pid in "${HOGS[@]}"; do
	before=$(cpu_ns "$pid")
	wait_for 3 eval "((\$(cpu_ns $pid) > $before))"
	cpu=$(((20 + pid) % 2))
	assert 'it is where it was sent last' "$(awk '{ print $39 }' "/proc/$pid/stat") == $cpu"
done
kill_hogs
wait_for 5 eval '(($(class_counter nr_tasks) == 0))'
check 'the counters do not add up' balanced
