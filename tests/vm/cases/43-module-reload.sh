#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Unloaded and loaded again, with tasks of policy SCHED_EXT alive: it begins anew and works.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
bid_spin 400 1
hogs_spin
for round in 1 2 3 4 5; do
	maxctl price set 3 --lease 10s
	tune slice_us 2000
	detach
	unload_module
	[[ ! -e $PARAMS ]] || die "$PARAMS is left behind"
	attach
	assert "round $round: attachments" "$(class_counter attach_count) == 1"
	assert 'the price is back at its base' "$(reserve 1 general) == 10"
	assert 'so is the slice' "$(cat "$PARAMS/slice_us") == 4000"
	# Its bid went with the module.
	[[ $(account "$SPIN" source) == default ]] || die "its bid is $(account "$SPIN" source)"
	before=$(cpu_ns "$SPIN")
	wait_for 3 eval "((\$(cpu_ns $SPIN) > $before + 100000000))"
done
