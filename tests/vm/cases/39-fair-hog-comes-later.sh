#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 40
#
# A task parks alone on a CPU that idles, and then the fair class takes that CPU and keeps it: the
# core's deadline server, put off while the CPU idles, asks for the one who waits.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
bid_spin 0 1
poor=$SPIN
wait_for 5 state_is "$poor" parked
alone=$(cpu_ms_in 5 "$poor")
assert 'alone it has hardly more than the share of turns (ms of 5 s)' "$alone < 50"
spin 1
before=$(account "$poor" nr_runs)
sleep 8
after=$(account "$poor" nr_runs)
assert 'beside the hog it has turns' "$after >= $before + 4"
