#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sched_yield() lets those in who bid the same, but nobody who bids less.
#
# not-debug: compares what tasks have of a CPU, where each yield costs as much as a slice

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
bid_spin 1000 1
spinner=$SPIN
taskset --cpu-list 1 maxctl run --bid 1000 -- yielder &
yielder=$!
HOGS+=("$yielder")
sleep 0.5
before=$(cpu_ns "$yielder")
ms=$(cpu_ms_in 1 "$spinner")
yielded=$((($(cpu_ns "$yielder") - before) / 1000000))
assert 'who yields leaves the CPU to its equal' "$ms > 4 * $yielded"
assert 'who yields still runs' "$(account "$yielder" nr_runs) > 10"

maxctl set --bid 5000 "$yielder"
before=$(cpu_ns "$spinner")
ms=$(cpu_ms_in 1 "$yielder")
spun=$((($(cpu_ns "$spinner") - before) / 1000000))
assert 'who yields does not yield to less' "$ms > 4 * $spun"
