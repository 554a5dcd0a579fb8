#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A running task whose bid falls makes room for the better one, and for the reserve.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# lead WINNER LOSER: the former gets at least four times the CPU of the latter.
lead()
{
	local winner loser
	winner=$(cpu_ns "$1") loser=$(cpu_ns "$2")
	sleep 1
	winner=$((($(cpu_ns "$1") - winner) / 1000000)) loser=$((($(cpu_ns "$2") - loser) / 1000000))
	assert 'the higher bid gets the CPU' "$winner > 4 * $loser"
}

attach
bid_spin 1000 1
a=$SPIN
bid_spin 500 1
b=$SPIN
expect_state "$b" queued
lead "$a" "$b"
# The running one falls behind the waiting one.
maxctl set --bid 100 "$a"
lead "$b" "$a"
# The waiting one overtakes the running one.
maxctl set --bid 2000 "$a"
lead "$a" "$b"
# Alone and below the reserve it parks, though nobody else wants the CPU.
kill -KILL "$b"
maxctl set --bid 5 "$a"
expect_state "$a" parked
ms=$(cpu_ms_in 1 "$a")
assert 'what cannot pay lives on the survival share' "$ms < 500"
maxctl set --bid 50 "$a"
ms=$(cpu_ms_in 1 "$a")
assert 'what can pay runs' "$ms > 500"
