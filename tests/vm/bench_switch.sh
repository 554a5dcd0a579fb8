#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The guest's part of bench_switch.py: measures context switches under the fair class and under
# Maxwell in turn. Prints "RESULT WORKLOAD CLASS RUN NS SWITCHES-PER-ROUND"; run 0 warms up.
#
# Usage: bench_switch.sh RUNS

set -euo pipefail

runs=$1
declare -A rounds=([pipe]=10000 [yield]=2500)

insmod /maxwell/sched_maxwell.ko
maxctl attach
for ((run = 0; run <= runs; run++)); do
	for workload in pipe yield; do
		echo "RESULT $workload fair $run $(switch "$workload" "${rounds[$workload]}")"
		echo "RESULT $workload maxwell $run" \
			"$(maxctl run --bid 1000 -- switch "$workload" "${rounds[$workload]}")"
	done
done
maxctl detach
