#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 300
# cpus: 2
# not-debug: it measures shares, which only counted time keeps
#
# Shares follow money on two CPUs as well, with tasks that go wherever there is a better price.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/wallets.sh"

attach
earn rich 300
earn poor 100
hungry rich 4
hungry poor 4
sleep 10
three_to_one 15 rich poor
no_tasks

hungry rich 3
hungry poor 20
sleep 8
three_to_one 15 rich poor
