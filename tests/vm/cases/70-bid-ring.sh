#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 60
# not-debug: a bid for 200 ms of CPU time lapses before a program there has looked at it
#
# A bid by ring reaches a task that waits and holds for the CPU time that it says; a hostile producer
# hurts nobody else; the price page cannot be written; whatever is done to the mappings, the module
# stays while there is one.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
[[ $(ring write-prices) == refused ]] || die "the price page: $(ring write-prices)"
bid_spin 500 1
rich=$SPIN
bid_spin 5 1
poor=$SPIN
hogs_spin
expect_state "$poor" parked

[[ $(ring bid "$poor" 300) == 'taken 1 refused 0 invalid 0 overrun 0' ]] || die 'the bid was not taken'
[[ $(account "$poor" bid_cents_per_s) == 300 ]] || die "it bids $(account "$poor" bid_cents_per_s)"
expect_state "$poor" queued
ring bid "$poor" 900
ms=$(cpu_ms_in 1 "$poor")
assert 'it outbids the other (ms of 1 s)' "$ms > 700"
# For 200 ms of CPU time, then the default of 1000 holds again.
ring bid "$poor" 2000 200000
[[ $(account "$poor" source) == explicit ]] || die 'the bid lapsed at once'
wait_for 5 eval '[[ $(account "$poor" source) == default ]]'
# The bits of agent_id: default, feeder.
ring bid "$poor" 700
ring bid "$((poor | 1 << 34))" 0
[[ $(account "$poor" source) == default ]] || die 'the default does not hold again'
ring bid "$((poor | 1 << 33))" 40
[[ $(account "$poor" book) == feeder ]] || die 'it is not a feeder'

note 'a hostile producer'
[[ $(as_nobody ring bid "$rich" 1) == 'taken 0 refused 1 invalid 0 overrun 0' ]] ||
	die 'nobody bid for a task of root'
as_nobody ring garbage 4 > "$CASE_TMP/garbage" &
HOGS+=("$!")
sleep 1
expect_fail 1 'in use' rmmod sched_maxwell
sleep 4
cat "$CASE_TMP/garbage"
check 'the module looked at what it dropped' grep --quiet --extended-regexp \
	'refused [1-9].* invalid [1-9].* overrun [1-9]' "$CASE_TMP/garbage"
[[ $(account "$rich" bid_cents_per_s) == 500 ]] || die "the other bids $(account "$rich" bid_cents_per_s)"
[[ $(account "$poor" bid_cents_per_s) == 40 ]] || die "it bids $(account "$poor" bid_cents_per_s)"
ms=$(cpu_ms_in 1 "$rich")
assert 'the other runs on (ms of 1 s)' "$ms > 800"

note 'mappings'
setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups --inh-caps=-all \
	maxctl run --bid 20 -- spin &
HOGS+=("$!")
own=$!
wait_for 5 grep --quiet --line-regexp spin "/proc/$own/comm"
as_nobody ringmap attack "$own" || die 'see above'
setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups --inh-caps=-all \
	ringmap hold > "$CASE_TMP/held" &
holder=$!
HOGS+=("$holder")
wait_for 5 grep --quiet held "$CASE_TMP/held"
detach
expect_fail 1 'in use' rmmod sched_maxwell
kill "$holder"
