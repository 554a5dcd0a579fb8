#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
#
# Leases of GPUs: who gets one, what it costs to the nanocent, and how it ends: released,
# overstayed, with the process, with the GPU. Waiting, polling, time limits, signals, limits of a
# user.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

base=10
users=0

# gpu_value FIELD [GPU]: what netlink has of a GPU.
gpu_value()
{
	ynl --dump gpu-get | jq ".[] | select(.gpu == ${2:-0}) | .\"$1\""
}

# charged UID: what the user's own wallet has been charged.
charged()
{
	ynl --dump wallet-get |
		jq "[.[] | select(.kind == \"default\" and .uid == $1) | .\"charged-nanocents\"] | add // 0"
}

# actor NAME STEP...: the steps in the background as a user of their own, in $uid and $pid; what
# they say goes to $CASE_TMP/NAME.
actor()
{
	local name=$1
	shift
	users=$((users + 1))
	uid=$((2000 + users))
	setpriv --reuid="$uid" --regid="$uid" --clear-groups gpu "$@" > "$CASE_TMP/$name" &
	pid=$!
	HOGS+=("$pid")
}

# queued COUNT: so many wait for GPU 0 now. Fields are those of the helper's status step.
queued()
{
	local queued
	read -r _ _ _ _ _ queued _ <<< "$(gpu status:0)"
	((queued == $1))
}

said()
{
	grep --quiet --extended-regexp "^$2" "$CASE_TMP/$1"
}

# said_ms NAME STEP: when the step was done, in whole milliseconds.
said_ms()
{
	sed --quiet "s/^$2[^ ]* .* @ \([0-9]*\)\..*/\1/p" "$CASE_TMP/$1" | head --lines=1
}

check_said()
{
	wait_for 5 said "$1" "$2"
	note "$1: $(grep --extended-regexp "^$2" "$CASE_TMP/$1" | head --lines=1)"
}

load_module
chmod 1777 "$CASE_TMP"
go=$CASE_TMP/go

note 'the dearest bid is next, and pays the second price to the nanocent'
tune gpu_slice_ms 100
tune gpu_grace_ms 1000
actor a ask:0:900:100 "await:$go" release:0
a=$uid
check_said a 'ask.* ok held 10 '
actor b ask:0:100:50 sleep:5 release:0
b=$uid
wait_for 1 queued 1
actor c ask:0:300:50 sleep:7 release:0
c=$uid
wait_for 1 queued 2
actor d ask:0:200:50 sleep:9 release:0
d=$uid
wait_for 1 queued 3
touch "$go"
for name in a b c d; do
	check_said "$name" 'release.* ok'
done
check_said c 'ask.* ok held 200 '
check_said d 'ask.* ok held 100 '
check_said b 'ask.* ok held 10 '
assert 'order' "$(said_ms c ask) < $(said_ms d ask) && $(said_ms d ask) < $(said_ms b ask)"
total=0 sum=0
for pair in "$a:10" "$c:200" "$d:100" "$b:10"; do
	cost=$(charged "${pair%:*}")
	price=${pair#*:}
	assert "a whole number of nanoseconds at $price" "$cost > 0 && $cost % $price == 0"
	total=$((total + cost / price))
	sum=$((sum + cost))
done
assert 'all time is charged for' "$total == $(gpu_value leased-ns)"
assert 'the GPU was paid what they were charged' "$sum == $(gpu_value charged-nanocents)"
assert 'auctions' "$(gpu_value auctions) == 4"
held_ms=$(($(charged "$c") / 200 / 1000000))
assert 'c has held it for its 7 ms and a little more' "$held_ms >= 7 && $held_ms <= 12"

note 'a holder that outbids all goes on, at a new price'
actor a ask:0:500:10000 sleep:500 status:0 sleep:3000 release:0
apid=$pid
check_said a 'ask.* ok held 10 '
actor b try:0:100:50 poll:5000 release:0
check_said b 'try.* ok waiting'
check_said a 'status.* ok held 100 '
ynl --dump gpu-get > "$CASE_TMP/gpus"
judge 'who holds it' "$CASE_TMP/gpus" ".[0].\"holder-pid\" == $apid and .[0].price == 100"
judge 'the time under lease shows' "$CASE_TMP/gpus" '.[0]."busy-permille" > 500'
check_said b 'poll.* news'
check_said b 'release.* ok'

note 'kill -9 ends a lease and a request'
abandoned=$(gpu_value abandoned)
overstayed=$(gpu_value overstayed)
actor a ask:0:500:100 sleep:10000
apid=$pid
check_said a 'ask.* ok held'
actor b ask:0:300:100 sleep:10000
bpid=$pid
actor c ask:0:200:50 release:0
wait_for 1 queued 2
kill -KILL "$bpid"
wait_for 1 queued 1
kill -KILL "$apid"
check_said c 'release.* ok'
assert 'both counted' "$(gpu_value abandoned) == $abandoned + 2"
assert 'nobody overstayed' "$(gpu_value overstayed) == $overstayed"

note 'an overstayed lease is taken away after the grace, and charged for'
tune gpu_grace_ms 400
actor a ask:0:500:100 poll:5000 status:0 release:0 release:0
a=$uid
check_said a 'ask.* ok held'
actor b ask:0:300:50 release:0
wait_for 1 queued 1
check_said a 'poll.* news'
check_said a 'status.* ok expired 0 0.000'
check_said a 'release.* ETIME'
check_said a 'release.* ENOENT'
check_said b 'release.* ok'
assert 'the next one has it at once' "$(said_ms b ask) - $(said_ms a poll) <= 5"
late_ms=$(($(said_ms a poll) - $(said_ms a ask)))
assert 'taken away after lease and grace' "$late_ms >= 499 && $late_ms <= 510"
held_ms=$(($(charged "$a") / base / 1000000))
assert 'charged for all of it' "$held_ms >= 500 && $held_ms <= 510"
assert 'counted' "$(gpu_value overstayed) == $overstayed + 1"

note 'time limit, signal, no waiting: the request is gone'
tune gpu_grace_ms 1000
actor a ask:0:500:100 sleep:600 release:0
check_said a 'ask.* ok held'
actor b status:0 ask:0:300:50:60 alarm:60 ask:0:300:50 status:0 try:0:300:50 status:0 release:0 \
	status:0 poll:10
check_said b 'poll.* nothing'
check_said b 'ask:0:300:50:60 ETIMEDOUT'
check_said b 'ask:0:300:50 EINTR'
check_said b 'try.* ok waiting'
assert 'the time limit' "$(said_ms b ask:0:300:50:60) - $(said_ms b status:0) >= 59"
[[ $(grep --count 'status:0 ok none 0 0.000 0 0 10' "$CASE_TMP/b") == 3 ]] ||
	die "a request was left over: $(< "$CASE_TMP/b")"
check_said b 'status:0 ok waiting 0 0.000 1 300 10'
check_said a 'release.* ok'

note 'a bid below the reserve has its turn, for what it bids'
actor a ask:0:5:50 release:0
check_said a 'ask.* ok held 5 '
check_said a 'release.* ok'

note 'more of a lease, and several GPUs'
tune gpu_count 4
actor a try:0:20:50 try:1:20:50 try:2:20:50 try:3:20:50 try:0:20:50 release:0 try:4:20:50
check_said a 'try:4.* ENODEV'
assert 'all at once' "$(grep --count 'try.* ok held 10' "$CASE_TMP/a") == 5"
assert 'all GPUs show' "$(ynl --dump gpu-get | jq length) == 4"

note 'a GPU that goes away takes leases and requests along'
actor a ask:3:500:10000 "touch:$CASE_TMP/a.held" poll:9000 status:3 release:3 status:3
actor b "await:$CASE_TMP/a.held" ask:3:300:50
actor c "await:$CASE_TMP/a.held" try:3:200:50 poll:9000 status:3 ask:3:300:50
check_said c 'try.* ok waiting'
wait_for 5 eval '[[ $(gpu status:3) == *" 2 300 10 "* ]]'
tune gpu_count 3
check_said a 'status:3 ok expired'
check_said a 'release:3 ETIME'
check_said a 'status:3 ENODEV'
check_said b 'ask.* ENODEV'
check_said c 'poll.* news'
check_said c 'status:3 ENODEV'
check_said c 'ask.* ENODEV'
tune gpu_count 0
assert 'no GPU' "$(ynl --dump gpu-get | jq length) == 0"
[[ $(gpu try:0:20:50) == *ENODEV* ]] || die 'a GPU that is not there was given'
tune gpu_count 2
[[ $(gpu try:1:20:50) == *'ok held'* ]] || die 'a GPU that is back was not given'

note 'values that mean nothing'
for step in raw:0:10:0:0:0 raw:0:10:10001:0:0 raw:0:10:10:2:0 raw:0:10:10:0:1; do
	[[ $(gpu "$step") == *EINVAL* ]] || die "$step: $(gpu "$step")"
done
for step in raw:99:10:10:0:0 status:99 release:16 status:4294967295; do
	[[ $(gpu "$step") == *ENODEV* ]] || die "$step: $(gpu "$step")"
done
assert 'nothing came of it' "$(gpu_value queued) == 0"

note 'what a user may have open and ask for'
[[ $(as_nobody gpu many:1100) == *' 1023 EMFILE '* ]] || die "files: $(as_nobody gpu many:1100)"
said=$(as_nobody gpu crowd:1000:2)
[[ $said == *' 1024 EDQUOT '* ]] || die "requests: $said"
[[ $(as_nobody gpu try:0:20:50) == *'ok held'* ]] || die 'the limit outlives the files'
assert 'nothing is left' "$(gpu_value queued) == 0 && $(gpu_value queued 1) == 0"
