#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# boot: own
# timeout: 400
# slow: it takes the guest more than a minute of computing
# not-debug: that kernel has no InfiniBand
#
# A zone of real daemons with InfiniBand beside UDP, when rails swallow or lose datagrams, when a
# node has no InfiniBand, when one is killed, and when strangers send something.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"

for module in rdma_rxe ib_uverbs rdma_ucm veth bridge sch_netem; do
	modprobe "$module" || skip "this kernel has no $module"
done
[[ -e /maxwell/bin/gossipd-ib.so ]] || skip 'the plug-in for InfiniBand is not in the guest'
check 'the zone does what it should' python3 -B "$MAXWELL_SRC/tests/vm/ib/test_zone.py" \
	swallows loss_on_the_rails udp_alone killed strange_datagrams
