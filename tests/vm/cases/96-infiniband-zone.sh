#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# boot: own
# timeout: 400
# not-debug: that kernel has no InfiniBand
#
# A zone of real daemons with InfiniBand beside UDP: it starts on UDP, goes over to InfiniBand, and
# comes back when that is lost. What takes longer is in 96-infiniband-zone-troubles.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"

for module in rdma_rxe ib_uverbs rdma_ucm veth bridge sch_netem; do
	modprobe "$module" || skip "this kernel has no $module"
done
[[ -e /maxwell/bin/gossipd-ib.so ]] || skip 'the plug-in for InfiniBand is not in the guest'
check 'the zone does what it should' python3 -B "$MAXWELL_SRC/tests/vm/ib/test_zone.py" \
	all_leave_udp crisis rails_that_are_lost devices_come_and_go
