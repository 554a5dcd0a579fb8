#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The pin holds the class; without it the class is gone. Attach twice is fine, in another mode it is
# refused, beside another scheduler too.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

pin=/sys/fs/bpf/maxwell/link
attach
[[ -e $pin ]] || die "there is no $pin"
check 'attached twice in the same mode' maxctl attach
expect_fail 2 'detach first' maxctl attach --all
[[ $(json .class.mode maxctl -j status) == partial ]] || die 'the mode changed'
rm "$pin"
wait_for 5 eval '[[ $(class_state) == disabled ]]'
expect_fail 3 'not attached' maxctl detach
attach --all
[[ $(json .class.mode maxctl -j status) == all ]] || die 'the mode is not all'
expect_fail 2 'detach first' maxctl attach
check 'attached twice in the same mode' maxctl attach --all
detach
expect_fail 3 'not attached' maxctl detach
