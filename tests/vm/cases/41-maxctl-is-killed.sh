#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 90
#
# kill -9 of maxctl: attached, the class stays; on the way there it ends up attached or detached, and
# the next attach or detach works.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

settled()
{
	[[ $(class_state) == enabled || $(class_state) == disabled ]]
}

attach
maxctl monitor class price auction > "$CASE_TMP/events" &
monitor=$!
maxctl top -b -d 0.2s > /dev/null &
top=$!
bid_spin 100 1
sleep 1
kill -KILL "$monitor" "$top"
[[ $(class_state) == enabled ]] || die 'the class went with a maxctl that watched it'
ms=$(cpu_ms_in 1 "$SPIN")
assert 'the class works on (ms)' "$ms > 300"
maxctl price set 2 || die 'price set fails after a listener was killed'
detach

for delay_ms in 0 5 10 20 30 50 80 120 200 300; do
	maxctl attach > /dev/null 2>&1 &
	pid=$!
	sleep "$(printf '0.%03d' "$delay_ms")"
	kill -KILL "$pid" 2> /dev/null || true
	wait "$pid" 2> /dev/null || true
	wait_for 5 settled
	note "killed after $delay_ms ms: $(class_state)"
	maxctl attach > /dev/null || die "attach fails after one was killed at $delay_ms ms"
	[[ $(class_state) == enabled ]] || die "after attach sched_ext is $(class_state)"
	maxctl detach > /dev/null &
	pid=$!
	sleep "$(printf '0.%03d' "$delay_ms")"
	kill -KILL "$pid" 2> /dev/null || true
	wait "$pid" 2> /dev/null || true
	wait_for 5 settled
	if [[ $(class_state) == enabled ]]; then
		maxctl detach > /dev/null || die "detach fails after one was killed at $delay_ms ms"
	fi
	wait_for 5 eval '[[ $(class_state) == disabled ]]'
done
ms=$(cpu_ms_in 1 "$SPIN")
assert 'the hog runs in the fair class (ms)' "$ms > 300"
