#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 150
# expect-splat: sched_ext: .*(unregistered from the main kernel|hotplug seq)
#
# maxctl attach killed at each step on its way leaves the class either attached and pinned or nothing
# at all; what the kernel ends the moment it is attached is an error that says why.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

online=/sys/devices/system/cpu/cpu1/online
pin=/sys/fs/bpf/maxwell/link

on_exit()
{
	echo 1 > "$online"
}

# Attached with a pin, or nothing is left: no class, nothing that keeps the module.
all_or_nothing()
{
	case $(class_state) in
	enabled)
		[[ -e $pin && $(json .class.mode maxctl -j status) == partial ]]
		;;
	disabled)
		[[ $(< /sys/module/sched_maxwell/refcnt) == 0 ]]
		;;
	*)
		false
		;;
	esac
}

# Some maxctl is in its call of bpf(2), number 321.
in_bpf()
{
	local tracee
	tracee=$(pgrep --exact maxctl) && [[ $(< "/proc/$tracee/syscall") == 321\ * ]]
}

load_module
strace --trace=bpf --output="$CASE_TMP/trace" maxctl attach
detach
grep '^bpf(' "$CASE_TMP/trace" | sed 's/bpf(\([A-Z_]*\).*/\1/' > "$CASE_TMP/calls"
total=$(wc --lines < "$CASE_TMP/calls")
created=$(sed --quiet '/BPF_LINK_CREATE/=' "$CASE_TMP/calls")
pinned=$(sed --quiet '/BPF_OBJ_PIN/=' "$CASE_TMP/calls")
assert 'the link is made, then pinned' "0 < $created && $created < $pinned && $pinned <= $total"

for call in 1 $((total / 2)) $((created - 1)) "$created" "$pinned"; do
	rc=0
	strace --output=/dev/null --inject="bpf:signal=KILL:when=$call" maxctl attach || rc=$?
	assert "killed in call $call, $(sed --quiet "${call}p" "$CASE_TMP/calls")" "$rc == 137"
	wait_for 10 all_or_nothing
	note "sched_ext is $(class_state)"
	check 'attach after one was killed' maxctl attach
	detach
done

# A CPU goes while the class is on its way: between its first call of bpf(2) and the next.
strace --output=/dev/null --inject=bpf:delay_enter=3000000:when=1 maxctl attach \
	2> "$CASE_TMP/words" &
pid=$!
wait_for 60 in_bpf
echo 0 > "$online"
rc=0
wait "$pid" || rc=$?
cat "$CASE_TMP/words"
assert 'the kernel refused' "$rc == 2"
grep --quiet 'the kernel ended the class at once: .*hotplug' "$CASE_TMP/words" ||
	die "attach says $(< "$CASE_TMP/words")"
wait_for 10 all_or_nothing
[[ ! -e $pin ]] || die 'a pin is left'
[[ $(maxctl status) == *'last exit '*hotplug* ]] || die "status does not say why: $(maxctl status)"
echo 1 > "$online"
attach
