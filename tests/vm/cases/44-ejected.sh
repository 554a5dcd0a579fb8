#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# expect-splat: sched_ext: BPF scheduler "maxwell" disabled \(disabled by sysrq-S\)
#
# The kernel ends the class (as root asked by sysrq-S, the way any error ends it): tasks go on in the
# fair class, status and an event say why, and attach works again without reloading.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

for mode in '' --all; do
	# shellcheck disable=SC2086 # nothing for the empty one
	attach $mode
	bid_spin 400
	bid_spin 1
	parked=$SPIN
	maxctl -j monitor class --count 1 --timeout 10s > "$CASE_TMP/event" &
	monitor=$!
	sleep 0.5
	echo S > /proc/sysrq-trigger
	wait "$monitor" || die 'no event came'
	wait_for 5 eval '[[ $(class_state) == disabled ]]'
	judge 'the event says ejected, and why' "$CASE_TMP/event" \
		'.event.event == "ejected" and .event.exit_reason == "disabled by sysrq-S"'

	rc=0
	maxctl status > "$CASE_TMP/status" || rc=$?
	cat "$CASE_TMP/status"
	assert 'status is 3' "$rc == 3"
	grep --quiet 'disabled by sysrq-S' "$CASE_TMP/status" || die 'status does not say why'
	for pid in "${HOGS[@]}"; do
		before=$(cpu_ns "$pid")
		wait_for 3 eval "((\$(cpu_ns $pid) > $before + 50000000))"
	done
	note 'everybody runs in the fair class, those who could not pay too'
	expect_fail 3 'the kernel ended the class' maxctl run --bid 5 -- true

	# shellcheck disable=SC2086
	attach $mode
	assert 'its bid came back' "$(account "$parked" bid_cents_per_s) == 1"
	detach
	kill_hogs
done
# What is ejected can also be detached: that removes the pin, and the module can go.
attach
echo S > /proc/sysrq-trigger
wait_for 5 eval '[[ $(class_state) == disabled ]]'
maxctl detach || (($? == 3)) || die 'detach fails after an ejection'
unload_module
