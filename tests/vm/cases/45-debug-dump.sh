#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sched_ext's debug dump (sysrq-D) shows the books.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

trace=/sys/kernel/tracing

on_exit()
{
	echo 0 > "$trace/events/sched_ext/sched_ext_dump/enable"
	echo > "$trace/trace"
}

attach
# Builds of some kernels have lost the one call that writes into the dump.
lost=$(json '.checks[] | select(.check == "kfuncs").found' maxctl -j doctor)
[[ " $lost " != *' dump_bstr '* ]] || skip "this kernel's scx_bpf_dump_bstr cannot be called"
rare_survival
bid_spin 4321 1
bid_spin 1234 1
second=$SPIN
bid_spin 3 1
expect_state "$SPIN" parked
# It bids for itself once it is in the class, and may wait in between.
wait_for 30 eval '[[ $(account $second bid_cents_per_s) == 1234 ]]'
echo 1 > "$trace/events/sched_ext/sched_ext_dump/enable"
echo D > /proc/sysrq-trigger
sleep 1
grep maxwell: "$trace/trace" | sed 's/.*sched_ext_dump: //' | tee "$CASE_TMP/dump"
# Two wait: one that can pay and one that parks, unless that one has its turn at the moment.
grep --quiet --extended-regexp \
	'queued=2 parked=(1 reserve=10/10|0 reserve=10/10 curr=[0-9]+ bid=3 )' "$CASE_TMP/dump" ||
	die 'no line about the book of CPU 1'
grep --quiet "waits pid=$second bid=1234" "$CASE_TMP/dump" || die 'no line about who waits'
grep --quiet 'state=.* bid=3 ' "$CASE_TMP/dump" || die 'no line about the task that parks'
grep --quiet 'enqueued=' "$CASE_TMP/dump" || die 'no counters'
