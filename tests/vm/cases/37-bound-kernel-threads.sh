#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In --all mode kernel threads bound to a CPU come before every bid, whatever the price: work that the
# kernel queues on a CPU gets done beside hogs that bid more than anybody.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach --all
maxctl -j list | jq --compact-output '.tasks[] | select(.source == "kthread") | [.comm, .cpu, .state]' |
	head --lines=5
assert 'bound kernel threads' \
	"$(maxctl -j list | jq '[.tasks[] | select(.source == "kthread")] | length') > 2"
bid_spin 99000000 0
bid_spin 99000000 1
maxctl set --bid 99000000 $$
# Runs a work item on each CPU and waits for all of them.
before=${EPOCHREALTIME/./}
for _ in {1..10}; do
	echo 1 > /proc/sys/vm/stat_refresh
done
us=$(((${EPOCHREALTIME/./} - before) / 10))
# A bid would have waited for the survival share, up to a second.
assert 'work on both CPUs is done at once (us)' "$us < 200000"
maxctl price set 100
before=${EPOCHREALTIME/./}
echo 1 > /proc/sys/vm/stat_refresh
us=$((${EPOCHREALTIME/./} - before))
assert 'at any price (us)' "$us < 500000"
maxctl price set 1
