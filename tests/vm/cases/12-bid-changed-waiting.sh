#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A waiting task whose bid changes stands in its new place at once.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
expect_order 'b a' a=100 b=200 hold wake:{a,b} go
expect_order 'a b' a=100 b=200 hold wake:{a,b} bid:a=300 go
expect_order 'a b' a=100 b=200 hold wake:{a,b} bid:b=50 go
# It goes to the tail of those that bid the same.
expect_order 'b c a' a=100 b=200 c=200 hold wake:{a,b,c} bid:a=200 go
# Below the reserve it parks, above it it is back.
output=$(stage 1 a=100 hold wake:a state:a bid:a=1 state:a bid:a=100 state:a go)
[[ $output == $'a is queued\na is parked\na is queued\na' ]] || die "a's states: $output"
