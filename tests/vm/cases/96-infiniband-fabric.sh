#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# boot: own
# timeout: 240
# not-debug: that kernel has no InfiniBand
#
# InfiniBand's unreliable datagrams between network namespaces, by RoCE in software, librdmacm and
# libibverbs: that multicast works at all on this kernel, shown by mckey and by a peer of our own.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"

for module in rdma_rxe ib_uverbs rdma_ucm veth bridge sch_netem; do
	modprobe "$module" || skip "this kernel has no $module"
done
for program in mckey rdma beacons; do
	command -v "$program" > /dev/null || skip "$program is not in the guest"
done
check 'the fabric works' python3 -B "$MAXWELL_SRC/tests/vm/ib/test_ib.py"
