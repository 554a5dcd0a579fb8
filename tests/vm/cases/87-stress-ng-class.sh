#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
# timeout: 900
# slow: fifty stressors one after the other, 2 s each, twice
#
# stress-ng's whole scheduler class, one stressor after the other, with policy SCHED_EXT and in
# --all mode: none fails, the class stays. Without the two that set policies of their own.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# whole_class OPTION...
whole_class()
{
	local rc=0 number
	stress-ng "$@" --class scheduler --sequential 1 -t 2 -x schedpolicy,schedmix --oomable \
		> "$CASE_TMP/stress" 2>&1 || rc=$?
	grep --extended-regexp 'fail|passed|skipped' "$CASE_TMP/stress" || true
	[[ $(class_state) == enabled ]] || die "sched_ext is $(class_state)"
	number=$(sed --quiet 's/.* failed: \([0-9]*\).*/\1/p' "$CASE_TMP/stress")
	[[ $number == 0 ]] ||
		die "${number:-an unknown number} failed: $(grep 'fail' "$CASE_TMP/stress" | head --lines=3)"
	number=$(sed --quiet 's/.* passed: \([0-9]*\).*/\1/p' "$CASE_TMP/stress")
	assert 'most of them ran' "$number > 40"
	# 4: some that this kernel cannot run.
	((rc == 0 || rc == 4)) || die "stress-ng ended with $rc"
	detach
	check 'the counters do not add up' balanced
}

attach
whole_class --sched sched_ext
attach --all
whole_class
