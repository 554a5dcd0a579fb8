#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
# cpus: 4
# timeout: 120
#
# Tasks whose affinity changes all the time while CPUs steal them from each other, which ends a class
# that inserts a task where it may not run: ours stays.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

storm=(--quiet --aggressive --cpu 4 --fork 2 --affinity 4 --affinity-delay 1 --affinity-pin
	--yield 2 --switch 2)
attach
tune steal_interval_us 0
stress-ng --sched sched_ext --timeout 8s "${storm[@]}" || die 'stress-ng failed'
[[ $(class_state) == enabled ]] || die "sched_ext is $(class_state)"
json '.cpus[] | "CPU \(.cpu): \(.stolen) stolen, \(.steal_failed) given back"' maxctl -j cpus
assert 'tasks were stolen' "$(json '[.cpus[].stolen] | add' maxctl -j cpus) > 0"
detach
check 'the counters do not add up' balanced

attach --all
stress-ng --timeout 8s "${storm[@]}" || die 'stress-ng failed'
[[ $(class_state) == enabled ]] || die "--all: sched_ext is $(class_state)"
detach
check 'the counters do not add up' balanced
