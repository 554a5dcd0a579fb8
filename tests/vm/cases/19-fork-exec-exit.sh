#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A bid goes over fork and exec; a task that dies in the book leaves no trace.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
rare_survival
maxctl run --bid 777 --feeder -- bash -c 'bash -c "sleep 61 & wait" & wait' &
pid=$!
wait_for 5 pgrep --full 'sleep 61'
sleeper=$(pgrep --full --exact 'sleep 61')
for each in "$pid" "$sleeper"; do
	maxctl -j show "$each" | jq '.tasks[0]' > "$CASE_TMP/task"
	judge 'it has the bid and book of who began' "$CASE_TMP/task" \
		'.bid_cents_per_s == 777 and .book == "feeder" and .source == "explicit"'
done
# A child's bid is its own.
maxctl set --bid 5 "$sleeper"
assert "the maker's bid stays" "$(account "$pid" bid_cents_per_s) == 777"
kill "$sleeper" "$pid"

expect_order 'c a' a=100 b=200 c=300 hold wake:{a,b,c} exit:b sleep:50 go
wait_for 5 eval '(($(class_counter nr_tasks) == 0))'
check 'the counters do not add up' balanced
assert 'nobody is left in a book' "$(class_counter queued) == 0"
