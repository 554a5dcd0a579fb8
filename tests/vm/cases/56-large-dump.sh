#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 200
#
# 600 tasks, some 120 KiB where a message holds 32 at most, are listed exactly once each, also while
# others come and go; the demand curve and the CPUs' states add up.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# crowd_of [-c] COUNT: starts it and waits until it stands.
crowd_of()
{
	crowd "$@" > "$CASE_TMP/crowd" &
	HOGS+=($!)
	wait_for 20 grep ready "$CASE_TMP/crowd"
}

nobody_left()
{
	(($(class_counter nr_tasks) == 0))
}

# expect_listed MAXIMUM: the 600 once each with their bids; nobody twice; so many in all at most.
expect_listed()
{
	maxctl -j list > "$CASE_TMP/list"
	judge 'nobody is listed twice' "$CASE_TMP/list" '.tasks | (map(.pid) | unique | length) == length'
	judge 'the 600 are there, each with its bid and book' "$CASE_TMP/list" \
		'[.tasks[] | select(.bid_cents_per_s <= 600)] |
		(map(.bid_cents_per_s) | sort) == [range(1; 601)] and
		all(.book == if .bid_cents_per_s % 3 == 0 then "feeder" else "general" end)'
	judge 'few others' "$CASE_TMP/list" "(.tasks | length) <= $1"
}

attach
crowd_of 600
expect_listed 600
assert 'class-get counts them' "$(class_counter nr_tasks) == 600"
pgrep --parent "${HOGS[0]}" | sort --numeric-sort > "$CASE_TMP/pids"
[[ $(json '.tasks[].pid' maxctl -j list) == "$(< "$CASE_TMP/pids")" ]] ||
	die 'the pids listed are not those of the crowd'
ynl --dump bid-get > "$CASE_TMP/ynl"
jq '.[].pid' "$CASE_TMP/ynl" | sort --numeric-sort | cmp - "$CASE_TMP/pids" ||
	die 'ynl lists others than the crowd'
crowd_of -c 1
for _ in {1..4}; do
	# The second crowd's two; one more may be going while another has come.
	maxctl -j list > "$CASE_TMP/list"
	judge 'the 600 under churn' "$CASE_TMP/list" \
		'[.tasks[] | select(.bid_cents_per_s <= 600)] | group_by(.bid_cents_per_s) |
		length == 600 and (map(length) | add) == 601 and (.[0] | length) == 2'
	judge 'nobody is listed twice' "$CASE_TMP/list" '.tasks | (map(.pid) | unique | length) == length'
done
kill_hogs
wait_for 10 nobody_left
[[ $(json '.tasks | length' maxctl -j list) == 0 ]] || die 'the dead are still listed'

# --- the demand curve ---
# On CPU 0 runs a hog, undisturbed by us.
taskset --cpu-list --pid 1 $$ > /dev/null
rare_survival
maxctl price set --cpu 1 60000
for bid in 100 1000 1000 5000 5000 5000; do
	bid_spin "$bid" 1
done
bid_spin 1000 1 --feeder
bid_spin 9000 0

# demand_is [--cpu LIST] -- JSON
demand_is()
{
	local expected=${*: -1}
	maxctl -j demand "${@:1:$#-2}" > "$CASE_TMP/demand"
	jq --exit-status --argjson expected "$expected" '[.demand[] | [.book, .queued + .running]] == $expected
		and all(.demand[]; .price_cents_per_s > 0)' "$CASE_TMP/demand"
}
# Dearest first, general before feeder. We keep CPU 1 busy, so the deadline server gives those parked
# there a turn now and then: one of them may count as running.
parked='["general",3],["general",2],["general",1],["feeder",1]'
wait_for 5 demand_is --cpu 1 -- "[$parked]"
wait_for 5 demand_is -- "[[\"general\",1],$parked]"
wait_for 5 demand_is --cpu 0 -- '[["general",1]]'
jq --exit-status '[.demand[].price_cents_per_s] | .[0] <= 9000 and .[0] > 8000' "$CASE_TMP/demand" ||
	die "a bid of 9000 stands at $(< "$CASE_TMP/demand")"
cpus_are()
{
	maxctl -j cpus | jq --exit-status '[.cpus[] | [.queued, .parked]] as $all |
		$all == [[0, 0], [7, 7]] or $all == [[0, 0], [6, 6]]'
}
wait_for 5 cpus_are
state=$(maxctl -j cpus)
jq --exit-status '[.cpus[] | .enqueued - .dispatched - .dequeued == .queued] | all' <<< "$state" ||
	note "the counters of CPUs differ by what was stolen: $state"
kill_hogs
wait_for 5 demand_is -- '[]'
wait_for 5 balanced
for key in enqueued dispatched dequeued charged_nanocents; do
	state=$(maxctl -j status | jq ".class.$key")
	sum=$(maxctl -j cpus | jq "[.cpus[].$key] | add")
	[[ $state == "$sum" ]] || die "$key is $state in all, but the CPUs' sum is $sum"
done
