#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Started by init in the test guest: does what /maxwell/mode says.
#	cases	runs the cases of /maxwell/list ("NAME TIMEOUT" a line), one at a time
#	exec	runs the command line in /maxwell/command
#	shell	an interactive shell on the console
#
# Descriptor 3 is the verdict channel, which the cases don't get. What the kernel says is judged by
# the host, which reads the console: the markers written here tell it where a case begins and ends.

set -euo pipefail

src=/maxwell/src
export MAXWELL_SRC=$src CASE_TMP=/tmp/case
case_cgroup=/sys/fs/cgroup/case

verdict()
{
	echo "$*" >&3
}

# Higher than info, so that it reaches the console whatever a case does to the log level.
marker()
{
	echo "<4>maxwell-case: $*" > /dev/kmsg
}

unclean()
{
	local state
	state=$(cat /sys/kernel/sched_ext/state)
	if [[ $state != disabled ]]; then
		echo "left sched_ext $state"
	elif [[ -e /sys/module/sched_maxwell ]]; then
		echo 'left the module loaded'
	elif [[ $(cat /sys/devices/system/cpu/online) != "$cpus" ]]; then
		echo 'left a CPU offline'
	fi
}

# Only after a case that failed already: brings back what the next one may rely on.
scrub()
{
	rm --recursive --force /sys/fs/bpf/maxwell
	for _ in {1..50}; do
		[[ $(cat /sys/kernel/sched_ext/state) == disabled ]] && break
		sleep 0.1
	done
	for _ in {1..50}; do
		[[ -e /sys/module/sched_maxwell ]] || break
		rmmod sched_maxwell 2> /dev/null || sleep 0.1
	done
	for file in /sys/devices/system/cpu/cpu*/online; do
		[[ $(cat "$file") == 1 ]] || echo 1 > "$file"
	done
}

# Everything the case started goes down with it, fork bombs too.
kill_leftovers()
{
	echo 1 > "$case_cgroup/cgroup.kill"
	for _ in {1..100}; do
		rmdir "$case_cgroup" 2> /dev/null && return
		sleep 0.1
	done
	return 1
}

run_case()
{
	local name=$1 limit=$2 rc=0 why='' left start=${EPOCHREALTIME/./}

	rm --recursive --force "$CASE_TMP"
	mkdir --parents "$CASE_TMP" "$case_cgroup"
	marker "start $name"
	verdict "start $name"
	# shellcheck disable=SC2016 # for the inner shell
	timeout --kill-after=5 "$limit" bash -c 'echo $$ > "$1/cgroup.procs" && exec "$2"' case \
		"$case_cgroup" "$src/tests/vm/cases/$name.sh" 3>&- || rc=$?
	if [[ -s $CASE_TMP/reason ]]; then
		why=$(tr '\n' ' ' < "$CASE_TMP/reason")
	elif ((rc == 124 || rc == 137)); then
		why="not done after $limit s"
	elif ((rc)); then
		why="exit status $rc"
	fi
	if ! kill_leftovers; then
		rc=1 why+=' (processes that cannot be killed)'
	fi
	left=$(unclean)
	if [[ $left ]]; then
		((rc == 0 || rc == 77 || rc == 4)) && rc=1
		why+=" ($left)"
		scrub
	fi
	marker "end $name"
	verdict "end $name $rc $(((${EPOCHREALTIME/./} - start) / 1000)) $why"
	if [[ $(unclean) ]]; then
		verdict "dirty $(unclean)"
		exit 1
	fi
}

# On the debug kernel: what was allocated and is not referred to by anything any more. What is
# younger than 5 s is not looked at, and only the second scan reports.
report_leaks()
{
	local kmemleak=/sys/kernel/debug/kmemleak
	[[ -e $kmemleak ]] || return 0
	sleep 6
	echo scan > "$kmemleak"
	echo scan > "$kmemleak"
	cat "$kmemleak"
	verdict "leaks $(grep --count '^unreferenced object' "$kmemleak")"
}

run_cases()
{
	local name limit
	while read -r name limit <&4; do
		run_case "$name" "$limit"
	done 4< /maxwell/list
	report_leaks
}

# What udev would do; without /dev/fd there is no <() in bash.
ln --symbolic --force --no-dereference /proc/self/fd /dev/fd
n=0
for name in stdin stdout stderr; do
	ln --symbolic --force "fd/$((n++))" "/dev/$name"
done
ip link set lo up
# A kernel of our own has no modules, but some look for the directory.
mkdir --parents "/lib/modules/$(uname --kernel-release)"
touch "/lib/modules/$(uname --kernel-release)/modules.dep"
cpus=$(cat /sys/devices/system/cpu/online)
export SEED MAXWELL_PATIENCE
MAXWELL_PATIENCE=$(cat /maxwell/patience 2> /dev/null || echo 1)
SEED=$(cat /maxwell/seed)
verdict "ready $(uname --kernel-release)"

case $(cat /maxwell/mode) in
cases)
	run_cases
	;;
exec)
	marker "start exec"
	verdict "start exec"
	rc=0
	(cd "$src" && bash /maxwell/command 3>&-) || rc=$?
	marker "end exec"
	verdict "end exec $rc 0"
	;;
shell)
	echo 'Shell in the guest. The module is /maxwell/sched_maxwell.ko, the tree is /maxwell/src;'
	echo '"exit" powers off.'
	(cd "$src" && exec bash -i) || true
	;;
esac
