#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
# clock: real
#
# Wallets over netlink, with the kernel's own tool: making, changing, funding, granting, deleting;
# every refusal with its words; who may; events.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
check 'wallets over netlink' python3 -B "$MAXWELL_SRC/tests/vm/wallets"
# Texts of refusals fit into what the kernel keeps of them.
! kernel_said 'truncated extack' || die 'a refusal was cut short'
