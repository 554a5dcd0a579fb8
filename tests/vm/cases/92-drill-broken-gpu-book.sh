#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
#
# Failover drill: the order book of a GPU is broken on purpose, in six ways, while two wait for a
# lease. The module notices each by itself, says so, and makes the book anew: both get their leases,
# the dearer one first.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/gpus.sh"
. "$MAXWELL_SRC/tests/vm/drill.sh"

# broken FAULT: with two who wait. What the module says of it follows from who comes upon it first.
broken()
{
	local before
	note "$1"
	before=$(times_mended)
	clear_signs
	ready_actor cheap ask:0:100:50 release:0
	ready_actor dear ask:0:300:50 release:0
	actor holder ask:0:900:100 "touch:$(sign go)" queue:0:2 "touch:$(sign waiting)" \
		"await:$(sign broken)" release:0
	await waiting
	fault "gpu-$1" 0
	touch "$(sign broken)"
	check_said dear 'release.* ok'
	check_said cheap 'release.* ok'
	assert 'the dearer one is first' "$(said_us dear ask) < $(said_us cheap ask)"
	wait_for 5 mended_since "$before"
	assert 'nobody waits' "$(gpu_value queued) == 0"
}

times_mended()
{
	case_kmsg | grep --count 'the order book of GPU 0 was broken, and is made anew: ' || true
}

# mended_since TIMES
mended_since()
{
	(($(times_mended) > $1))
}

load_module
chmod 1777 "$CASE_TMP"
tune gpu_slice_ms 100
tune gpu_grace_ms 1000
for kind in mark place unmark count total slot; do
	broken "$kind"
done
expect_fail 1 'No such device' bash -c "echo 'gpu-mark 4711' > $FAULT"
