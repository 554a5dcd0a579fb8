#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
#
# The example agent: it bids by ring what its work is worth, bids nothing while the reserve is above
# that, the least that clears while two others are ready to pay more, and its value again
# afterwards. Not under the class it is refused.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

bids()
{
	[[ $(account "$agent" bid_cents_per_s) == "$1" ]]
}

bids_least()
{
	local bid
	bid=$(account "$agent" bid_cents_per_s)
	((bid >= $(reserve 1 general) && bid < 100))
}

expect_fail 1 'is the module sched_maxwell loaded?' agent --seconds 1
expect_fail 1 'usage: agent' agent --value 0
attach
expect_fail 1 "the bid was refused: start it by 'maxctl run -- agent'" agent --seconds 1
maxctl wallet new --unlimited purse > /dev/null

taskset --cpu-list 1 maxctl run --bid 60 --wallet purse -- \
	agent --value 500 --work 2 --seconds 60 > "$CASE_TMP/said" &
agent=$!
HOGS+=("$agent")
wait_for 5 bids 500
[[ $(account "$agent" source) == explicit ]] || die 'the bid is not the agent'\''s'
[[ $(json .wallet.name maxctl -j wallet show --pid "$agent") == purse ]] || die 'not on its wallet'

# The reserve passes its value, and falls again.
maxctl price set 100
wait_for 10 bids 0
maxctl price set 1
wait_for 10 bids 500

# Two that pay more than its value; the price is the second one's bid.
bid_spin 900 1
first=$SPIN
bid_spin 800 1
wait_for 15 bids_least
kill -KILL "$first" "$SPIN"
wait_for 10 bids 500

kill -TERM "$agent"
wait "$agent" || true
cat "$CASE_TMP/said"
check 'it said why it left' grep --quiet 'bid 500 -> 0  reserve above value' "$CASE_TMP/said"
check 'it said why it came back' grep --quiet 'bid 0 -> 500  worth it' "$CASE_TMP/said"
check 'it said that it was outbid' grep --quiet 'outbid' "$CASE_TMP/said"

# Left alone it ends by itself, with every bid taken.
maxctl run -- agent --value 300 --work 2 --seconds 1 > "$CASE_TMP/said"
check 'its last words' grep --quiet 'bids taken [1-9][0-9]*  refused 0$' "$CASE_TMP/said"
