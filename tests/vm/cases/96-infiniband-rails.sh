#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# boot: own
# timeout: 500
# slow: it takes the guest two minutes of computing
# not-debug: that kernel has no InfiniBand
#
# The plug-in for InfiniBand by itself, driven by a program of its own on two rails: ten thousand
# datagrams, loss, cables that are pulled, devices that are removed, and mckey in the same group.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"

for module in rdma_rxe ib_uverbs rdma_ucm veth bridge sch_netem; do
	modprobe "$module" || skip "this kernel has no $module"
done
[[ -e /maxwell/bin/gossipd-ib.so ]] || skip 'the plug-in for InfiniBand is not in the guest'
check 'the rails do what they should' python3 -B "$MAXWELL_SRC/tests/vm/ib/test_rails.py"
