#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the litmus tests with herd7 and compares what it finds with the line "Result:" of each. KTAP
# on stdout. Without herd7 or the kernel's memory model every test is skipped, with the reason.
#
# Usage: run.sh
# MEMORY_MODEL=DIR in the environment: tools/memory-model of a kernel source.

set -euo pipefail

cd "$(dirname "$(readlink --canonicalize "$0")")"
model=${MEMORY_MODEL:-/usr/src/maxwell-linux/tools/memory-model}
shopt -s nullglob
tests=(*.litmus)
passed=0 failed=0 skipped=0 nr=0 why=''

if ! command -v herd7 > /dev/null; then
	why='no herd7 (herdtools7, which Debian 13 does not have)'
elif [[ ! -e $model/linux-kernel.cfg ]]; then
	why="no linux-kernel.cfg in $model: MEMORY_MODEL=DIR names tools/memory-model of a kernel source"
fi

# field NAME FILE: what a test says of itself.
field()
{
	sed --quiet "s/^ \* $1: //p" "$2"
}

# herd FILE: what herd7 prints; by the kernel's memory model unless the test names another one.
herd()
{
	local own file=$PWD/$1
	own=$(field Model "$1")
	if [[ $own ]]; then
		herd7 -model "$own.cat" "$file"
	else
		(cd "$model" && herd7 -conf linux-kernel.cfg "$file")
	fi
}

echo 'KTAP version 1'
[[ $why ]] || echo "# herd7 $(herd7 -version)"
echo "1..${#tests[@]}"
for file in "${tests[@]}"; do
	nr=$((nr + 1)) name=${file%.litmus} want=$(field Result "$file")
	if [[ $why ]]; then
		echo "ok $nr $name # SKIP $why"
		skipped=$((skipped + 1))
		continue
	fi
	output=$(herd "$file" 2>&1) || true
	got=$(sed --quiet 's/^Observation [^ ]* \([A-Za-z]*\) .*/\1/p' <<< "$output")
	if [[ $got && $got == "$want" ]]; then
		echo "ok $nr $name # $got"
		passed=$((passed + 1))
	else
		echo "#   ${got:-no result}, to be $want"
		[[ $got ]] || echo "#   ${output//$'\n'/$'\n'#   }"
		echo "not ok $nr $name"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
