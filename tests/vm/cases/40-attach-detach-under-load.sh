#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: turns
# timeout: 90
#
# 50 times detached and attached under load: no task is lost, bids outlive the detach, the module can
# go afterwards.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
bid_spin 400
bid_spin 20 1 --feeder
hogs_spin
maxctl run --bid 0 -- nap 1000000 3000 500 &
HOGS+=("$!")
maxctl run --bid 200 -- mix 8 1000 > /dev/null &
HOGS+=("$!")
wait_for 5 pgrep mix
# So that in the fair class they leave room for who attaches.
pgrep mix | xargs renice --priority 19 "${HOGS[@]}" > /dev/null
for mode in '' --all; do
	if [[ $mode ]]; then
		detach
		attach "$mode"
	fi
	cycle 25 || die "detaching and attaching fails${mode:+ with $mode}"
	[[ $(class_state) == enabled ]] || die "sched_ext is $(class_state)"
done
detach
attach
assert 'attachments' "$(class_counter attach_count) == 53"
assert 'overflowed' "$(class_counter overflowed) == 0"
i=0
for bid in 400 20 0 200; do
	assert "the bid outlives the detach" "$(account "${HOGS[i]}" bid_cents_per_s) == $bid"
	i=$((i + 1))
done
[[ $(account "${HOGS[1]}" book) == feeder ]] || die 'the book did not outlive the detach'
for pid in "${HOGS[@]:0:3}"; do
	before=$(cpu_ns "$pid")
	wait_for 5 eval "((\$(cpu_ns $pid) > $before))"
done
kill_hogs
detach
check 'the counters do not add up' balanced
