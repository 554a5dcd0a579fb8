# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What cases about bids and prices share; to be sourced behind lib.sh.

# tune NAME VALUE: a tunable, by its file alone.
tune()
{
	echo "$2" > "$PARAMS/$1" || die "cannot write $2 to $PARAMS/$1"
}

# Slices that outlast a hiccup of the host, and a turn on the survival share every few hundred ms at
# most, so that stage(1) sees the market alone.
rare_survival()
{
	tune max_wait_ms 4000
	tune survival_share_permille 1
	tune slice_us 100000
}

# expect_order "NAME..." STEP...: the actors of stage run on CPU 1 in this order.
expect_order()
{
	local expected=$1 output
	shift
	output=$(stage 1 "$@") || die "stage failed: $*: $output"
	[[ ${output##*$'\n'} == "$expected" ]] ||
		die "they ran as '${output##*$'\n'}', not as '$expected': $*"
	note "$* -> $output"
}

# show_turns: what the CPUs have, and when the module's timers are due, for who looks into a failure.
show_turns()
{
	maxctl cpus
	grep -E --after-context=1 '^now at|^cpu:|sched_maxwell' /proc/timer_list
}

# account PID KEY: one value of a task, as maxctl has it.
account()
{
	maxctl -j show "$1" | jq --raw-output ".tasks[0].$2"
}

state_is()
{
	[[ $(account "$1" state) == "$2" ]]
}

# expect_state PID STATE: it is in this state within 2 s, or waits its turn to be (a hog that the
# survival share runs for a moment is parked again soon).
expect_state()
{
	wait_for 2 state_is "$1" "$2"
}

# reserve CPU BOOK: reserve price of a CPU.
reserve()
{
	json ".cpus[] | select(.cpu == $1) | .reserve_$2_cents_per_s" maxctl -j cpus
}

# assert TEXT EXPRESSION: arithmetic that has to be true.
assert()
{
	note "$1: $2"
	(($2)) || die "$1: not $2"
}

# judge TEXT FILE FILTER: the jq filter has to be true of the JSON in FILE.
judge()
{
	jq --exit-status "$3" "$2" > /dev/null || die "$1: not '$3' of $(jq --compact-output . "$2" | head --bytes=1000)"
	note "$1: $3"
}

# class_json: what class-get says; maxctl's exit status 3 means detached.
class_json()
{
	{ maxctl -j status || (($? == 3)); } | jq '.class'
}

# class_counter NAME: one of its numbers.
class_counter()
{
	class_json | jq --raw-output ".$1"
}

# Every task that came into the books has left them or is still there. Only exact at rest.
balanced()
{
	class_json |
		jq --exit-status '.enqueued == .dispatched + .dequeued + .queued' > /dev/null
}

# hogs_spin: every hog has its bid and is at work; until then it is maxctl, on its way.
hogs_spin()
{
	local pid
	for pid in "${HOGS[@]}"; do
		wait_for 5 grep --quiet --line-regexp spin "/proc/$pid/comm"
	done
}

# listeners COUNT: so many sockets have joined multicast groups of generic netlink.
listeners()
{
	(($(awk '$2 == 16 && $4 != "00000000"' /proc/net/netlink | wc --lines) == $1))
}
