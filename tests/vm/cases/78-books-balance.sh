#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 200
# cpus: 2
#
# The books of every wallet balance to the nanocent while tasks come, go, pay and change wallets,
# and wallets are funded, changed and deleted; what the wallets paid is what the CPUs charged.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/wallets.sh"

# paid: what all wallets were charged.
paid()
{
	json '[.wallets[].charged_nanocents] | add' maxctl -j wallet list
}

attach
earn a 300
earn b 100 --half-life 2s
earn c 3000 --cap 4000
hungry a 2
hungry b 3 0
hungry c 2
bid_spin 700
bid_spin 50 1
for round in {1..12}; do
	books_balance "in round $round"
	case $((round % 4)) in
	0) maxctl wallet fund a 50 || note 'the cap left no room' ;;
	1) maxctl wallet set b --income $((50 * round)) ;;
	2) maxctl wallet set c --cap $((1000 + round * 300)) ;;
	3) maxctl wallet grant c --pid "${HOGS[round % 3]}" ;;
	esac
	sleep 0.7
done
books_balance 'after all rounds'
note "$(maxctl wallet list)"
no_tasks
books_balance 'with nobody left'
assert 'the wallets paid what the CPUs charged' "$(paid) == $(class_counter charged_nanocents)"
before=$(paid)
assert 'they paid something' "$before > 0"
assert 'a had an income' "$(wallet a income_nanocents) > 0"
assert 'some of it evaporated' "$(wallet b evaporated_nanocents) > 0"
