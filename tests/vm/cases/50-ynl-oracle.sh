#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 90
# clock: real
#
# The kernel's own netlink tool, which knows nothing but the specification, and maxctl say the same
# about every object; what one sets the other shows; the kernel's policies are the specification's.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

# The class has ended once, so that there is a reason to tell.
attach
detach
attach
rare_survival
maxctl price set --cpu 1 2
# On CPU 1 one runs, one waits and one is parked; the last two sleep.
bid_spin 5000 1
bid_spin 400 1 --feeder
bid_spin 15 1
maxctl run --bid 777 --feeder -- sleep 1000 &
HOGS+=($!)
maxctl run -- sleep 1000 &
sleeper=$!
HOGS+=("$sleeper")
wait_for 5 state_is "$sleeper" sleeping

# What is compared shall stand still as far as it can: we keep to CPU 0.
taskset --cpu-list --pid 0 $$ > /dev/null
check 'ynl and maxctl do not agree' python3 -B "$MAXWELL_SRC/tests/vm/oracle.py" "$sleeper"

# The tool itself, as a user runs it.
pids=$(ynl --dump bid-get | jq '.[].pid' | sort --numeric-sort | xargs)
[[ $pids == "$(printf '%s\n' "${HOGS[@]}" | sort --numeric-sort | xargs)" ]] ||
	die "ynl lists $pids, but started were ${HOGS[*]}"
