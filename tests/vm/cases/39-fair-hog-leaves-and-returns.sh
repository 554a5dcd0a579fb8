#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 60
#
# The fair class leaves a CPU in the middle of a turn that the core's deadline server has got for a
# task that cannot pay, and is back later. The server goes on asking until its time is used up; given
# nobody it would stop for as long as somebody parks there, and they would starve.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
spin 1
hog=$SPIN
taskset --cpu-list 1 maxctl run --bid 0 -- shove "$hog" 500 "$CASE_TMP/moved" &
poor=$!
HOGS+=("$poor")
wait_for 20 test -e "$CASE_TMP/moved"
# Without the hog, it gets what is left of the server's 50 ms of every second, and parks.
sleep 1
expect_state "$poor" parked
ran=$(cpu_ms_in 4 "$poor")
# The debug kernel's own threads are enough to keep the server at work: 50 ms of every second.
limit=100
((${MAXWELL_PATIENCE:-1} == 1)) || limit=250
assert 'alone it has hardly more than the share of turns (ms of 4 s)' "$ran < $limit"
taskset --cpu-list --pid 1 "$hog" > /dev/null
before=$(account "$poor" nr_runs)
sleep 8
after=$(account "$poor" nr_runs)
assert 'beside the hog it has turns again' "$after >= $before + 4"
