# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the failover drills share; to be sourced behind lib.sh and market.sh. They run the module
# with bugs on purpose (kernel/fault.h).

# shellcheck disable=SC2034 # lib.sh loads it
MODULE=/maxwell/faults/sched_maxwell.ko
FAULT=/sys/kernel/debug/maxwell/fault

# What was ejected is still pinned, which holds the module.
on_exit()
{
	maxctl detach > /dev/null 2>&1 || true
}

# fault NAME NUMBER: makes one, see kernel/fault.c.
fault()
{
	note "fault: $*"
	echo "$*" > "$FAULT" || die "no fault '$*'"
}

# crew: tasks of several kinds under the class, on both CPUs. They sleep most of the time.
crew()
{
	local bid
	CREW=()
	for bid in 10 200 300 3000; do
		maxctl run --bid "$bid" -- duty 4 &
		CREW+=($!)
	done
	maxctl run --bid 300 --feeder -- duty 4 &
	CREW+=($!)
	HOGS+=("${CREW[@]}")
	for bid in "${CREW[@]}"; do
		wait_for 5 grep --quiet --line-regexp duty "/proc/$bid/comm"
	done
}

ran_since()
{
	(($(cpu_ns "$1") > $2))
}

# all_go_on TEXT PID...: each is there and gets CPU time.
all_go_on()
{
	local text=$1 pid
	local -A before
	shift
	for pid; do
		before[$pid]=$(cpu_ns "$pid") || die "$text: task $pid is gone"
	done
	for pid; do
		wait_for 5 ran_since "$pid" "${before[$pid]}"
	done
	note "$text: all $# go on"
}

# ended REGEX SECONDS: the class ends by itself within that time, and status says why.
ended()
{
	local rc=0
	wait_for "$2" eval '[[ $(class_state) == disabled ]]'
	maxctl status > "$CASE_TMP/status" || rc=$?
	grep 'last exit' "$CASE_TMP/status"
	assert 'status is 3' "$rc == 3"
	grep --quiet --extended-regexp "last exit .*$1" "$CASE_TMP/status" ||
		die "status does not say '$1'"
	kernel_said "sched_maxwell: the class has ended: $1" || die "the kernel's log does not say '$1'"
}

# back_again PID...: attach works without reloading, books are clean and these have their turns.
back_again()
{
	attach
	all_go_on 'attached again' "$@"
	kill_hogs
	wait_for 5 eval '(($(class_counter nr_tasks) == 0))'
	assert 'the books are empty' "$(class_counter queued) == 0"
}
