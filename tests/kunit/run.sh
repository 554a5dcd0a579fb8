#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: loads the test module, which runs all its suites, and prints their results, KTAP as
# KUnit keeps it. A suite without a result counts as a failed one.
#
# Usage: run.sh [PARAMETER=VALUE...]		of the module, such as seed=1

set -euo pipefail

cd "$(dirname "$0")"
results=/sys/kernel/debug/kunit

insmod /maxwell/maxwell_kunit.ko "seed=${SEED:-0}" "$@"
for file in *_kunit.c; do
	suite=$(sed --quiet 's/.*\.name = "\(maxwell_[a-z]*\)".*/\1/p' "$file")
	if [[ -e $results/$suite/results ]]; then
		cat "$results/$suite/results"
	else
		printf '1..1\nnot ok 1 %s # no result\n' "$suite"
	fi
done
rmmod maxwell_kunit
