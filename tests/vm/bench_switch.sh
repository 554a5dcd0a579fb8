#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The guest's part of bench_switch.py: measures context switches under the fair class and under
# Maxwell in turn, there with an unlimited wallet and with a limited one that has enough. Before that
# under a sched_ext class without callbacks, which is what sched_ext itself costs. Prints "RESULT
# WORKLOAD CLASS RUN NS SWITCHES-PER-ROUND"; run 0 warms up.
#
# Usage: bench_switch.sh RUNS

set -euo pipefail

runs=$1
declare -A rounds=([pipe]=10000 [yield]=2500)

# measure WORKLOAD CLASS COMMAND...
measure()
{
	local workload=$1 class=$2
	shift 2
	echo "RESULT $workload $class $run $("$@" switch "$workload" "${rounds[$workload]}")"
}

under_ext=(python3 -c 'import os, sys
os.sched_setscheduler(0, 7, os.sched_param(0))
os.execvp(sys.argv[1], sys.argv[1:])')

python3 -B tests/vm/other_scheduler.py > /tmp/other &
other=$!
until grep --quiet attached /tmp/other; do sleep 0.1; done
for ((run = 0; run <= runs; run++)); do
	for workload in pipe yield; do
		measure "$workload" empty "${under_ext[@]}"
	done
done
kill "$other"
wait "$other" || true
while [[ $(cat /sys/kernel/sched_ext/state) != disabled ]]; do sleep 0.1; done

insmod /maxwell/sched_maxwell.ko
maxctl attach
for ((run = 0; run <= runs; run++)); do
	for workload in pipe yield; do
		measure "$workload" fair env
		measure "$workload" maxwell maxctl run --bid 1000 --
	done
done
maxctl wallet new rich --income 1000000 --cap 10000000
maxctl wallet fund rich 9000000
for ((run = 0; run <= runs; run++)); do
	for workload in pipe yield; do
		measure "$workload" wallet maxctl run --bid 1000 --wallet rich --
	done
done
maxctl detach
