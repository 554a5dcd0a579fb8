#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 150
# slow: each allocation fails in turn, minutes on the debug kernel
# needs-debug: the stock kernel cannot make allocations fail
# expect-splat: Call Trace:
#
# Every allocation that a call of user space brings about in the module fails once: netlink, the
# device, sysfs, attaching, fork and exec under the class. The caller is told, and afterwards the
# call works.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/inject.sh"

on_exit()
{
	inject_end
}

# Whether it failed or not, the next attempt finds things as this one did.
after_each()
{
	case $1 in
	attach) [[ $(class_state) == disabled ]] || detach > /dev/null ;;
	wallet-new) maxctl wallet delete faulty > /dev/null 2>&1 || true ;;
	wallet-del) maxctl wallet new --income 0 --cap 100000 faulty > /dev/null 2>&1 || true ;;
	revoke) maxctl wallet grant faulty --pid "$SPIN" ;;
	esac
}

# calls TEXT CMD...: each allocation fails, and CMD works afterwards.
calls()
{
	each_fails "$@"
	check "$1, afterwards" "${@:2}" > /dev/null
}

load_module
inject_begin
read -r start end < <(module_text)
note "the module is at $start to $end"
inject_range "$start" "$end"

calls 'attach' maxctl attach
bid_spin 300
maxctl monitor price class wallet > "$CASE_TMP/events" &
HOGS+=($!)
wait_for 5 listeners 1

calls 'class-get' maxctl -j status
calls 'bid-get of one' maxctl -j show "$SPIN"
calls 'bid-get of all' maxctl -j list
calls 'bid-set' maxctl set --bid 40 "$SPIN"
calls 'price-set' maxctl price set --kind local 1.5
calls 'price-get' maxctl -j price show
calls 'cpu-get' maxctl -j cpus
calls 'demand-get' maxctl -j demand
calls 'gpu-get' maxctl -j gpu
calls 'wallet-new' maxctl wallet new --income 0 --cap 100000 faulty
calls 'wallet-get' maxctl -j wallet show faulty
calls 'wallet-get of all' maxctl -j wallet list
calls 'wallet-fund' maxctl wallet fund faulty 1
calls 'wallet-set' maxctl wallet set --income 200 faulty
calls 'grant' maxctl wallet grant faulty --pid "$SPIN"
calls 'grant-get' maxctl -j wallet grants
calls 'revoke' maxctl wallet revoke --pid "$SPIN"
calls 'wallet-del' maxctl wallet delete faulty

calls 'open' mapfar open
calls 'price page' mapfar prices
calls 'ring' mapfar ring
calls 'ring, and a bid' ring bid "$SPIN" 70
calls 'GPU' gpu try:0:100:10 status:0 release:0

calls 'sysfs' bash -c "echo 5000 > $PARAMS/slice_us"
calls 'coupling table' bash -c "cat $PARAMS/* > /dev/null"
calls 'fork and exec' maxctl run --bid 5 -- true

[[ $(class_state) == enabled ]] || die 'the class has ended on the way'
inject_end
judge_sites calls
