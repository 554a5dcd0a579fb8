#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# cpus: 6
# timeout: 240
# slow: it takes the guest two minutes of computing
# not-debug: its kernel has no bridge and no namespaces' cables, and is too slow
#
# The closed loop, shorter than "make run" shows it: gossipd reads a thermal model that is driven by
# the guest's CPU use, and feeds the class. The node heats, the price rises, who bids least parks, and
# it settles below the limit; a neighbour's crisis raises the price.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"

command -v gossipd > /dev/null || skip 'gossipd is not in the guest'
check 'the loop closes' python3 -B "$MAXWELL_SRC/tests/vm/loop/closed_loop.py" --short
