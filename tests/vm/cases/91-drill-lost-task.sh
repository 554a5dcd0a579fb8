#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 180
# expect-splat: sched_ext: .*disabled \((runnable task stall|scx_bpf_error|unregistered from BPF)\)
#
# Failover drill: a bug on purpose loses a task that waits, so that no auction sees it. Sched_ext's
# watchdog ends the class, or the module itself as soon as anything touches the task. Everybody runs
# on under the fair class, the lost one too, and the class can be attached again.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/drill.sh"

# lose_one: a task of its own is lost; its pid is in $SPIN.
lose_one()
{
	crew
	bid_spin 500 1
	hogs_spin_alone
	fault lose "$SPIN"
	wait_for 5 grep --quiet --line-regexp 0 "$FAULT"
	wait_for 5 state_is "$SPIN" queued
}

hogs_spin_alone()
{
	wait_for 5 grep --quiet --line-regexp spin "/proc/$SPIN/comm"
}

attach
lose_one
all_go_on 'one is lost, of the others' "${CREW[@]}"
ran_ns=$(cpu_ns "$SPIN")
sleep 3
assert 'the lost one does not run' "$(cpu_ns "$SPIN") == $ran_ns"
ended "spin\\[$SPIN\\] failed to run for" 40
all_go_on 'under the fair class' "${CREW[@]}" "$SPIN"
back_again "${CREW[@]}" "$SPIN"

lose_one
check 'renice' renice -n 5 "$SPIN"
ended 'the order book of CPU 1 is broken: a task does not stand where it was put' 3
all_go_on 'under the fair class' "${CREW[@]}" "$SPIN"
back_again "${CREW[@]}" "$SPIN"

note 'a lost task may die, too'
lose_one
kill_hogs
wait_for 5 eval '(($(class_counter nr_tasks) == 0))'
