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
. "$MAXWELL_SRC/tests/vm/gpus.sh"

base=10
load_module
chmod 1777 "$CASE_TMP"
tune gpu_slice_ms 100
tune gpu_grace_ms 1000
# No turn on the survival share before the window is over, 3.5 s.
tune survival_share_permille 1

note 'the dearest bid is next, and pays the second price to the nanocent'
ready_actor b ask:0:100:50 sleep:5 release:0
b=$uid
ready_actor c ask:0:300:50 sleep:7 release:0
c=$uid
ready_actor d ask:0:200:50 sleep:9 release:0
d=$uid
actor a ask:0:900:100 "touch:$(sign go)" queue:0:3 release:0
a=$uid
check_said a 'ask.* ok held 10 '
for name in a b c d; do
	check_said "$name" 'release.* ok'
done
check_said c 'ask.* ok held 200 '
check_said d 'ask.* ok held 100 '
check_said b 'ask.* ok held 10 '
assert 'order' "$(said_us c ask) < $(said_us d ask) && $(said_us d ask) < $(said_us b ask)"
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
held_us=$(($(charged "$c") / 200 / 1000))
told_us=$(($(said_us c release) - $(said_us c ask)))
assert 'c pays for its 7 ms, and the time that it takes to be told' \
	"$held_us >= 7000 && $held_us <= $told_us + 5000 * ${MAXWELL_PATIENCE:-1}"

note 'a holder that outbids all goes on, at a new price'
clear_signs
ready_actor b try:0:100:50 poll:9000 release:0
actor a ask:0:500:10000 "touch:$(sign go)" queue:0:1 sleep:600 status:0 "touch:$(sign seen)" \
	"await:$(sign leave)" release:0
apid=$pid
check_said a 'ask.* ok held 10 '
await seen
maxctl -j gpu > "$CASE_TMP/gpus"
touch "$(sign leave)"
check_said b 'try.* ok waiting'
check_said a 'status.* ok held 100 '
judge 'who holds it' "$CASE_TMP/gpus" \
	".gpus[0].holder_pid == $apid and .gpus[0].price_cents_per_s == 100"
judge 'the time under lease shows' "$CASE_TMP/gpus" '.gpus[0].busy_permille > 500'
check_said b 'poll.* news'
check_said b 'release.* ok'
check_said a 'release.* ok'

note 'kill -9 ends a lease and a request'
clear_signs
abandoned=$(gpu_value abandoned)
overstayed=$(gpu_value overstayed)
ready_actor b ask:0:300:100 sleep:20000
bpid=$pid
ready_actor c ask:0:200:50 release:0
actor a ask:0:500:10000 "touch:$(sign go)" queue:0:2 "touch:$(sign full)" sleep:20000
apid=$pid
await full
kill -KILL "$bpid"
wait_for 5 queued 1
kill -KILL "$apid"
check_said c 'release.* ok'
assert 'both counted' "$(gpu_value abandoned) == $abandoned + 2"
assert 'nobody overstayed' "$(gpu_value overstayed) == $overstayed"

note 'an overstayed lease is taken away after the grace, and charged for'
clear_signs
tune gpu_grace_ms 400
ready_actor b ask:0:300:50 release:0
actor a ask:0:500:100 "touch:$(sign go)" queue:0:1 poll:5000 status:0 release:0 release:0
a=$uid
check_said a 'ask.* ok held'
check_said a 'poll.* news'
check_said a 'status.* ok expired 0 0.000'
check_said a 'release.* ETIME'
check_said a 'release.* ENOENT'
check_said b 'release.* ok'
over_us=$(($(until_us a ask) + 400000))
late_us=$(($(said_us a poll) - over_us))
assert 'taken away after lease and grace' "$late_us >= 0 && $late_us <= 10000 * ${MAXWELL_PATIENCE:-1}"
late_us=$(($(said_us b ask) - over_us))
assert 'the next one has it at once' "$late_us >= 0 && $late_us <= 10000 * ${MAXWELL_PATIENCE:-1}"
held_ms=$(($(charged "$a") / base / 1000000))
assert 'charged for all of it' "$held_ms >= 500 && $held_ms <= 510"
assert 'counted' "$(gpu_value overstayed) == $overstayed + 1"

note 'time limit, signal, no waiting: the request is gone'
clear_signs
tune gpu_grace_ms 1000
ready_actor b status:0 ask:0:300:50:60 alarm:60 ask:0:300:50 status:0 try:0:300:50 status:0 \
	release:0 status:0 poll:10 "touch:$(sign leave)"
actor a ask:0:500:100 "touch:$(sign go)" "await:$(sign leave)" release:0
check_said a 'ask.* ok held'
check_said b 'poll.* nothing'
check_said b 'ask:0:300:50:60 ETIMEDOUT'
check_said b 'ask:0:300:50 EINTR'
check_said b 'try.* ok waiting'
assert 'the time limit' "$(said_us b ask:0:300:50:60) - $(said_us b status:0) >= 60000"
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
clear_signs
ready_actor b ask:3:300:50
ready_actor c try:3:200:50 poll:9000 status:3 ask:3:300:50
actor a ask:3:500:10000 "touch:$(sign go)" queue:3:2 "touch:$(sign full)" "await:$(sign gone)" \
	poll:0 status:3 release:3 status:3
await full
tune gpu_count 3
touch "$(sign gone)"
check_said a 'poll:0 news'
check_said a 'status:3 ok expired'
check_said a 'release:3 ETIME'
check_said a 'status:3 ENODEV'
check_said b 'ask.* ENODEV'
check_said c 'try.* ok waiting'
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
said=$(as_nobody gpu crowd:100:2)
[[ $said == *' 128 EDQUOT '* ]] || die "requests: $said"
[[ $(as_nobody gpu try:0:20:50) == *'ok held'* ]] || die 'the limit outlives the files'
assert 'nothing is left' "$(gpu_value queued) == 0 && $(gpu_value queued 1) == 0"
