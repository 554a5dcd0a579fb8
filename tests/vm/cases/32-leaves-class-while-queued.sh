#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
#
# A waiting task that leaves the class runs in the fair class at once and is in no book any more; when
# it comes back, its bid is as it was. Under a storm of such changes nobody is lost.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
expect_order 'b c a' a=100 b=20 c=200 hold wake:{a,b,c} policy:b=other sleep:300 go
expect_order 'c b a' a=100 b=150 c=200 policy:b=other policy:b=ext hold wake:{a,b,c} go

# Who starts and cannot pay lives on the survival share until it is the program that it is to be.
tune max_wait_ms 1000
tune survival_share_permille 200
for bid in 100 200 300 400; do
	bid_spin "$bid" 1
done
hogs_spin
for _ in {1..25}; do
	for pid in "${HOGS[@]}"; do
		chrt --other --pid 0 "$pid"
		maxctl set --feeder "$pid"
	done
done
bid=100
for pid in "${HOGS[@]}"; do
	assert 'the bid survives' "$(account "$pid" bid_cents_per_s) == $bid"
	bid=$((bid + 100))
	before=$(cpu_ns "$pid")
	wait_for 3 eval "((\$(cpu_ns $pid) > $before))"
done
# A task that leaves and ends elsewhere is forgotten too.
chrt --other --pid 0 "${HOGS[0]}"
kill_hogs
wait_for 5 eval '(($(class_counter nr_tasks) == 0))'
check 'the counters do not add up' balanced
assert 'nobody is left in a book' "$(class_counter queued) == 0"
