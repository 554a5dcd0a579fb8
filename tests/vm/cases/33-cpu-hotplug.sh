#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
# timeout: 90
#
# CPU 1 goes offline and comes back under load: the class stays, the tasks go on on CPU 0, also those
# that were pinned to CPU 1, and CPU 1 is put to use again.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

on_exit()
{
	echo 1 > /sys/devices/system/cpu/cpu1/online || true
}

# all_run: everybody gets CPU time.
all_run()
{
	local pid before
	for pid in "${HOGS[@]}"; do
		before=$(cpu_ns "$pid")
		wait_for 3 eval "((\$(cpu_ns $pid) > $before))"
	done
}

attach
bid_spin 300 1
bid_spin 20 1
bid_spin 300
bid_spin 200
bid_spin 1
all_run
for round in 1 2 3; do
	echo 0 > /sys/devices/system/cpu/cpu1/online
	[[ $(class_state) == enabled ]] || die "offline: sched_ext is $(class_state)"
	assert 'CPUs' "$(class_counter nr_cpus) == 1"
	all_run
	assert 'nobody waits on a CPU that is off' \
		"$(maxctl -j list | jq '[.tasks[] | select(.cpu == 1)] | length') == 0"
	echo 1 > /sys/devices/system/cpu/cpu1/online
	[[ $(class_state) == enabled ]] || die "online: sched_ext is $(class_state)"
	all_run
	before=$(json '.cpus[1].runtime_ns' maxctl -j cpus)
	sleep 0.5
	assert 'CPU 1 is at work (ms)' "($(json '.cpus[1].runtime_ns' maxctl -j cpus) - $before) / 1000000 > 100"
	note "round $round"
done
maxctl price set --cpu 1 3
assert 'prices reach CPU 1' "$(reserve 1 general) == 30"
kill_hogs
wait_for 5 eval '(($(class_counter nr_tasks) == 0))'
check 'the counters do not add up' balanced
