#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# When a lease runs out the multiplier ramps to the safe value, or stays if it is dearer; an event
# says so, and a new setting ends it.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# multiplier KEY: of kind local on CPU 1.
multiplier()
{
	json ".multipliers[] | select(.cpu == 1 and .kind == \"local\") | .$1 | if type == \"number\" then . + 0 else . end" maxctl -j price show
}

is()
{
	[[ $(multiplier "$1") == "$2" ]]
}

# Looking takes a slow kernel longer.
patience=${MAXWELL_PATIENCE:-1}
lease_ms=$((500 * patience * patience))

attach
tune safe_ramp_ms $((800 * patience))
tune safe_multiplier_permille 3000
bid_spin 15 1
maxctl -j monitor price --count 3 --timeout $((20 * patience))s > "$CASE_TMP/events" &
monitor=$!
sleep 0.5

maxctl price set 1 --lease ${lease_ms}ms
is state held || die "a fresh multiplier is $(multiplier state)"
is value 1 || die "a fresh multiplier is worth $(multiplier value)"
assert 'the lease runs (ms)' "$(multiplier lease_left_ms) <= $lease_ms"
[[ $(account "$SPIN" state) != parked ]] || die 'the hog parks before the lease ran out'
wait_for 5 is state ramping
value=$(multiplier value)
wait_for 5 is state safe
is value 3 || die "the safe multiplier is $(multiplier value), not 3"
expect_state "$SPIN" parked
assert 'reserve' "$(reserve 1 general) == 30"
jq --null-input --exit-status "$value > 1 and $value <= 3" > /dev/null || die "it ramped at $value"

wait "$monitor" || die 'three events did not come'
jq --compact-output . "$CASE_TMP/events"
events=$(jq --raw-output '.event.event' "$CASE_TMP/events" | xargs)
[[ $events == 'set lease-expired safe-reached' ]] || die "the events were: $events"
jq --slurp --exit-status 'all(.event.cpus == "0-1" and .event.kind == "local")' "$CASE_TMP/events" \
	> /dev/null || die 'the events are not about local on 0-1'

maxctl price set 1
is state idle || die "1.0 without a lease is $(multiplier state)"
[[ $(account "$SPIN" state) != parked ]] || expect_state "$SPIN" running

# Losing the feed is never cheaper than having it.
maxctl price set 7 --lease 200ms
wait_for 5 is state safe
is value 7 || die "it fell from 7 to $(multiplier value)"
# A setting that comes in time keeps the lease from running out.
for _ in {1..8}; do
	maxctl price set 1.5 --lease $((2 * patience))s
	sleep 0.3
done
is state held || die "a lease that was renewed is $(multiplier state)"
