#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The short campaign as KTAP: worlds that are always the same, a few that nobody has seen before,
# and the bugs on purpose.
#
# Usage: ktap.sh CAMPAIGN FIXED FRESH [SEED]	SEED: of the first fresh one; none: any

set -euo pipefail

campaign=$1 fixed=$2 fresh=$3
# Below 2^32, so that it can be typed in again.
seed=${4:-$((SRANDOM % 4000000000 + 1000))}
failed=0 number=0

# run NAME ARG...: a case; what it says is shown if it fails.
run()
{
	local name=$1 said
	shift
	number=$((number + 1))
	if said=$("$campaign" --small "$@" 2>&1); then
		echo "ok $number $name"
	else
		echo "# ${said//$'\n'/$'\n# '}"
		echo "not ok $number $name"
		failed=1
	fi
}

echo 'KTAP version 1'
echo '1..3'
run "worlds_1_to_$fixed" --first 1 --seeds "$fixed"
echo "# the fresh worlds again: SEED=$seed"
run 'fresh_worlds' --first "$seed" --seeds "$fresh"
run 'bugs_on_purpose_are_found' --first 1 --seeds 1 --canary all
exit "$failed"
