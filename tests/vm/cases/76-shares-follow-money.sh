#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 400
# cpus: 1
# not-debug: it measures shares, which only counted time keeps
#
# Two wallets that earn 3 to 1 get CPU time 3 to 1 on one CPU, however many hungry tasks each has: a
# crowd of tasks buys nothing, and neither does a crowd of wallets with the same income in all. What
# lasts a minute each is in 83-shares-in-crowds.

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
no_tasks
maxctl wallet delete poor

# The same money, split among ten identities.
for i in {0..9}; do
	earn "part$i" 10
	hungry "part$i" 1
done
hungry rich 2
sleep 12
three_to_one 20 rich part
