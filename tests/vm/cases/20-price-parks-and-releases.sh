#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 90
#
# As the price rises the low bidders park, get the survival share and no more, and the CPU idles; as
# it falls they come back.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# Ticks (10 ms) that CPU 1 has been idle.
idle_ticks()
{
	awk '$1 == "cpu1" { print $5 + $6 }' /proc/stat
}

# shares MULTIPLIER: sets it, and what each bidder gets of the next second, in ms.
shares()
{
	local i
	maxctl price set "$1"
	sleep 0.2
	idle=$(idle_ticks)
	for i in "${!pids[@]}"; do
		before[i]=$(cpu_ns "${pids[i]}")
	done
	sleep 1
	for i in "${!pids[@]}"; do
		ms[i]=$((($(cpu_ns "${pids[i]}") - before[i]) / 1000000))
	done
	idle=$((($(idle_ticks) - idle) * 10))
	note "multiplier $1: bids ${bids[*]}: ${ms[*]} ms, idle $idle ms, reserve $(reserve 1 general)"
}

attach
bids=(15 150 1500)
pids=() before=() ms=()
for bid in "${bids[@]}"; do
	bid_spin "$bid" 1
	pids+=("$SPIN")
done

shares 1
assert 'the best bid has the CPU' "${ms[2]} > 600"
for pid in "${pids[@]}"; do
	[[ $(account "$pid" state) != parked ]] || die "$pid parks at a multiplier of 1.0"
done

shares 5
assert 'reserve' "$(reserve 1 general) == 50"
expect_state "${pids[0]}" parked
[[ $(account "${pids[1]}" state) != parked ]] || die 'the bid of 150 parks at a reserve of 50'

kill -STOP "${pids[2]}"
shares 5
assert 'the next best has the CPU' "${ms[1]} > 600"
shares 50
assert 'reserve' "$(reserve 1 general) == 500"
expect_state "${pids[0]}" parked
expect_state "${pids[1]}" parked
assert 'nobody can pay: the CPU idles' "$idle > 500"
((ms[0] > 0 && ms[1] > 0)) || show_turns
assert 'what parks gets the survival share' "${ms[0]} > 0 && ${ms[1]} > 0"
assert 'and no more' "${ms[0]} + ${ms[1]} < 400"
kill -CONT "${pids[2]}"
shares 500
expect_state "${pids[2]}" parked
assert 'nobody can pay: the CPU idles' "$idle > 500"

shares 50
assert 'the best bid is back' "${ms[2]} > 600"
kill -STOP "${pids[2]}"
shares 5
assert 'the next one is back' "${ms[1]} > 600"
kill -STOP "${pids[1]}"
shares 1
assert 'the last one is back' "${ms[0]} > 600"
