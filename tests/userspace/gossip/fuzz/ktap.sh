#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The fuzzers as KTAP, for a moment each: that they are built and take their seeds, and what is
# changed of those. What they are for is "make fuzz-gossip".
#
# Usage: ktap.sh DIR NAME...	DIR has the fuzzers, and their seeds in seeds/NAME

set -euo pipefail

dir=$1
shift
failed=0 number=0

# Always the same changes: one that is found here is no matter of luck.
runs=3000

echo 'KTAP version 1'
echo "1..$#"
for name; do
	number=$((number + 1))
	if said=$("$dir/$name" -max_len=8192 -timeout=20 -rss_limit_mb=2048 -seed=1 -runs="$runs" \
		-artifact_prefix="$dir/$name-" "$dir/seeds/$name" 2>&1); then
		echo "ok $number $name"
	else
		tail --lines=60 <<< "$said" | sed 's/^/# /'
		echo "not ok $number $name"
		failed=1
	fi
done
exit "$failed"
