#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 90
# cpus: 1
# not-debug: it measures what the checks of the debug kernel multiply
#
# Bids by ring for a task that waits are taken up within a tick, also while another user floods 64
# rings, and what the timer does in hard interrupt context has its bound. The clock counts
# instructions, 4 ns each.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

trace=/sys/kernel/tracing

# poll_times: how long each run of the rings' timer was, from what is in the trace, in us.
poll_times()
{
	awk 'function field(name) {
			match($0, name "[^ ]+")
			return substr($0, RSTART + length(name), RLENGTH - length(name))
		}
		function time() {
			match($0, /[0-9]+\.[0-9]+: hrtimer/)
			return substr($0, RSTART) + 0
		}
		/hrtimer_expire_entry/ && /poll_fn/ { timer = field("hrtimer="); start = time() }
		/hrtimer_expire_exit/ && timer && field("hrtimer=") == timer {
			printf "%d\n", (time() - start) * 1000000 + 0.5
			timer = ""
		}' "$trace/trace" | sort --numeric-sort
}

# measure NAME COUNT: latency of COUNT bids, and the timer meanwhile, to $CASE_TMP/NAME.
measure()
{
	echo > "$trace/trace"
	echo 1 > "$trace/events/timer/hrtimer_expire_entry/enable"
	echo 1 > "$trace/events/timer/hrtimer_expire_exit/enable"
	ringload latency "$2" "$poor" > "$CASE_TMP/$1"
	echo 0 > "$trace/events/timer/enable"
	poll_times > "$CASE_TMP/$1.us"
	note "$1: bids, in permille of a tick: $(cat "$CASE_TMP/$1")"
	note "$1: $(awk '{ us[NR] = $1 }
		END { printf "timer, us: %d times, p50 %d, p99 %d, max %d", NR, us[int((NR + 1) / 2)],
			us[int(NR * 99 / 100)], us[NR] }' "$CASE_TMP/$1.us")"
	(($(wc --lines < "$CASE_TMP/$1.us") > "$2" / 2)) || die 'the timer was not seen in the trace'
}

on_exit()
{
	echo 0 > "$trace/events/timer/enable"
	echo > "$trace/trace"
}

attach
bid_spin 500
bid_spin 2
poor=$SPIN
hogs_spin

measure alone 300
# A tick, and 5 % for the timer itself and the step of who looks at the clock.
judge 'all within a tick' "$CASE_TMP/alone" \
	'.taken == .count and .max <= 1050 and .p50 > 100 and .p99 >= .p50'

nobody=(setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups --inh-caps=-all)
pids=()
for _ in 1 2 3 4; do
	"${nobody[@]}" maxctl run --bid 20 -- spin &
	HOGS+=("$!")
	pids+=("$!")
done
hogs_spin
"${nobody[@]}" ringload flood 64 12 "${pids[@]}" > "$CASE_TMP/floods" &
flood=$!
wait_for 5 grep --quiet flooding "$CASE_TMP/floods"
measure flood 300
# 4 ns an instruction: 250,000 of them, whatever 64 rings hold. On PREEMPT_RT it is a quarter, and
# then it takes three ticks until each of 65 rings has had its turn (see kernel/ring_poll.c).
bound_us=1000 ticks=1
if [[ $(uname --kernel-version) == *PREEMPT_RT* ]]; then
	bound_us=250 ticks=3
fi
# The timer needs longer then, and a bid may have its turn at the end of it.
judge 'a flood of another user puts them off by the timer alone' "$CASE_TMP/flood" \
	".taken == .count and .max <= $ticks * 1050 + 150"
assert 'the timer has its bound (us)' "$(tail --lines=1 "$CASE_TMP/flood.us") <= $bound_us"
wait "$flood" || die "the flood failed: $(cat "$CASE_TMP/floods")"
cat "$CASE_TMP/floods"
