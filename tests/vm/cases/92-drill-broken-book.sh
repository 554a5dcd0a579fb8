#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 240
# expect-splat: sched_ext: .*disabled \((scx_bpf_error|unregistered from BPF)\)
#
# Failover drill: an order book is broken on purpose, in six ways. The module notices each by itself
# and has the class ended, with a reason. Everybody runs on under the fair class, and the class can
# be attached again, without loading the module anew, with books that work.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/drill.sh"

# broken FAULT TEXT: the class ends for that reason, while two tasks want CPU 1.
broken()
{
	local first
	crew
	bid_spin 600 1
	first=$SPIN
	bid_spin 500 1
	wait_for 5 grep --quiet --line-regexp spin "/proc/$first/comm"
	wait_for 5 grep --quiet --line-regexp spin "/proc/$SPIN/comm"
	wait_for 5 eval '(($(class_counter queued) > 0))'
	fault "$1" 1
	# The dearer one stops: the other has its turn, and the book runs empty.
	kill -STOP "$first"
	sleep 0.5
	kill -CONT "$first"
	ended "the order book of CPU 1 is broken: $2" 10
	all_go_on 'under the fair class' "${CREW[@]}" "$first" "$SPIN"
	back_again "${CREW[@]}" "$first" "$SPIN"
}

attach
broken mark 'a bucket is marked as occupied, but is empty'
broken place \
	'(a task stands in a bucket that is not its own|a task does not stand where it was put)'
# Who comes upon it first has his own word for it.
broken unmark '(a bucket is marked|a task does not stand where it was put|the counts say)'
broken count 'the counts say something else than the lists'
broken total '(the counts say something else|nobody stands where the longest wait has to be)'
broken slot '(nobody stands where the longest wait has to be|a task does not stand where it was)'

# In the last attachment the market works as ever.
rare_survival
expect_order 'rich poor' rich=900 poor=300 hold wake:poor wake:rich go

expect_fail 1 'Invalid argument' bash -c "echo 'nonsense 1' > $FAULT"
expect_fail 1 'No such device' bash -c "echo 'mark 4711' > $FAULT"
expect_fail 1 'Permission denied' as_nobody bash -c "echo 'mark 1' > $FAULT"
detach
unload_module
load_module
rmmod sched_maxwell
MODULE=/maxwell/sched_maxwell.ko
load_module
[[ ! -e $FAULT ]] || die "the module that users get has $FAULT"
