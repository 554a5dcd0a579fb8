#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A CPU that idles takes who waits on another one; one at work does so only for a better bid. Without
# victims to look at nobody is stolen.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

stolen()
{
	json ".cpus[$1].stolen" maxctl -j cpus
}

# waiting_on_0 BID: a hog that may run anywhere but stands in the book of CPU 0, behind a better one.
waiting_on_0()
{
	bid_spin 5000 0
	bid_spin "$1" 0
	sleep 0.3
	taskset --cpu-list --pid 0-1 "$SPIN" > /dev/null
}

attach
bid_spin 5000 1
busy=$SPIN
waiting_on_0 200
ms=$(cpu_ms_in 1 "$SPIN")
assert 'CPU 1 is busy with a better bid' "$ms < 300"
before=$(stolen 1)
kill -KILL "$busy"
ms=$(cpu_ms_in 1 "$SPIN")
assert 'CPU 1 idles and takes it' "$ms > 600"
assert 'stolen by CPU 1' "$(stolen 1) + $(stolen 0) > $before"
kill_hogs

bid_spin 50 1
poor=$SPIN
waiting_on_0 200
ms=$(cpu_ms_in 1 "$SPIN")
assert 'CPU 1 has less than it could: it takes the better bid' "$ms > 600"
before=$(cpu_ns "$poor")
sleep 1
assert 'and puts the poorer one off' "$(cpu_ns "$poor") - $before < 300000000"
kill_hogs

# Not while CPU 1 is too dear for it.
maxctl price set --cpu 1 50
waiting_on_0 200
ms=$(cpu_ms_in 1 "$SPIN")
assert 'it cannot pay on CPU 1' "$ms < 300"
maxctl price set --cpu 1 1
ms=$(cpu_ms_in 1 "$SPIN")
assert 'it can again' "$ms > 600"
kill_hogs

tune steal_victims 0
before=$(stolen 0)$(stolen 1)
waiting_on_0 200
sleep 1
[[ $(stolen 0)$(stolen 1) == "$before" ]] || die 'stolen though steal_victims is 0'
