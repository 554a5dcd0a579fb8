#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Messages that are truncated, of the wrong type, out of range, or that hold unknown attributes are
# refused with the right errno and words, and change nothing.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
# Something to lose on each CPU.
maxctl price set --cpu 0 --kind gpu 1.5
maxctl price set --cpu 1 --kind external 2.5
before=$(maxctl -j price show)
check 'malformed messages' malformed
check 'random messages without privilege' malformed fuzz 5000
[[ $(maxctl -j price show) == "$before" ]] || die 'prices have changed'

# The right message is taken through the same door, or the above means nothing.
maxctl price set --cpu 1 --kind external 4
[[ $(maxctl -j price show) != "$before" ]] || die 'a right message changes nothing'
