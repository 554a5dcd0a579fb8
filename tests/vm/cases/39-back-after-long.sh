#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
#
# Tasks leave the class while they wait, and are back and park when more time has gone by than the
# kernel lets a task wait: it must not take that for the length of their wait, and end the class.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
for _ in {1..10}; do
	bid_spin 0 1
done
hogs_spin
rare_survival
for pid in "${HOGS[@]}"; do
	wait_for 20 state_is "$pid" parked
	chrt --other --pid 0 "$pid"
	kill -STOP "$pid"
done
# The limit is 20 s.
sleep 22
# One looks every half of that, so one of them is in his first wait then.
for pid in "${HOGS[@]}"; do
	maxctl set --bid 0 "$pid"
	kill -CONT "$pid"
	sleep 1.5
	expect_state "$pid" parked
done
[[ $(class_state) == enabled ]] || die 'the class has ended'
