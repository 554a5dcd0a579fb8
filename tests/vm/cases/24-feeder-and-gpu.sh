#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# When the GPUs are hot the general book's price rises, the feeder book's does not.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
bid_spin 100 1
general=$SPIN
bid_spin 90 1 --feeder
feeder=$SPIN
ms=$(cpu_ms_in 1 "$general")
assert 'cold: the better bid has the CPU' "$ms > 600"

maxctl price set --kind gpu 20
expect_state "$general" parked
ms=$(cpu_ms_in 1 "$feeder")
assert 'hot GPU: the feeder has the CPU' "$ms > 600"

maxctl price set 20
expect_state "$feeder" parked
expect_state "$general" parked

maxctl price set 1
maxctl set --feeder --bid 100 "$general"
ms=$(cpu_ms_in 1 "$general")
assert 'who moves to the feeder book runs' "$ms > 600"
maxctl set --general "$general"
expect_state "$general" parked
maxctl price set --kind gpu 1
ms=$(cpu_ms_in 1 "$general")
assert 'cold again: the better bid has the CPU' "$ms > 600"
