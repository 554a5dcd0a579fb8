#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A multiplier holds on the CPUs it was set on, and the kinds multiply.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

reserves()
{
	echo "$(reserve 0 general) $(reserve 0 feeder) $(reserve 1 general) $(reserve 1 feeder)"
}

# expect_reserves TEXT "GENERAL0 FEEDER0 GENERAL1 FEEDER1"
expect_reserves()
{
	[[ $(reserves) == "$2" ]] || die "$1: reserves are $(reserves), not $2"
	note "$1: reserves $2"
}

attach
expect_reserves 'nothing set' '10 10 10 10'
maxctl price set --cpu 1 2
expect_reserves 'local 2 on CPU 1' '10 10 20 20'
maxctl price set --cpu 0-1 --kind external 3
expect_reserves 'external 3' '30 30 60 60'
maxctl price set --kind gpu 2.5
expect_reserves 'gpu 2.5' '75 30 150 60'
tune base_price_cents 100
expect_reserves 'base price 100' '750 300 1500 600'
maxctl price set --kind external 0.0625
expect_reserves 'external 1/16, rounded down' '15 6 31 12'
tune base_price_cents 1
expect_reserves 'never below 1' '1 1 1 1'

tune base_price_cents 10
maxctl price set --kind gpu 1
maxctl price set --kind external 1
expect_reserves 'local 2 on CPU 1' '10 10 20 20'
# Where it is dear the low bid parks, where it is cheap it runs.
bid_spin 15 0
cheap=$SPIN
bid_spin 15 1
dear=$SPIN
expect_state "$dear" parked
[[ $(account "$cheap" state) != parked ]] || die 'it parks where it can pay'
# Who is free to move goes where it can pay.
kill -KILL "$cheap"
bid_spin 15
before=$(cpu_ns "$SPIN")
sleep 1.5
assert 'it runs where it can pay (ms)' "($(cpu_ns "$SPIN") - $before) / 1000000 > 700"
assert 'on CPU 0' "$(account "$SPIN" cpu) == 0"
