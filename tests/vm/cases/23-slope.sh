#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Between two settings the kernel extrapolates with the slope, up to the horizon, by itself.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

value()
{
	json '.multipliers[] | select(.cpu == 1 and .kind == "local") | .value + 0' maxctl -j price show
}

is_value()
{
	[[ $(value) == "$1" ]]
}

# sample VARIABLE COUNT: values over time, as a JSON array.
sample()
{
	local -n out=$1
	# shellcheck disable=SC2034 # a name for the variable of the caller
	out=$(for _ in $(seq "$2"); do value; done | jq --slurp --compact-output .)
}

rising='' falling=''
attach
bid_spin 25 1
# By two in a second; eight looks take a slow kernel longer.
horizon_ms=1000 slope=2
if ((${MAXWELL_PATIENCE:-1} > 1)); then
	horizon_ms=8000 slope=0.25
fi
tune slope_horizon_ms $horizon_ms
maxctl price set 1 --slope $slope
sample rising 8
wait_for 5 is_value 3
echo "$rising" > "$CASE_TMP/rising"
judge 'it rises' "$CASE_TMP/rising" '. == sort and .[0] < 3 and all(. >= 1 and . <= 3)'
expect_state "$SPIN" parked
assert 'reserve' "$(reserve 1 general) == 30"
sleep 0.5
is_value 3 || die "it moves beyond the horizon, to $(value)"

maxctl price set 3 --slope -$slope
sample falling 8
wait_for 5 is_value 1
echo "$falling" > "$CASE_TMP/falling"
judge 'it falls' "$CASE_TMP/falling" '. == (sort | reverse) and .[0] > 1 and all(. >= 1 and . <= 3)'
[[ $(account "$SPIN" state) != parked ]] || die 'the price is down again, but the hog parks'
ms=$(cpu_ms_in 1 "$SPIN")
assert 'the hog runs again' "$ms > 500"

# It never leaves the range of a multiplier.
maxctl price set 1 --slope -100
wait_for 5 is_value 0.0625
