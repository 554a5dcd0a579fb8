#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
#
# enqueued = dispatched + dequeued + queued, after every kind of load, with and without tasks waiting.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# Parked tasks have a turn now and then, so what is compared has to be from between two of them.
at_rest()
{
	local before after
	while :; do
		before=$(class_json)
		maxctl -j cpus > "$CASE_TMP/cpus"
		after=$(class_json)
		[[ $(counters <<< "$before") != "$(counters <<< "$after")" ]] || break
	done
	counters <<< "$after"
	check "$1: the counters do not add up" balanced
	for counter in enqueued dispatched dequeued; do
		assert "$counter of the CPUs" \
			"$(jq "[.cpus[].$counter] | add" "$CASE_TMP/cpus") == $(jq ".$counter" <<< "$after")"
	done
}

counters()
{
	jq --compact-output '{enqueued, dispatched, dequeued, queued}'
}

attach
at_rest 'nothing yet'
maxctl run --bid 300 -- mix 40 5 > /dev/null
wait_for 5 eval '(($(class_counter nr_tasks) == 0))'
at_rest 'after a mixed load'
assert 'there was a load' "$(class_counter enqueued) > 1000"
assert 'nobody waits' "$(class_counter queued) == 0"

for cpu in 0 1 1 1; do
	bid_spin 500 "$cpu"
done
hogs_spin
rare_survival
maxctl set --bid 5 "${HOGS[@]}"
for pid in "${HOGS[@]}"; do
	expect_state "$pid" parked
done
assert 'all wait' "$(class_counter queued) == 4"
at_rest 'four of them parked'
kill_hogs
wait_for 10 eval '(($(class_counter nr_tasks) == 0))'
assert 'nobody waits' "$(class_counter queued) == 0"
at_rest 'after they died in the book'
detach
at_rest 'detached'
