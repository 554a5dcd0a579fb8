#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
# timeout: 120
#
# stress-ng's scheduler stressors, all at once, with policy SCHED_EXT and in --all mode: none fails,
# the class stays.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

stressors=(--affinity 1 --clone 1 --cpu-sched 1 --daemon 1 --eventfd 1 --exec 1 --exit-group 1
	--fork 1 --futex 1 --hrtimers 1 --kill 1 --mq 1 --msg 1 --mutex 1 --nice 1 --pipe 1 --poll 1
	--pthread 1 --race-sched 1 --resched 1 --sem 1 --session 1 --sleep 1 --spawn 1 --switch 1
	--tee 1 --timer 1 --vfork 1 --wait 1 --yield 1 --zombie 1)

# storm OPTION...: for 8 seconds; says which stressor failed.
storm()
{
	local rc=0
	stress-ng --timeout 8s --oomable --log-brief "${stressors[@]}" "$@" > "$CASE_TMP/stress" 2>&1 || rc=$?
	grep --extended-regexp 'fail|passed|skipped' "$CASE_TMP/stress" || true
	# 4: a stressor that this kernel cannot run.
	if ((rc != 0 && rc != 4)); then
		cat "$CASE_TMP/stress"
		die "stress-ng ended with $rc"
	fi
	[[ $(class_state) == enabled ]] || die "sched_ext is $(class_state)"
	detach
	check 'the counters do not add up' balanced
}

attach
storm --sched sched_ext
attach --all
storm
