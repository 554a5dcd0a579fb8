#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 60
# cpus: 4
# clock: real
#
# Who reads the price page without privilege sees entries whose parts belong together while prices
# change on all CPUs as fast as netlink takes them: reserves that follow from the multipliers beside
# them, counts and times that do not go back.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
# Prices are written at ticks of CPUs that run a task of ours, too.
for cpu in 0 1 2 3; do
	bid_spin 100000 "$cpu"
done
hogs_spin
tune base_price_cents 1000
pagewatch change 8 > "$CASE_TMP/change" &
changer=$!
HOGS+=("$changer")
sleep 1
as_nobody pagewatch watch 5 1000 > "$CASE_TMP/watch" || die "$(cat "$CASE_TMP/watch")"
wait "$changer" || die "changing prices failed: $(cat "$CASE_TMP/change")"
cat "$CASE_TMP/change"
judge 'it was read, also while it was written' "$CASE_TMP/watch" \
	'.reads > 10000 and .busy > 0 and .prices > 500'
cat "$CASE_TMP/watch"
