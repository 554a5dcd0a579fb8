#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The demand curve counts each waiting and running task once, at its price, dearest first.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
# All on CPU 1; the first two bid in one bucket.
for bid in 1000 1005 300 300 5; do
	bid_spin "$bid" 1
done
bid_spin 200 1 --feeder
sleep 1.5
maxctl -j demand > "$CASE_TMP/curve"
jq --compact-output '.demand[]' "$CASE_TMP/curve"
judge 'every task is in it' "$CASE_TMP/curve" '[.demand[] | .queued + .running] | add == 6'
judge 'one of them runs' "$CASE_TMP/curve" '[.demand[].running] | add <= 1'
judge 'two bid about 1000' "$CASE_TMP/curve" \
	'[.demand[] | select(.price_cents_per_s > 970 and .price_cents_per_s <= 1000) | .queued + .running] | add == 2'
judge 'two bid 300' "$CASE_TMP/curve" \
	'[.demand[] | select(.price_cents_per_s > 250 and .price_cents_per_s <= 300) | .queued + .running] | add == 2'
judge 'one is a feeder' "$CASE_TMP/curve" \
	'[.demand[] | select(.book == "feeder")] | length == 1 and .[0].price_cents_per_s <= 200'
judge 'dearest first' "$CASE_TMP/curve" \
	'[.demand[] | select(.book == "general") | .price_cents_per_s] | . == (sort | reverse)'
maxctl -j demand --cpu 0 > "$CASE_TMP/other"
judge 'nobody is on CPU 0' "$CASE_TMP/other" '.demand == []'
