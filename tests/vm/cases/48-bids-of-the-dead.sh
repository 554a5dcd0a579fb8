#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A bid waits for its task while that is out of the class, and for nobody else: who gets the pid of a
# dead task does not get its bid.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# bidder BID [OPTION...]: a sleeper under the class; its pid is in $BIDDER.
bidder()
{
	local bid=$1
	shift
	maxctl run --bid "$bid" "$@" -- sleep 1000 &
	BIDDER=$!
	HOGS+=("$BIDDER")
	wait_for 5 grep --quiet --line-regexp sleep "/proc/$BIDDER/comm"
}

gone()
{
	[[ ! -e /proc/$1 ]]
}

# bury PID: it dies, and its pid is free.
bury()
{
	kill -KILL "$1"
	wait "$1" || true
	gone "$1" || die "process $1 is still there"
}

# bids PID "BID BOOK SOURCE": so it says in its account.
bids()
{
	local account
	account=$(maxctl -j show "$1" |
		jq --raw-output '.tasks[0] | "\(.bid_cents_per_s) \(.book) \(.source)"')
	[[ $account == "$2" ]] || die "task $1 bids $account, not $2"
	note "task $1 bids $account"
}

attach
default="$(< "$PARAMS/default_bid_cents") general default"
bidder 777 --feeder
living=$BIDDER
bidder 555
detached=$BIDDER
bidder 333
attached=$BIDDER
bidder 222 --feeder
traveller=$BIDDER
bidder 111 --feeder
emigrant=$BIDDER

# While it is out of the class, a task keeps its bid.
chrt --other --pid 0 "$traveller"
chrt --other --pid 0 "$emigrant"
[[ $(account "$traveller" under_class) == false ]] || die 'it did not leave the class'
maxctl set "$traveller"
bids "$traveller" '222 feeder explicit'

# The dead, wherever they died, do not.
bury "$attached"
check 'that pid again' reborn "$attached"
bids "$attached" "$default"
bury "$emigrant"
check 'that pid again' reborn "$emigrant"
bids "$emigrant" "$default"
detach
bury "$detached"
check 'that pid again' reborn "$detached"
attach
bids "$detached" "$default"
bids "$attached" "$default"
bids "$living" '777 feeder explicit'
bids "$traveller" '222 feeder explicit'
assert 'tasks under the class' "$(class_counter nr_tasks) == 5"

# The same where the dead had got the pid from another, and the class went in between.
maxctl set --bid 99 "$detached"
kill -KILL "$detached"
wait_for 5 gone "$detached"
detach
attach
check 'that pid again' reborn "$detached"
bids "$detached" "$default"
kill -KILL "$detached" "$attached" "$emigrant"
