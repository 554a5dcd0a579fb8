#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 180
#
# Who pays for a GPU when things change while it is leased: the wallet is deleted and its number
# given to another, the file passes to somebody else, who asked is gone, the wallet is in debt. And
# what a lease survives: the class coming and going, an attempt to unload the module; what it does
# not: being stopped.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/wallets.sh"
. "$MAXWELL_SRC/tests/vm/gpus.sh"

# Actors have children.
on_exit()
{
	pkill -KILL --exact gpu
	sleep 0.2
}

# clock_us: CLOCK_MONOTONIC.
clock_us()
{
	gpu status:0 | sed 's/.* @ \([0-9]*\)\.\([0-9]*\)$/\1\2/'
}

# purse_of UID NAME: a wallet of one's own that the user draws on.
purse_of()
{
	maxctl wallet new "$2" --unlimited > /dev/null
	maxctl wallet grant "$2" --user "$1"
}

load_module
chmod 1777 "$CASE_TMP"
tune gpu_slice_ms 100
tune gpu_grace_ms 1000
tune survival_share_permille 1

note 'the wallet is deleted while its lease runs: the user pays from then on'
purse_of 3001 purse
purse=$(wallet purse id)
actor_as 3001 a ask:0:900:10000 sleep:150 "touch:$(sign held)" "await:$(sign leave)" release:0
await held
assert 'what is renewed is paid for' "$(wallet purse charged_nanocents) > 0"
before_us=$(clock_us)
maxctl wallet delete purse
after_us=$(clock_us)
maxctl wallet new heir --unlimited > /dev/null
assert 'the number is in use again' "$(wallet heir id) == $purse"
leave_us=$(clock_us)
touch "$(sign leave)"
check_said a 'ask.* ok held 10 '
check_said a 'release.* ok'
own_us=$(($(charged 3001) / 10 / 1000))
assert 'the user pays for what is left' \
	"$own_us >= $leave_us - $after_us && $own_us <= $(said_us a release) - $before_us"
purse_us=$((($(gpu_value charged-nanocents) - $(charged 3001)) / 10 / 1000))
assert 'the purse has paid until it was gone' \
	"$purse_us >= $before_us - $(said_us a ask) && $purse_us <= $after_us - $(said_us a ask) + 1000"
assert 'whoever has the number now pays nothing' "$(wallet heir charged_nanocents) == 0"

note 'a request bids what its new wallet is good for'
clear_signs
maxctl wallet new poor --income 1 > /dev/null
maxctl wallet grant poor --user 3002
actor_as 3002 w "touch:$(sign w)" "await:$(sign go)" ask:0:300:50 release:0
await w
actor a ask:0:500:10000 "touch:$(sign go)" queue:0:1 "touch:$(sign full)" \
	"await:$(sign leave)" release:0
await full
[[ $(gpu status:0) == *' 1 '?([0-9])[0-9]' 10 '* ]] || die "an empty wallet bids: $(gpu status:0)"
maxctl wallet delete poor
[[ $(gpu status:0) == *' 1 300 10 '* ]] || die "bids as before: $(gpu status:0)"
touch "$(sign leave)"
check_said w 'ask.* ok held 10 '
check_said w 'release.* ok'

note 'nobody is left to pay: the lease expires'
clear_signs
purse_of 3003 purse
actor_as 3003 a ask:0:900:10000 fork:4 "await:$(sign gone)" poll:100 status:0 release:0
wait_for 5 eval "[[ ! -e /proc/$pid ]]"
maxctl -j gpu > "$CASE_TMP/gpus"
judge 'the lease does not end with its process, but with its file' "$CASE_TMP/gpus" \
	'.gpus[0] | has("lease_left_ms")'
judge 'who is gone is not named' "$CASE_TMP/gpus" '.gpus[0] | has("holder_pid") | not'
maxctl gpu
check_said a 'ask.* ok held 10 '
maxctl wallet delete purse
touch "$(sign gone)"
check_said a 'poll.* news'
check_said a 'status.* ok expired'
check_said a 'release.* ETIME'

note 'the file passes to another user: who asks through it pays'
clear_signs
paid=$(gpu_value charged-nanocents)
actor_as 3004 a ask:0:500:10000 sleep:20 "give:$(sign socket)" "await:$(sign never)"
apid=$pid
actor_as 3005 b "take:$(sign socket)" ask:0:500:10000 "touch:$(sign held)" "await:$(sign leave)" \
	status:0 release:0
bpid=$pid
await held
assert 'the new one holds it' "$(maxctl -j gpu | jq '.gpus[0].holder_pid') == $bpid"
kill -KILL "$apid"
wait_for 5 eval "[[ ! -e /proc/$apid ]]"
touch "$(sign leave)"
check_said b 'status.* ok held'
check_said b 'release.* ok'
a=$(charged 3004) b=$(charged 3005)
assert 'the first has paid until then' "$a >= 20000000 * 10"
assert 'the second from then on' "$b > 0"
assert 'all of it, once' "$a + $b == $(gpu_value charged-nanocents) - $paid"

note 'two that ask through one file share one request'
clear_signs
ready_actor b fork:1 ask:0:100:50 queue:0:1 ask:0:300:50 join release:0
actor a ask:0:500:10000 "touch:$(sign go)" "await:$(sign leave)" release:0
wait_for 3 eval '[[ $(gpu status:0) == *" 1 300 10 "* ]]'
touch "$(sign leave)"
check_said b 'ask:0:100:50 ok held 10 '
check_said b 'ask:0:300:50 ok held 10 '
check_said b 'release.* ok'
clear_signs
ready_actor b fork:1 ask:0:100:50 queue:0:1 ask:0:300:50:60 join
actor a ask:0:500:10000 "touch:$(sign go)" "await:$(sign leave)" release:0
check_said b 'ask:0:300:50:60 ETIMEDOUT'
check_said b 'ask:0:100:50 ECANCELED'
touch "$(sign leave)"
check_said a 'release.* ok'

note 'who asks again after the end is behind those that wait'
clear_signs
overstayed=$(gpu_value overstayed)
ready_actor b ask:0:300:50 sleep:5 release:0
actor a ask:0:500:100 "touch:$(sign go)" queue:0:1 sleep:120 ask:0:500:50 release:0
check_said b 'ask.* ok held 10 '
check_said a 'ask:0:500:100 ok held 10 '
check_said a 'ask:0:500:50 ok held 10 '
check_said a 'release.* ok'
assert 'b first' "$(said_us b ask) < $(said_us a ask:0:500:50)"
assert 'and that is no offence' "$(gpu_value overstayed) == $overstayed"

note 'who is stopped overstays'
clear_signs
tune gpu_grace_ms 200
overstayed=$(gpu_value overstayed)
ready_actor b ask:0:300:50 release:0
actor a ask:0:500:100 "touch:$(sign go)" "await:$(sign on)" status:0 release:0
apid=$pid
await go
kill -STOP "$apid"
check_said b 'ask.* ok held'
assert 'it is counted' "$(gpu_value overstayed) == $overstayed + 1"
touch "$(sign on)"
kill -CONT "$apid"
check_said a 'status.* ok expired'
check_said a 'release.* ETIME'

note 'one process takes all GPUs, and leaves them'
tune gpu_grace_ms 1000
tune gpu_count 16
steps=()
for gpu in {0..15}; do
	steps+=("try:$gpu:20:10000")
done
clear_signs
actor a "${steps[@]}" "touch:$(sign held)" "await:$(sign never)"
await held
assert 'it has them all' "$(grep --count 'ok held' "$CASE_TMP/a") == 16"
assert 'and they show' "$(maxctl -j gpu | jq '[.gpus[] | select(.holder_pid)] | length') == 16"
kill -KILL "$pid"
wait_for 5 eval '(($(maxctl -j gpu | jq "[.gpus[] | select(.holder_pid)] | length") == 0))'
tune gpu_count 1

note 'the class comes and goes, the module stays'
clear_signs
actor a ask:0:500:10000 "touch:$(sign held)" "await:$(sign leave)" status:0 release:0
await held
expect_fail 1 'in use' rmmod sched_maxwell
attach
detach
touch "$(sign leave)"
check_said a 'status.* ok held'
check_said a 'release.* ok'

note 'bids of nothing and of all the money in the world'
actor a ask:0:0:50 release:0
check_said a 'ask.* ok held 0 '
check_said a 'release.* ok'
assert 'a turn for nothing costs nothing' "$(charged "$uid") == 0"
actor a ask:0:4294967295:50 release:0
check_said a 'ask.* ok held 10 '
check_said a 'release.* ok'

note 'a wallet that goes into debt by a lease bids nothing; with money again it has not to wait'
tune pacing_ms 0
tune gpu_base_price_cents 100000
earn broke 100
maxctl wallet grant broke --user 3006
clear_signs
# Something has come in by then.
actor_as 3006 a sleep:20 ask:0:1000000:50 sleep:20 release:0 "touch:$(sign broke)" \
	ask:0:1000000:50 release:0
await broke
wait_for 1 queued 1
check_said a 'ask.* ok held 100000 '
[[ $(gpu status:0) == *' 1 0 100000 '* ]] || die "in debt, but bids: $(gpu status:0)"
assert 'in debt' "$(wallet broke balance_nanocents) < -1000000000000"
funded_us=$(clock_us)
maxctl wallet fund broke 2500
wait_for 5 eval "[[ \$(grep --count '^ask.* ok held 100000 ' '$CASE_TMP/a') == 2 ]]"
granted_us=$(sed --quiet 's/^ask.* @ \([0-9]*\)\.\([0-9]*\)$/\1\2/p' "$CASE_TMP/a" | tail --lines=1)
assert 'before any turn on the survival share' "$granted_us - $funded_us < 1000000"
