#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# With a gain, waiting tasks raise the reserve of their own CPU; without, they do not.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

dearer()
{
	(($(reserve 1 general) > 20))
}

cheap()
{
	(($(reserve 1 general) == 10))
}

attach
for _ in 1 2 3 4; do
	bid_spin 1000 1
done
sleep 1
assert 'no gain: the base price' "$(reserve 1 general) == 10"
tune demand_gain_permille 1000
wait_for 10 dearer
note "with gain 1.0 and three waiting the reserve is $(reserve 1 general)"
assert 'nobody waits on CPU 0' "$(reserve 0 general) == 10"
kill_hogs
wait_for 10 cheap
tune demand_gain_permille 0
