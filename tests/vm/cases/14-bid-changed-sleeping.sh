#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A bid that changes while the task sleeps holds from its next wakeup on.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
expect_order 'b a' a=100 b=200 hold state:a wake:{a,b} go
expect_order 'a b' a=100 b=200 hold bid:a=300 state:a wake:{a,b} go
expect_order 'a b' a=100 b=200 hold bid:b=50 wake:{b,a} go
