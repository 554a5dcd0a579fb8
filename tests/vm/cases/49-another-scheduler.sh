#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# There can be one sched_ext scheduler: while another is attached maxctl says which, and leaves it
# alone; while the class is attached no other gets in.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

class_gone()
{
	[[ $(class_state) == disabled ]]
}

ops_are()
{
	[[ $(cat "$SCX/root/ops" 2> /dev/null) == "$1"* ]]
}

other=(python3 -B "$MAXWELL_SRC/tests/vm/other_scheduler.py")

load_module
"${other[@]}" > "$CASE_TMP/other" &
pid=$!
HOGS+=("$pid")
wait_for 20 grep attached "$CASE_TMP/other"
wait_for 5 ops_are other

expect_fail 2 "another scheduler is attached: 'other'" maxctl attach
expect_fail 2 "another scheduler is attached: 'other'" maxctl attach --all
expect_fail 3 'not attached' maxctl detach
expect_fail 3 'not attached' maxctl run --bid 5 -- true
expect_fail 3 "'other' is attached" maxctl doctor
[[ $(json '.class.mode, .sched_ext.ops' maxctl -j status | xargs) == 'detached other' ]] ||
	die "status says $(maxctl -j status)"
ops_are other || die 'the other scheduler has gone'
[[ ! -e /sys/fs/bpf/maxwell/link ]] || die 'a pin is left'
# Being refused holds nothing.
rmmod sched_maxwell || die 'a refused attach keeps the module busy'
load_module

kill -KILL "$pid"
wait "$pid" || true
wait_for 5 class_gone
attach
expect_fail 1 'Device or resource busy' "${other[@]}"
ops_are maxwell || die 'the class has gone'
bid_spin 400 1
ms=$(cpu_ms_in 0.5 "$SPIN")
assert 'the class works on (ms)' "$ms > 150"
