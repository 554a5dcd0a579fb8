#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
#
# maxctl wallet: every command, what it prints in words and as JSON, the limits, what is refused and
# to whom, who draws on what, and the events.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

group=/sys/fs/cgroup/wallet-case

on_exit()
{
	kill_hogs
	rmdir "$group" 2> /dev/null || true
}

# wallet_is WALLET FILTER: true of what wallet show says.
wallet_is()
{
	maxctl -j wallet show "$1" > "$CASE_TMP/wallet"
	judge "wallet $1" "$CASE_TMP/wallet" ".schema == \"maxwell/1\" and (.wallet | $2)"
}

# draws PID NAME SOURCE: the task draws on this wallet, for this reason.
draws()
{
	local id
	id=$(json .wallet.id maxctl -j wallet show "$2")
	[[ $(account "$1" wallet) == "$id" && $(account "$1" wallet_source) == "$3" &&
		$(json .wallet.name maxctl -j wallet show --pid "$1") == "$2" ]]
}

# waker CMD...: a task under the class, started through CMD, that wakes up every 50 ms: the kernel
# notices a task's move to another cgroup when it is queued. Its pid is in $WAKER.
waker()
{
	# shellcheck disable=SC2016 # for the inner shell
	"$@" -- bash -c 'exec {pipe}<> <(:); while :; do read -r -t 0.05 -u "$pipe" _; done' &
	WAKER=$!
	HOGS+=("$WAKER")
	wait_for 5 grep --quiet --line-regexp bash "/proc/$WAKER/comm"
	wait_for 5 state_is "$WAKER" sleeping
}

# As a background process that is the task itself.
nobody_runs()
{
	exec setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups maxctl run "$@"
}

expect_fail 3 'sched_maxwell is not loaded' maxctl wallet
attach
maxctl -j monitor wallet > "$CASE_TMP/events" &
listener=$!
wait_for 5 listeners 1

# --- making and changing ---
a=$(maxctl wallet new --income 300 a)
[[ $a =~ ^[0-9]+$ ]] || die "wallet new printed '$a'"
wallet_is a ".id == $a and .name == \"a\" and .kind == \"named\" and .uid == 0 and
	.income_cents_per_s == 300 and .cap_nanocents == 3000 * 1e9 and .half_life_ms == 60000 and
	.unlimited == false"
maxctl -j wallet new --owner nobody --income 5 --cap 0.25 --half-life 0 own > "$CASE_TMP/new"
judge 'wallet new' "$CASE_TMP/new" '.wallet | .name == "own" and (.id | type) == "number"'
wallet_is own ".uid == $NOBODY and .cap_nanocents == 250000000 and .half_life_ms == 0"
expect_fail 2 'income is missing' maxctl wallet new free
maxctl wallet new --unlimited free > /dev/null
wallet_is free '.unlimited and (has("balance_nanocents") | not) and .pace == 1'
[[ $(maxctl wallet show free) == *'income: unlimited'* ]] || die 'wallet show does not say unlimited'
[[ $(maxctl wallet show own) == *$'owner: nobody\n'*'half-life: never'* ]] ||
	die "wallet show says: $(maxctl wallet show own)"

maxctl wallet set --income 0 --cap 1000 --half-life 0 "$a"
wallet_is a '.income_cents_per_s == 0 and .cap_nanocents == 1000 * 1e9 and .half_life_ms == 0'
maxctl wallet set --half-life 1500ms a
wallet_is "$a" '.cap_nanocents == 1000 * 1e9 and .half_life_ms == 1500'
maxctl wallet set --unlimited a
wallet_is a '.unlimited'
expect_fail 2 'income is missing' maxctl wallet set --cap 5 a
maxctl wallet set --income 0 --cap 1000 --half-life 0 a

# --- money, to the nanocent ---
before=$(json .wallet.balance_nanocents maxctl -j wallet show a)
maxctl wallet fund a 250.500000001
wallet_is a ".balance_nanocents == $before + 250500000001 and .grants_nanocents == 250500000001"
expect_fail 2 'more than the cap leaves room for' maxctl wallet fund a 750
expect_fail 2 'allowed are 1 to 1000000000000000000' maxctl wallet fund a 0
expect_fail 2 'unlimited' maxctl wallet fund free 1
wallet_is a '.grants_nanocents == 250500000001 and
	.income_nanocents + .grants_nanocents ==
	.balance_nanocents + .charged_nanocents + .evaporated_nanocents'

# --- limits ---
expect_fail 1 'has 1 to 31 bytes' maxctl wallet new "$(printf 'x%.0s' {1..32})"
maxctl wallet new "$(printf 'x%.0s' {1..31})" --unlimited > /dev/null
expect_fail 1 'would be taken for a wallet' maxctl wallet new 123
expect_fail 1 'has 1 to 31 bytes' maxctl wallet new ''
expect_fail 2 "letters, digits, '.', '_' and '-' only" maxctl wallet new --unlimited 'a b'
expect_fail 2 "there is a wallet named 'a' already" maxctl wallet new --unlimited a
for number in 1000000001 99999999999 1.5 -1 x ''; do
	expect_fail 1 "'$number' is not a whole number from 0 to 1000000000" \
		maxctl wallet new --income "$number" b
done
for money in 1000000000.000000001 1000000001 -1 1e3 ''; do
	expect_fail 1 'such as 5000 or 0.25, up to 1000000000 and' maxctl wallet fund a -- "$money"
done
maxctl wallet new --income 1000000000 --cap 1000000000 most > /dev/null
wallet_is most '.income_cents_per_s == 1000000000 and .cap_nanocents == 1000000000 * 1e9'
maxctl wallet delete most
for pid in 0 -1 2147483648 x; do
	expect_fail 1 "PID '$pid' is not a whole number from 1 to 2147483647" \
		maxctl wallet grant --pid "$pid" a
done
expect_fail 2 'no thread has the id 4194303' maxctl wallet grant --pid 4194303 a
expect_fail 2 'not under the class' maxctl wallet grant --pid $$ a
expect_fail 2 'no wallet is granted to it' maxctl wallet revoke --user 1
expect_fail 2 'no wallet is granted to it' maxctl wallet revoke --cgroup /sys/fs/cgroup
expect_fail 1 'is not an amount of cents' maxctl wallet new --income 1 --cap 1.0000000001 b
expect_fail 1 'is not an amount of cents' maxctl wallet fund a x
expect_fail 1 'is not an amount of cents' maxctl wallet fund a 1,5
expect_fail 1 'something is missing: maxctl wallet fund WALLET MONEY' maxctl wallet fund a
expect_fail 1 'something is missing: maxctl wallet delete WALLET' maxctl wallet delete
expect_fail 1 'see maxctl wallet new -h' maxctl wallet new --nonsense b
expect_fail 1 'excludes --income' maxctl wallet new --unlimited --income 1 b
expect_fail 1 'shorter than 1ms' maxctl wallet set --half-life 0.0001 a
expect_fail 1 'longer than 49 days' maxctl wallet set --half-life 72000m a
expect_fail 1 'nothing to set' maxctl wallet set a
expect_fail 1 'numbered from 1' maxctl wallet show 0
expect_fail 1 'exclude each other' maxctl wallet show --pid 1 a
expect_fail 1 'exactly one of' maxctl wallet grant a
expect_fail 1 'exactly one of' maxctl wallet grant --user nobody --pid 1 a
expect_fail 1 'exactly one of' maxctl wallet revoke
expect_fail 1 'there is no wallet' maxctl wallet grant --user nobody
expect_fail 1 'one word too many' maxctl wallet revoke --user nobody a
expect_fail 1 "has no command 'nonsense'" maxctl wallet nonsense
expect_fail 2 "there is no user 'nonsense'" maxctl wallet new --owner nonsense --unlimited b
expect_fail 2 "no wallet has the name 'nonsense'" maxctl wallet fund nonsense 1
expect_fail 2 'no wallet has the id 9999' maxctl wallet set --income 1 9999
expect_fail 4 'cannot be deleted' maxctl wallet delete common
expect_fail 2 'cannot look at the cgroup' maxctl wallet grant --cgroup /nonexistent a
expect_fail 2 'is not the directory of a cgroup' maxctl wallet grant --cgroup /tmp a
mkdir "$group"
expect_fail 2 'is not the directory of a cgroup' maxctl wallet grant --cgroup "$group/cgroup.procs" a

# --- help: of all that wallets have, and of each ---
for verb in list show new set fund grant revoke grants delete; do
	maxctl wallet --help | grep --quiet "^  $verb " || die "wallet --help does not name $verb"
	maxctl help wallet | grep --quiet "^  $verb " || die "help wallet does not name $verb"
	maxctl wallet "$verb" --help | grep --quiet "^Usage: maxctl wallet $verb" ||
		die "wallet $verb --help says: $(maxctl wallet "$verb" --help)"
	[[ $(maxctl help wallet "$verb") == "$(maxctl wallet "$verb" --help)" ]] ||
		die "help wallet $verb says otherwise"
done

# --- who draws on what ---
waker maxctl run --bid 10
check 'a task begins with its own user'\''s wallet' draws "$WAKER" uid:0 user
maxctl wallet grant --pid "$WAKER" a
check 'grant --pid' draws "$WAKER" a task
[[ $(maxctl show "$WAKER") == *"wallet: $a (a), by task"* ]] || die "show: $(maxctl show "$WAKER")"
maxctl wallet revoke --pid "$WAKER"
check 'revoke --pid' draws "$WAKER" uid:0 user
maxctl wallet grant --cgroup "$group" a
echo "$WAKER" > "$group/cgroup.procs"
wait_for 5 draws "$WAKER" a cgroup
maxctl wallet grant --user nobody free
maxctl -j wallet grants > "$CASE_TMP/grants"
judge 'wallet grants' "$CASE_TMP/grants" "(.grants | map(select(.name == \"a\").to_cgroup)) ==
	[$(stat --format=%i "$group")] and
	(.grants | map(select(.name == \"free\").to_uid)) == [$NOBODY]"
[[ $(maxctl --no-header wallet grants | awk '$2 == "free" { print $3, $4 }') == 'nobody -' ]] ||
	die "wallet grants: $(maxctl wallet grants)"
maxctl wallet revoke --cgroup "$group"
wait_for 5 draws "$WAKER" uid:0 user
waker nobody_runs
check 'grant --user' draws "$WAKER" free user
maxctl wallet revoke --user nobody
wait_for 5 draws "$WAKER" "uid:$NOBODY" user
expect_fail 4 'cannot be deleted' maxctl wallet delete "uid:$NOBODY"

# --- run --wallet ---
waker maxctl run --wallet a
check 'run --wallet' draws "$WAKER" a task
ran=$WAKER
waker maxctl run --wallet "$a"
check 'run --wallet with an id' draws "$WAKER" a task
expect_fail 2 "no wallet has the name 'nonsense'" maxctl run --wallet nonsense -- touch "$CASE_TMP/ran"
[[ ! -e $CASE_TMP/ran ]] || die 'run went on without the wallet'
maxctl --no-header list --sort wallet > "$CASE_TMP/list"
[[ $(awk -v id="$a" -v pid="$ran" '$1 == pid { print $5 == id }' "$CASE_TMP/list") == 1 ]] ||
	die "list shows other wallets: $(< "$CASE_TMP/list")"

# --- without privilege: reading, and one's own task between one's own wallets ---
as_nobody maxctl wallet > /dev/null
expect_fail 4 'making a wallet needs CAP_SYS_NICE' as_nobody maxctl wallet new --unlimited b
expect_fail 4 'changing a wallet needs CAP_SYS_NICE' as_nobody maxctl wallet set --income 1 own
expect_fail 4 'funding a wallet needs CAP_SYS_NICE' as_nobody maxctl wallet fund own 0.1
expect_fail 4 'deleting a wallet needs CAP_SYS_NICE' as_nobody maxctl wallet delete own
expect_fail 4 'needs CAP_SYS_NICE' as_nobody maxctl run --wallet a true
expect_fail 4 'needs CAP_SYS_NICE' as_nobody maxctl wallet grant --user nobody own
expect_fail 4 'needs CAP_SYS_NICE' as_nobody maxctl wallet revoke --pid "$ran"
# What starting it costs depends on the kernel, and nobody shall be in debt below.
maxctl wallet set --income 1000 --cap 1000 own
waker nobody_runs --wallet own
check 'a wallet of one'\''s own' draws "$WAKER" own task

# --- the end of a wallet ---
maxctl wallet delete a
expect_fail 2 "no wallet has the name 'a'" maxctl wallet show a
wait_for 5 draws "$ran" uid:0 user
maxctl -j status > "$CASE_TMP/status"
judge status "$CASE_TMP/status" ".wallets.count == $(json '.wallets | length' maxctl -j wallet list) and
	.wallets.in_debt == 0"

# --- events ---
sleep 0.2
kill -TERM "$listener"
wait "$listener" || true
jq --compact-output 'select(.event.name == "a") | .event.event' "$CASE_TMP/events" | xargs > "$CASE_TMP/seen"
note "events of a: $(< "$CASE_TMP/seen")"
# Each grant and revocation is a change as well. It may be in debt for a moment, if all takes long.
[[ $(tr ' ' '\n' < "$CASE_TMP/seen" | sed '/debt\|recovered/d' | uniq | xargs) == 'made changed funded changed deleted' ]] ||
	die "the events of a were: $(< "$CASE_TMP/seen")"
jq --slurp --exit-status 'all(.group == "wallet" and .schema == "maxwell/1")' "$CASE_TMP/events" \
	> /dev/null || die 'not all events are of the group wallet'
