#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# --all schedules every normal task, with or without a bid, and gives all of them back.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

spin 1
spinner=$SPIN
sleep 60 &
sleeper=$!
attach --all
maxctl -j list | jq '.tasks' > "$CASE_TMP/tasks"
for pid in $$ "$spinner" "$sleeper" 1; do
	judge "pid $pid is under the class" "$CASE_TMP/tasks" "any(.pid == $pid)"
done
judge 'they bid the default' "$CASE_TMP/tasks" \
	"all(.[] | select(.pid == $spinner); .source == \"default\" and .bid_cents_per_s == 1000)"
# Real-time tasks are not.
chrt --fifo 1 sleep 60 &
fifo=$!
sleep 0.2
expect_fail 3 'not under the class' maxctl show "$fifo"
kill "$fifo"
maxctl set --bid 1 "$spinner"
expect_state "$spinner" parked
# Everything that normal work does goes on.
find /usr/include/linux -type f -print0 | xargs --null cat | sha256sum > /dev/null
detach
ms=$(cpu_ms_in 1 "$spinner")
assert 'back in the fair class it runs (ms)' "$ms > 300"
assert 'nobody is left' "$(class_counter nr_tasks) == 0"
kill "$sleeper"
