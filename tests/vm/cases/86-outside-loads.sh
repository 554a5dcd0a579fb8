#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
# cpus: 4
# timeout: 300
# slow: two loads of half a minute each, twice
#
# The load that the sched_ext project's CI puts on each of its schedulers, and the affinity killer
# in full length, with their options as they are: stress-ng ends well, the class stays.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# stays NAME CMD...: CMD ends well, and the class is still there.
stays()
{
	local name=$1 rc=0
	shift
	"$@" > "$CASE_TMP/stress" 2>&1 || rc=$?
	grep --extended-regexp 'fail|passed|skipped' "$CASE_TMP/stress" || cat "$CASE_TMP/stress"
	((rc == 0)) || die "$name: ended with $rc: $(tail --lines=3 "$CASE_TMP/stress")"
	[[ $(class_state) == enabled ]] || die "$name: sched_ext is $(class_state)"
	note "$name: passed"
}

n=$(nproc)
ci=(stress-ng -t 31 --aggressive -M -c "$n" -f "$n" --affinity 1 --affinity-delay 1 --affinity-pin)
killer=(-t 25 --aggressive -c 4 -f 2 --affinity 4 --affinity-delay 1 --affinity-pin --yield 2
	--switch 2)

attach
stays 'CI load' maxctl run -- "${ci[@]}"
stays 'affinity killer' stress-ng --sched sched_ext "${killer[@]}"
wait_for 10 eval '(($(class_counter nr_tasks) == 0))'
check 'the counters do not add up' balanced
detach

attach --all
stays 'CI load, --all' "${ci[@]}"
stays 'affinity killer, --all' stress-ng "${killer[@]}"
detach
check 'the counters do not add up' balanced
