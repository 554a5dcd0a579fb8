#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 200
# slow: thousands of threads on the debug kernel
# needs-debug: the stock kernel cannot make allocations fail
# expect-splat: Call Trace:
#
# The pool of task records runs dry because the worker that fills it gets no memory: tasks beyond it
# run outside the market, counted, and none is lost. With memory again they come into the market.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/inject.sh"

# More than the 4096 records that are there from the start.
THREADS=4300

on_exit()
{
	inject_end
}

# woken [new]: how many threads have woken up since the last time that "new" was said.
woken()
{
	local count
	echo "$*" >&"${CROWD[1]}"
	read -r -u "${CROWD[0]}" count
	echo "$count"
}

all_woke()
{
	(($(woken) >= THREADS))
}

# all_run TEXT: from now on every thread has its turn.
all_run()
{
	woken new > /dev/null
	wait_for 20 all_woke
	note "$1: all $THREADS threads run"
}

attach
inject_begin
read -r start end < <(symbol refill_fn sched_maxwell)
inject_range "$start" "$end"
inject_set times -1
# Each task that comes has the worker try again.
inject_set verbose_ratelimit_burst 3
inject_set verbose_ratelimit_interval_ms 60000
inject_set probability 100

coproc CROWD { maxctl run --bid 300 -- threads "$THREADS" 2000; }
HOGS+=("$CROWD_PID")
read -r -u "${CROWD[0]}" answer
[[ $answer == ready ]] || die "not all threads were made: $answer"
all_run 'no memory'
note "records: $(class_counter nr_tasks), outside the market: $(class_counter overflowed) times"
assert 'the pool is dry' "$(class_counter nr_tasks) <= 4096"
assert 'who found none is counted' "$(class_counter overflowed) > 0"
[[ $(class_state) == enabled ]] || die "sched_ext is $(class_state)"

inject_set probability 0
wait_for 20 eval '(($(class_counter nr_tasks) > THREADS))'
all_run 'with memory again'
before=$(class_counter overflowed)
all_run 'all with records'
assert 'nobody is outside any more' "$(class_counter overflowed) == $before"
kill_hogs
# Each has to run once more to end, and the debug kernel takes its time over that.
wait_for 100 eval '(($(class_counter nr_tasks) == 0))'
detach
judge_sites pool
