#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 200
# cpus: 1
# not-debug: it measures shares, which only counted time keeps
#
# Two wallets that earn 3 to 1 get CPU time 3 to 1 on one CPU, however many hungry tasks each has: a
# crowd of tasks buys nothing. Larger crowds, and crowds of wallets, are in 83-shares-in-crowds.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/wallets.sh"

attach
earn rich 300
earn poor 100
hungry rich 1
hungry poor 20
# From empty wallets to their pace.
sleep 12
three_to_one 20 rich poor
