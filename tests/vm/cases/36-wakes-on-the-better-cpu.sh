#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A task that wakes up takes an idle CPU it can pay, before one where it has to wait, and the cheaper
# of two that idle.
#
# not-debug: the CPUs of that guest are sockets, and the near one comes before the cheap one

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# runtime CPU: ms of work under the class there.
runtime()
{
	json ".cpus[$1].runtime_ns / 1000000 | floor" maxctl -j cpus
}

# nap_beside: how much of a napping task's work each CPU does, in $at0 and $at1. It works for less
# than a slice, as whoever is put off a CPU may be stolen by one that is dearer, and out of step with
# the tick.
nap_beside()
{
	local pid
	at0=$(runtime 0) at1=$(runtime 1)
	maxctl run --bid 500 -- nap 200 9700 2000 &
	pid=$!
	HOGS+=("$pid")
	sleep 1.5
	at0=$(($(runtime 0) - at0)) at1=$(($(runtime 1) - at1))
	kill -KILL "$pid"
}

[[ $(uname --kernel-version) != *PREEMPT_RT* ]] ||
	skip 'softirqs are threads here, and put tasks off their CPU for the other one to steal'
attach
maxctl price set --cpu 0 2
nap_beside
assert 'CPU 1 is cheaper' "$at1 > 2 * $at0"
maxctl price set --cpu 0 1
maxctl price set --cpu 1 2
nap_beside
assert 'CPU 0 is cheaper' "$at0 > 2 * $at1"

# The cheap CPU is busy with a better bid: the dear one that idles is taken.
bid_spin 5000 0
sleep 0.3
maxctl run --bid 500 -- nap 200 9700 2000 &
napper=$!
HOGS+=("$napper")
before=$(runtime 1)
sleep 1.5
assert 'it goes where it need not wait' "$(runtime 1) - $before > 100"
