#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 90
#
# Without privilege one may read everything, bid for one's own tasks, move them between wallets of
# one's own, and nothing else; other namespaces are no way around it.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# unchanged CMD...: runs it; prices, tunables and root's task have to be the same afterwards.
unchanged()
{
	local before
	before=$(state_of_things)
	"$@"
	[[ $(state_of_things) == "$before" ]] || die "changed something: $*"
}

# As a background process that is the task itself.
nobody_sleeps()
{
	exec setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups maxctl run --bid 70 -- sleep 1000
}

state_of_things()
{
	maxctl -j price show
	maxctl -j tune list
	maxctl -j show "$roots" |
		jq '.tasks[0] | .bid_cents_per_s, .book, .source, .policy, .wallet, .wallet_source'
	maxctl -j wallet list |
		jq '.wallets[] | .id, .name, .uid, .income_cents_per_s, .cap_nanocents, .grants_nanocents'
	maxctl -j wallet grants
	class_state
}

attach
maxctl wallet new --income 100 roots
maxctl wallet new --income 100 --owner nobody nobodys
maxctl run --bid 50 -- sleep 1000 &
roots=$!
HOGS+=("$roots")
sleep 1000 &
fair=$!
HOGS+=("$fair")
wait_for 5 state_is "$roots" sleeping

# What is others' is refused.
unchanged expect_fail 4 'setting a price needs CAP_SYS_NICE' as_nobody maxctl price set 2
unchanged expect_fail 4 "bidding for another user's task needs CAP_SYS_NICE" \
	as_nobody maxctl set --bid 60 "$roots"
unchanged expect_fail 4 "bidding for another user's task needs CAP_SYS_NICE" \
	as_nobody maxctl set --feeder "$roots"
unchanged expect_fail 4 'Operation not permitted' as_nobody maxctl set --bid 60 "$fair"
unchanged expect_fail 4 'Operation not permitted' as_nobody maxctl set --fair "$roots"
unchanged expect_fail 4 'Permission denied' as_nobody maxctl tune set slice_us 5000
unchanged expect_fail 4 'needs root' as_nobody maxctl detach
[[ $(chrt --pid "$fair") == *SCHED_OTHER* ]] || die "a task that was refused is left with $(chrt --pid "$fair")"
unchanged expect_fail 4 'making a wallet needs CAP_SYS_NICE' \
	as_nobody maxctl wallet new --income 1 mine
unchanged expect_fail 4 'changing a wallet needs CAP_SYS_NICE' \
	as_nobody maxctl wallet set --income 1000000 nobodys
unchanged expect_fail 4 'deleting a wallet needs CAP_SYS_NICE' as_nobody maxctl wallet delete nobodys
unchanged expect_fail 4 'funding a wallet needs CAP_SYS_NICE' as_nobody maxctl wallet fund nobodys 1
unchanged expect_fail 4 'needs CAP_SYS_NICE' as_nobody maxctl wallet grant nobodys --user nobody
unchanged expect_fail 4 'needs CAP_SYS_NICE' \
	as_nobody maxctl wallet grant nobodys --cgroup /sys/fs/cgroup
unchanged expect_fail 4 'needs CAP_SYS_NICE' as_nobody maxctl wallet grant nobodys --pid "$roots"
unchanged expect_fail 4 'needs CAP_SYS_NICE' as_nobody maxctl wallet revoke --user nobody
unchanged expect_fail 4 'needs CAP_SYS_NICE' as_nobody maxctl wallet revoke --pid "$roots"

# What is one's own is not.
nobody_sleeps &
own=$!
HOGS+=("$own")
wait_for 5 state_is "$own" sleeping
[[ $(account "$own" bid_cents_per_s) == 70 ]] || die 'the bid of maxctl run did not arrive'
as_nobody maxctl set --bid 80 --feeder "$own" || die 'one cannot bid for a task of one'\''s own'
[[ $(account "$own" bid_cents_per_s) == 80 ]] || die 'the bid of maxctl set did not arrive'
unchanged expect_fail 4 "another user's task" setpriv --reuid=65533 --regid=65533 --clear-groups \
	maxctl set --bid 90 "$own"
# Wallets of one's own as well, but not to get away from one that somebody else chose.
as_nobody maxctl wallet grant nobodys --pid "$own" || die 'one cannot choose a wallet of one'\''s own'
[[ $(account "$own" wallet_source) == task ]] || die 'the choice of a wallet did not arrive'
as_nobody maxctl wallet revoke --pid "$own" || die 'one cannot go back to one'\''s default wallet'
[[ $(account "$own" wallet_source) == user ]] || die 'the way back did not arrive'
unchanged expect_fail 4 'between one' as_nobody maxctl wallet grant roots --pid "$own"
maxctl wallet grant roots --pid "$own"
unchanged expect_fail 4 'between one' as_nobody maxctl wallet grant nobodys --pid "$own"
unchanged expect_fail 4 'on one' as_nobody maxctl wallet revoke --pid "$own"
maxctl wallet revoke --pid "$own"
# CAP_SYS_NICE is enough, root is not needed.
setpriv --reuid=65533 --regid=65533 --clear-groups --inh-caps=+sys_nice --ambient-caps=+sys_nice \
	maxctl set --bid 100 "$own" || die 'CAP_SYS_NICE is not enough for a bid'
[[ $(account "$own" bid_cents_per_s) == 100 ]] || die 'that bid did not arrive'
setpriv --reuid=65533 --regid=65533 --clear-groups --inh-caps=+sys_nice --ambient-caps=+sys_nice \
	maxctl price set 1.5 || die 'CAP_SYS_NICE is not enough for a price'

# Reading is open.
for words in status list 'price show' 'wallet list' 'wallet show' 'wallet grants' gpu demand cpus 'tune list' "show $roots" version \
	'monitor --timeout 10ms'; do
	# shellcheck disable=SC2086 # words
	as_nobody maxctl $words > "$CASE_TMP/out" || die "unprivileged maxctl $words failed"
	[[ -s $CASE_TMP/out || $words == monitor* ]] || die "unprivileged maxctl $words prints nothing"
done

# Rights in a user namespace of one's own count for nothing here.
expect_fail 4 'setting a price needs CAP_SYS_NICE' \
	as_nobody unshare --user --map-root-user maxctl price set 2
expect_fail 4 'needs CAP_SYS_NICE' \
	as_nobody unshare --user --map-root-user maxctl set --bid 60 "$roots"
# There is one market, in the initial network namespace.
only='the market is reachable from the initial network namespace only'
unchanged expect_fail 2 "$only" unshare --net maxctl price set 2
unchanged expect_fail 2 "$only" unshare --net maxctl status
unchanged expect_fail 2 "$only" unshare --net maxctl list
unchanged expect_fail 2 "$only" unshare --net maxctl run --bid 10 -- true
# In a pid namespace there are its own tasks only, by the pids that they have there.
# shellcheck disable=SC2016 # for the inner shell
inside=$(unshare --pid --fork --mount-proc bash -c '
	maxctl run --bid 11 -- sleep 1000 & sleep 0.3
	maxctl -j list | jq --compact-output "[.tasks[] | [.pid, .bid_cents_per_s]]"
	maxctl set --bid 12 '"$roots"' 2>&1; kill -KILL %1')
echo "$inside"
[[ ${inside%%$'\n'*} =~ ^\[\[[2-9],11\]\]$ ]] || die "a pid namespace lists ${inside%%$'\n'*}"
[[ $inside == *'No such process'* ]] || die "a pid namespace reaches out: $inside"
