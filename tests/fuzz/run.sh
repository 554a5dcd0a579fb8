#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fuzzes the module in the guest for a while, and then looks whether all is as it must be: the
# class attached and never detached meanwhile, the books in balance, nothing leaked, the module
# unloadable.
#
# Usage: run.sh SECONDS		SEED=N in the environment repeats a run

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/wallets.sh"

# charged_by WHOM: what wallets, or CPUs (which is the class), were charged, modulo 2^64.
charged_by()
{
	if [[ $1 == class ]]; then
		maxctl -j status
	else
		maxctl -j wallet list
	fi | python3 -c '
import json, sys
data = json.load(sys.stdin)
wallets = [data["class"]] if "class" in data else data["wallets"]
print(sum(w["charged_nanocents"] for w in wallets) % 2 ** 64)'
}

gpu_at_rest()
{
	ynl --dump gpu-get | jq --exit-status \
		'all(.[]; (has("holder-pid") or .queued > 0) | not)' > /dev/null
}

# delete_wallets: all that wallet-new made, and all grants.
delete_wallets()
{
	local name target
	maxctl -j wallet list > "$CASE_TMP/wallets"
	for name in $(jq --raw-output '.wallets[] | select(.kind == "named") | .name' \
		"$CASE_TMP/wallets"); do
		maxctl wallet delete "$name" || die "wallet $name cannot be deleted"
	done
	# What is granted of named ones goes with them; the module's own stay, and so do their grants.
	maxctl -j wallet grants > "$CASE_TMP/grants"
	jq --compact-output '.grants[] | {"to-uid": .to_uid} + {"to-cgroup": .to_cgroup} |
		with_entries(select(.value != null))' "$CASE_TMP/grants" > "$CASE_TMP/targets"
	while read -r target; do
		ynl --do wallet-revoke --json "$target" > /dev/null || die "not revoked: $target"
	done < "$CASE_TMP/targets"
	maxctl -j wallet grants > "$CASE_TMP/grants"
	judge 'no grant is left' "$CASE_TMP/grants" '.grants == []'
}

# The market still works: what wallets pay in a while is what the CPUs charge in it.
market_still_works()
{
	local wallets class paid charged
	earn after 500
	wallets=$(charged_by wallets) class=$(charged_by class)
	hungry after 3
	bid_spin 700
	sleep $((3 * ${MAXWELL_PATIENCE:-1}))
	no_tasks
	paid=$(python3 -c "print(($(charged_by wallets) - $wallets) % 2 ** 64)")
	charged=$(python3 -c "print(($(charged_by class) - $class) % 2 ** 64)")
	assert 'the wallets paid what the CPUs charged' "$paid == $charged"
	assert 'they paid something' "$paid > 0"
	books_balance 'afterwards'
}

# nothing_leaked: on the debug kernel; what is younger than 5 s is not looked at, and only the
# second scan reports. For the cases the session does that.
nothing_leaked()
{
	local kmemleak=/sys/kernel/debug/kmemleak
	[[ -e $kmemleak && $(< /maxwell/mode) != cases ]] || return 0
	sleep 6
	echo scan > "$kmemleak"
	echo scan > "$kmemleak"
	cat "$kmemleak"
	[[ ! -s $kmemleak ]] || die 'kmemleak found something'
	note 'kmemleak found nothing'
}

# If the kernel ends the class, what it dumps then says who waited, and for what.
dumping=/sys/kernel/tracing
echo 4096 > "$dumping/buffer_size_kb"
echo 1 > "$dumping/events/sched_ext/sched_ext_dump/enable"

on_exit()
{
	echo 0 > "$dumping/events/sched_ext/sched_ext_dump/enable"
	sed --quiet 's/.*sched_ext_dump: //p' "$dumping/trace" | head --lines=600
}

# Few wallets, so that all are in use now and then.
load_module wallets=24
attach
fuzz "$1" | tee "$CASE_TMP/fuzz" | grep --line-buffered --invert-match '^words' ||
	die 'the fuzzer found something, see above'
python3 -B "$MAXWELL_SRC/tests/fuzz/heard.py" "$CASE_TMP/fuzz" "$MAXWELL_SRC/kernel"

[[ $(class_state) == enabled ]] || die "sched_ext is $(class_state)"
maxctl -j status > "$CASE_TMP/status"
judge 'attached once, never ejected' "$CASE_TMP/status" \
	'.class | .attach_count == 1 and (has("exit_kind") | not)'
wait_for 20 eval '(($(class_counter nr_tasks) == 0))'
assert 'nobody is left in a book' "$(class_counter queued) == 0"
check 'the counters do not add up' balanced
books_balance 'at rest'
wait_for 20 gpu_at_rest
delete_wallets
# Records of tasks that went outside of the class are dropped when it is attached, at the latest.
detach
attach
maxctl -j wallet list > "$CASE_TMP/wallets"
judge 'nobody draws on any wallet' "$CASE_TMP/wallets" 'all(.wallets[]; .nr_tasks == 0)'
fuzz limits || die 'the module still counts what is gone'
wait_for 20 gpu_at_rest
market_still_works
delete_wallets
detach
unload_module
nothing_leaked
note 'all is as it must be'
