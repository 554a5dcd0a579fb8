#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module does not go while the class is attached, and says busy; afterwards it goes.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
bid_spin 100 1
expect_fail 1 'in use' rmmod sched_maxwell
[[ $(class_state) == enabled ]] || die 'the attempt ended the class'
ms=$(cpu_ms_in 1 "$SPIN")
assert 'the hog runs on (ms)' "$ms > 500"
detach
# Detached and settled: at once.
rmmod sched_maxwell || die 'rmmod fails after detach'
ms=$(cpu_ms_in 1 "$SPIN")
assert 'the hog runs in the fair class (ms)' "$ms > 500"
expect_fail 3 'is not loaded' maxctl status
