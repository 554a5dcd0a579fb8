#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The short campaign as KTAP: worlds that are always the same, a few that nobody has seen before,
# and the bugs on purpose; then the same of the plug-in for InfiniBand, if there is one.
#
# Usage: ktap.sh CAMPAIGN FIXED FRESH IB_CAMPAIGN IB_FIXED [SEED]
#	SEED: of the first fresh one; none: any

set -euo pipefail

campaign=$1 fixed=$2 fresh=$3 ib_campaign=$4 ib_fixed=$5
# Below 2^32, so that it can be typed in again.
seed=${6:-$((SRANDOM % 4000000000 + 1000))}
failed=0 number=0

# run NAME CMD...: a case; what it says is shown if it fails.
run()
{
	local name=$1 said
	shift
	number=$((number + 1))
	if said=$("$@" 2>&1); then
		echo "ok $number $name"
	else
		echo "# ${said//$'\n'/$'\n# '}"
		echo "not ok $number $name"
		failed=1
	fi
}

# report CAUGHT [ARG...]: what a report says of the bugs on purpose.
report()
{
	local file want=$1 rc=0
	shift
	file=$(mktemp)
	"$campaign" --small --first 1 --seeds 1 --repeat 0 --json "$file" "$@"
	grep --quiet "\"canary_caught\": $want," "$file" || rc=1
	rm "$file"
	return "$rc"
}

reports()
{
	report null && report true --canary replay
}

# A bug on purpose shows in a world with less trouble as well.
minimises()
{
	local said
	said=$("$campaign" --small --seed 2 --minimise --canary tag) && return 1
	grep --quiet '^without ' <<< "$said" && grep --quiet '^forged at ' <<< "$said" &&
		[[ $said != *without\ attacker* ]]
}

echo 'KTAP version 1'
echo "1..$((6 + (fresh > 0)))"
run "worlds_1_to_$fixed" "$campaign" --small --first 1 --seeds "$fixed"
if ((fresh)); then
	echo "# the fresh worlds again: SEED=$seed"
	run 'fresh_worlds' "$campaign" --small --first "$seed" --seeds "$fresh"
fi
run 'bugs_on_purpose_are_found' "$campaign" --small --first 1 --seeds 1 --canary all
run 'the_report_says_which_bugs_were_looked_for' reports
run 'a_world_can_do_with_less_trouble' minimises
if [[ -e $ib_campaign ]]; then
	run "worlds_of_the_plug_in_1_to_$ib_fixed" "$ib_campaign" --first 1 --seeds "$ib_fixed"
	run 'bugs_of_the_plug_in_are_found' "$ib_campaign" --seeds 1 --canary all
else
	for name in "worlds_of_the_plug_in_1_to_$ib_fixed" 'bugs_of_the_plug_in_are_found'; do
		number=$((number + 1))
		echo "ok $number $name # SKIP not without the libraries' headers"
	done
fi
exit "$failed"
