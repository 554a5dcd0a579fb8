#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A task alone pays the reserve, one that displaces another pays that one's bid, nobody pays more than
# its own; what tasks pay adds up.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

attach
hogs -t 1 -c 1 1000 > "$CASE_TMP/alone"
# Exact but for what it ran on its way in.
judge 'alone it pays the reserve of 10' "$CASE_TMP/alone" \
	'.[0] | .charged_nanocents / (.runtime_ms * 1e6) | . > 9.5 and . < 11'
maxctl price set 3
hogs -t 1 -c 1 1000 > "$CASE_TMP/alone"
judge 'alone it pays the reserve of 30' "$CASE_TMP/alone" \
	'.[0] | .charged_nanocents / (.runtime_ms * 1e6) | . > 29 and . < 32'
maxctl price set 1

hogs -t 2 -c 1 1000 400 0 > "$CASE_TMP/three"
judge 'the winner pays what the second bids' "$CASE_TMP/three" \
	'.[0] | .charged_nanocents / (.runtime_ms * 1e6) | . > 300 and . < 410'
# Each is under the class before it has bid: for that moment, a millisecond at most, its default holds.
way_in='1000 * 1e6'
judge 'nobody pays more than it bids' "$CASE_TMP/three" \
	"all(.charged_nanocents <= .bid * .runtime_ms * 1e6 * 1.001 + $way_in)"
judge 'who bids nothing pays nothing' "$CASE_TMP/three" \
	".[2] | .runtime_ms > 0 and .charged_nanocents < $way_in"

bid_spin 500 0
bid_spin 50 0
bid_spin 5 1
sleep 1
kill_hogs
wait_for 5 eval '(($(class_counter nr_tasks) == 0))'
maxctl -j status > "$CASE_TMP/status"
cpus=$(json '[.cpus[].charged_nanocents] | add' maxctl -j cpus)
assert 'the CPUs together took what the class took' "$cpus == $(class_counter charged_nanocents)"
