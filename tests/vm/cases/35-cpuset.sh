#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A task follows its cpuset, running or waiting.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

cgroup=/sys/fs/cgroup/maxwell-cpuset

on_exit()
{
	local pid
	while read -r pid; do
		kill -KILL "$pid"
	done < <(cat "$cgroup/cgroup.procs" 2> /dev/null)
	for _ in {1..50}; do
		rmdir "$cgroup" 2> /dev/null && break
		sleep 0.1
	done
}

# on_cpu PID CPU: it gets CPU time there.
on_cpu()
{
	local before
	[[ $(awk '{ print $39 }' "/proc/$1/stat") == "$2" ]] || return 1
	before=$(cpu_ns "$1")
	wait_for 3 eval "((\$(cpu_ns $1) > $before))"
}

attach
mkdir "$cgroup"
echo +cpuset > /sys/fs/cgroup/cgroup.subtree_control
bid_spin 500
first=$SPIN
bid_spin 400
second=$SPIN
bid_spin 5
third=$SPIN
echo 1 > "$cgroup/cpuset.cpus"
for pid in "${HOGS[@]}"; do
	echo "$pid" > "$cgroup/cgroup.procs"
done
for cpu in 1 0 1 0; do
	echo "$cpu" > "$cgroup/cpuset.cpus"
	for pid in "$first" "$second" "$third"; do
		wait_for 3 on_cpu "$pid" "$cpu"
	done
done
echo 0-1 > "$cgroup/cpuset.cpus"
before=$(cpu_ns "$second")
sleep 1
assert 'both CPUs are in use (ms)' "($(cpu_ns "$second") - $before) / 1000000 > 600"
kill_hogs
