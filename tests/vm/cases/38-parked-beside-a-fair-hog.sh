#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 40
#
# A task that cannot pay lives on, on a CPU that the fair class keeps busy: the core's deadline server
# asks for somebody to run, and stops for good if it is given nobody.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
spin 1
bid_spin 0 1
poor=$SPIN
wait_for 5 state_is "$poor" parked
before=$(account "$poor" nr_runs)
ran=$(cpu_ms_in 6 "$poor")
after=$(account "$poor" nr_runs)
assert 'the task that bids nothing had turns' "$after >= $before + 4"
assert 'it ran in them' "$ran > 0"
assert 'none of its waits was much longer than the server lets it be' \
	"$(account "$poor" wait_max_ns) < 3000000000"
