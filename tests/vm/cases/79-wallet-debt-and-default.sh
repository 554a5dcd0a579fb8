#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
# cpus: 2
# not-debug: what is in a wallet is spent there before a program has looked at it
#
# Who is in debt bids zero until income lifts it; a default income makes the wallets of users, but not
# of root, limited; a user can make no wallet, and root no more than the user's limit allows; a wallet
# of a cgroup goes with the tasks in it.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/wallets.sh"

CGROUP=/sys/fs/cgroup/maxwell-case-79

on_exit()
{
	pkill -KILL spin
	[[ ! -d $CGROUP ]] || { echo 1 > "$CGROUP/cgroup.kill"; sleep 0.2; rmdir "$CGROUP"; }
}

# positive NAME, negative NAME: the balance.
positive()
{
	(($(wallet "$1" balance_nanocents) > 0))
}

negative()
{
	(($(wallet "$1" balance_nanocents) < 0))
}

counts_for_nothing()
{
	[[ $(account "$pid" effective_bid_cents_per_s) == 0 ]]
}

attach
# Without pacing it spends at the reserve, 10 cents a second, until nothing is left.
tune pacing_ms 0
earn broke 2
maxctl wallet fund broke 5
maxctl monitor --timeout 60s wallet > "$CASE_TMP/events" &
HOGS+=("$!")
hungry broke 1 1
pid=$(pgrep --exact spin)
expect_state "$pid" running
wait_for 10 negative broke
expect_state "$pid" parked
wait_for 5 counts_for_nothing
maxctl wallet fund broke 10
expect_state "$pid" running
wait_for 20 negative broke
expect_state "$pid" parked
# Two cents a second keep it running a fifth of the time.
ms=$(cpu_ms_in 10 "$pid")
assert 'an income of 2 buys a fifth of a CPU at 10 (ms of 10 s)' "$ms > 1500 && $ms < 2900"
wait_for 5 grep --quiet debt "$CASE_TMP/events"
wait_for 5 grep --quiet recovered "$CASE_TMP/events"
tune pacing_ms 8000
no_tasks
maxctl wallet delete broke

note 'a default income'
as_nobody taskset --cpu-list 1 maxctl run -- spin &
HOGS+=("$!")
wait_for 5 eval '[[ $(wallet "uid:$NOBODY" unlimited) == true ]]'
tune default_income_cents 50
[[ $(wallet "uid:$NOBODY" unlimited) == false ]] || die 'the wallet of nobody is unlimited still'
[[ $(wallet "uid:$NOBODY" income_cents_per_s) == 50 ]] || die "nobody earns $(wallet "uid:$NOBODY" income_cents_per_s)"
bid_spin 100 0
wait_for 5 eval '[[ $(wallet uid:0 unlimited) == true ]]'
wait_for 5 positive "uid:$NOBODY"
expect_fail 4 'CAP_SYS_NICE' as_nobody maxctl wallet new mine --income 1000
expect_fail 4 'CAP_SYS_NICE' as_nobody maxctl wallet fund "uid:$NOBODY" 1000
tune user_income_max_cents 80
earn second 30 --owner nobody
expect_fail 2 'user_income_max_cents is 80' maxctl wallet new third --income 1 --owner nobody
expect_fail 2 'user_income_max_cents is 80' maxctl wallet set second --income 31
# A wallet of one's own may be chosen, another's not.
pid=$(pgrep --exact --uid "$NOBODY" spin)
as_nobody maxctl wallet grant second --pid "$pid"
[[ $(account "$pid" wallet) == "$(wallet second id)" ]] || die 'it draws on another wallet'
earn others 30
expect_fail 4 '' as_nobody maxctl wallet grant others --pid "$pid"
maxctl wallet delete second
[[ $(account "$pid" wallet) == "$(wallet "uid:$NOBODY" id)" ]] || die 'it did not go back to its own'

note 'a cgroup'
mkdir --parents "$CGROUP/below"
maxctl wallet grant others --cgroup "$CGROUP"
echo "$pid" > "$CGROUP/below/cgroup.procs"
in_others()
{
	[[ $(account "$pid" wallet) == "$(wallet others id)" ]]
}
wait_for 5 in_others
not_in_others()
{
	! in_others
}
echo "$pid" > /sys/fs/cgroup/cgroup.procs
wait_for 5 not_in_others
echo "$pid" > "$CGROUP/below/cgroup.procs"
wait_for 5 in_others
maxctl wallet revoke --cgroup "$CGROUP"
wait_for 2 not_in_others
kill -KILL "$pid"
wait_for 5 eval '! grep --quiet . "$CGROUP/below/cgroup.procs"'
rmdir "$CGROUP/below"
