#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A better bid that arrives takes the CPU from a running task at once; an equal one waits for the
# end of the slice. Compared with each other, as time in the guest is not real.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# wait_us BID: average wait of a task that wakes up 20 times beside a hog that bids 1000.
wait_us()
{
	local pid
	taskset --cpu-list 1 maxctl run --bid "$1" -- nap 20 20000 100 &
	pid=$!
	HOGS+=("$pid")
	sleep 3
	maxctl -j show "$pid" | jq '.tasks[0] | .wait_total_ns / .nr_runs / 1000 | floor'
	kill -KILL "$pid"
}

attach
tune max_wait_ms 4000
tune slice_us 100000
bid_spin 1000 1
sleep 0.3
high=$(wait_us 5000)
equal=$(wait_us 1000)
assert 'a better bid waits less (us)' "4 * $high < $equal"
