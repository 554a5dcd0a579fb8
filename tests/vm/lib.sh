# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What every guest case sources. Gives it the steps that cases share and sees to it that the class
# is detached, the module unloaded and every background process gone when the case is over.
#
# A case is a bash file that ends with status 0 if all went well. Its head may say
#	# timeout: 120			seconds that it may take (default 60)
#	# cpus: 4			CPUs of the guest (default 2)
#	# boot: own			a guest of its own, as it may leave the kernel in disorder
#	# kernel-args: foo=1		more for the kernel command line
#	# expect-splat: REGEX		kernel messages that belong to the case
#	# not-debug: REASON		skipped on the debug kernel
#	# needs-debug: REASON		skipped on any other

set -euo pipefail

: "${MAXWELL_SRC:=/maxwell/src}" "${CASE_TMP:=/tmp/case}"
mkdir --parents "$CASE_TMP"

MODULE=/maxwell/sched_maxwell.ko
export PARAMS=/sys/kernel/maxwell
export SCX=/sys/kernel/sched_ext
NOBODY=65534

# --- verdicts ---

die()
{
	echo "FAIL: $*"
	echo "$*" > "$CASE_TMP/reason"
	exit 1
}

skip()
{
	echo "SKIP: $*"
	echo "$*" > "$CASE_TMP/reason"
	exit 77
}

note()
{
	echo "# $*"
}

# check TEXT CMD...: fails the case with TEXT unless CMD succeeds.
check()
{
	local text=$1
	shift
	"$@" || die "$text (failed: $*)"
}

# expect_fail CODE TEXT CMD...: CMD has to end with status CODE and say TEXT on the way.
expect_fail()
{
	local code=$1 text=$2 rc=0 output
	shift 2
	output=$("$@" 2>&1) || rc=$?
	echo "expected to fail: $* -> $rc: $output"
	((rc == code)) || die "'$*' ended with $rc, not $code: $output"
	grep --quiet --fixed-strings -- "$text" <<< "$output" ||
		die "'$*' did not say '$text' but: $output"
}

# wait_for SECONDS CMD...: polls until CMD succeeds. On the debug kernel, which makes everything
# slower, for MAXWELL_PATIENCE times as long.
wait_for()
{
	local limit=$(($1 * ${MAXWELL_PATIENCE:-1})) end
	end=$((${EPOCHREALTIME/./} + limit * 1000000))
	shift
	until "$@" > /dev/null 2>&1; do
		((${EPOCHREALTIME/./} < end)) || die "waited $limit s in vain for: $*"
		sleep 0.05
	done
}

# kmsg TEXT: leaves a line in the kernel's log.
kmsg()
{
	echo "<5>maxwell-note: $*" > /dev/kmsg
}

# case_kmsg: the kernel's log since the case began.
case_kmsg()
{
	dmesg | awk '/maxwell-case: start/ { n = 0 }
		{ line[n++] = $0 }
		END { for (i = 0; i < n; i++) print line[i] }'
}

# kernel_said REGEX: true if the kernel's log has a matching line since the case began.
kernel_said()
{
	local text
	text=$(case_kmsg)
	grep --quiet --extended-regexp -- "$1" <<< "$text"
}

# --- module and class ---

module_loaded()
{
	[[ -e /sys/module/sched_maxwell ]]
}

class_state()
{
	cat "$SCX/state"
}

# load_module [PARAMETER=VALUE...]
# shellcheck disable=SC2120 # arguments are optional
load_module()
{
	insmod "$MODULE" "$@" || die "insmod $MODULE failed"
}

# The kernel frees detached BPF programs after a grace period, and they hold the module.
unload_module()
{
	local tries
	for tries in {1..50}; do
		rmmod sched_maxwell 2> "$CASE_TMP/rmmod" && return
		sleep 0.1
	done
	die "rmmod still fails after $tries tries: $(cat "$CASE_TMP/rmmod")"
}

# attach [--all]: loads the module if need be.
attach()
{
	# shellcheck disable=SC2119
	module_loaded || load_module
	maxctl attach "$@" || die "maxctl attach $* failed"
	[[ $(class_state) == enabled ]] || die "attached, but sched_ext is $(class_state)"
}

detach()
{
	maxctl detach || die 'maxctl detach failed'
	[[ $(class_state) == disabled ]] || die "detached, but sched_ext is $(class_state)"
}

# --- processes ---

HOGS=()

# spin [CPU]: a process that burns the CPU (pinned to CPU if given); its pid is in $SPIN.
spin()
{
	if (($#)); then
		taskset --cpu-list "$1" spin &
	else
		spin_any &
	fi
	SPIN=$!
	HOGS+=("$SPIN")
}

spin_any()
{
	exec spin
}

# bid_spin BID [CPU] [OPTION...]: the same under Maxwell with a bid.
bid_spin()
{
	local bid=$1 cpu=${2:-}
	shift $(($# < 2 ? $# : 2))
	if [[ $cpu ]]; then
		taskset --cpu-list "$cpu" maxctl run --bid "$bid" "$@" -- spin &
	else
		maxctl run --bid "$bid" "$@" -- spin &
	fi
	SPIN=$!
	HOGS+=("$SPIN")
}

kill_hogs()
{
	if ((${#HOGS[@]})); then
		kill -KILL "${HOGS[@]}" 2> /dev/null || true
		wait "${HOGS[@]}" 2> /dev/null || true
	fi
	HOGS=()
}

# cpu_ns PID: CPU time that the task has had.
cpu_ns()
{
	local ns
	read -r ns _ < "/proc/$1/schedstat"
	echo "$ns"
}

# cpu_ms_in SECONDS PID: CPU time that the task gets in the time to come.
cpu_ms_in()
{
	local before after
	before=$(cpu_ns "$2")
	sleep "$1"
	after=$(cpu_ns "$2")
	echo $(((after - before) / 1000000))
}

# as_nobody CMD...: without any privilege.
as_nobody()
{
	setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups --inh-caps=-all "$@"
}

# --- data ---

# json FILTER CMD...: runs CMD, prints what the jq filter takes out of its JSON output.
json()
{
	local filter=$1
	shift
	"$@" | jq --raw-output "$filter"
}

# ynl ARG...: the kernel's own netlink tool on our spec, which knows nothing of maxctl.
ynl()
{
	python3 /usr/src/maxwell-linux/tools/net/ynl/pyynl/cli.py --no-schema \
		--spec "$MAXWELL_SRC/Documentation/netlink/specs/maxwell.yaml" --output-json "$@"
}

# --- end of the case ---

teardown()
{
	local rc=$?
	trap - EXIT
	set +e
	# Cases may add their own to this.
	if declare -F on_exit > /dev/null; then
		on_exit
	fi
	kill_hogs
	if module_loaded; then
		if [[ $(class_state) != disabled ]]; then
			(detach) || ((rc)) || rc=1
		fi
		(unload_module) || ((rc)) || rc=1
	fi
	exit "$rc"
}
trap teardown EXIT
