#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
#
# More users than there is room for wallets: those beyond share one wallet that earns what a single user
# would, and get their own when there is room again. Wallets of users without tasks make room; a debt
# is not forgotten that way.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/wallets.sh"

# spin_as UID: a task of a user's.
spin_as()
{
	setpriv --reuid "$1" --regid "$1" --clear-groups maxctl run -- spin &
	HOGS+=("$!")
}

has_wallet()
{
	maxctl -j wallet list | jq --exit-status "any(.wallets[]; .name == \"$1\")" > /dev/null
}

# tasks_of NAME: how many draw on it.
tasks_of()
{
	wallet "$1" nr_tasks
}

load_module wallets=16
attach
tune default_income_cents 40
[[ $(wallet overflow income_cents_per_s) == 40 ]] ||
	die "the overflow wallet earns $(wallet overflow income_cents_per_s)"
[[ $(wallet common unlimited) == true ]] || die 'the common wallet is limited'
expect_fail 4 'the terms that tunables say' maxctl wallet set overflow --income 7

note 'one that will be in debt'
tune pacing_ms 0
spin_as 1000
wait_for 10 has_wallet uid:1000
wait_for 20 eval '(($(wallet uid:1000 balance_nanocents) > 0))'
tune default_bid_cents 100000
# What it displaces is dear: it pays for that at least once.
bid_spin 90000 0-1
bid_spin 90000 0-1
wait_for 30 eval '(($(wallet uid:1000 balance_nanocents) < -200000000000 * ${MAXWELL_PATIENCE:-1}))'
no_tasks
tune default_bid_cents 1000

note 'thirty users at once'
for uid in {2000..2029}; do
	spin_as "$uid"
done
wait_for 30 eval '(($(pgrep --count --exact spin) == 30))'
wait_for 10 eval '(($(tasks_of overflow) > 10))'
assert 'all wallets are in use' "$(maxctl -j wallet list | jq '.wallets | length') == 16"
has_wallet uid:1000 || die 'a debt has been forgotten'
assert 'nobody but the kernel draws on what is unlimited' \
	"$(maxctl -j wallet list | jq '[.wallets[] | select(.unlimited and .name != "common" and .name != "uid:0")] | length') == 0"

note 'they go, all but the last ones'
pkill -KILL --exact --uid "$(seq --separator=, 2000 2025)" spin
wait_for 20 eval '(($(tasks_of overflow) == 0))'
for uid in {2026..2029}; do
	has_wallet "uid:$uid" || die "user $uid has no wallet"
done
