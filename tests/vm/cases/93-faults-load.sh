#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 150
# boot: own
# slow: each allocation fails in turn, minutes on the debug kernel
# needs-debug: the stock kernel cannot make allocations fail
# expect-splat: Call Trace:
#
# Every allocation in the load of the module fails once: insmod says so, nothing is left behind or
# half registered, and the next attempt is as the first.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/inject.sh"

on_exit()
{
	inject_end
}

nothing_left()
{
	! module_loaded || die "$1: the module is loaded"
	[[ ! -e $PARAMS ]] || die "$1: $PARAMS is there"
	[[ ! -e /dev/maxwell ]] || die "$1: /dev/maxwell is there"
	! grep --quiet maxwell /proc/misc || die "$1: /proc/misc has it"
	! genl_family || die "$1: the netlink family is there"
}

genl_family()
{
	maxctl -j cpus > /dev/null 2>&1
}

# Loaded in spite of a failure: then it is all there.
all_there()
{
	local count
	[[ -c /dev/maxwell ]] || die "$1: loaded without /dev/maxwell"
	genl_family || die "$1: loaded without its netlink family"
	count=$(find "$PARAMS" -type f | wc --lines)
	((count == files)) || die "$1: $count files in $PARAMS, not $files"
}

after_each()
{
	if (($2 == 0)); then
		all_there "$1"
		unload_module
	fi
	nothing_left "$1"
}

# all_fail START END TEXT: everything fails that has such an address in its stack.
all_fail()
{
	inject_range "$1" "$2"
	inject_set times -1
	inject_set probability 100
	rc=0
	output=$(insmod "$MODULE" 2>&1) || rc=$?
	inject_set probability 0
	kmsg "injected: $rc ($3)"
}

refused()
{
	note "$1: $output"
	[[ $output == *'Cannot allocate memory'* ]] || die "$1: insmod said '$output'"
	nothing_left "$1"
}

# Memory of the CPUs that was there once stays, so this one fails before the first load or never.
inject_begin
read -r start end < <(symbol pcpu_alloc_noprof)
all_fail "$start" "$end" 'memory of the CPUs'
refused 'memory of the CPUs'

load_module
files=$(find "$PARAMS" -type f | wc --lines)
functions=(mx_account_table_init mx_gpus_init mx_page_init mx_pricing_init refill_fn)
before=()
for function in "${functions[@]}"; do
	before[${#before[@]}]=$(symbol "$function" sched_maxwell)
done
unload_module
nothing_left 'unloaded'

read -r start end < <(symbol do_one_initcall)
inject_range "$start" "$end"
# Pages are for vmalloc(), thousands of them, and a way around each: see below.
inject_no_pages
each_fails 'one allocation' insmod "$MODULE"

# Large ones have a second way to go if the first is closed: here all in one function fail. It is
# told by the address that it had before, which the next load gets again if nothing came between.
for i in "${!functions[@]}"; do
	for try in 1 2 3 4 5; do
		read -r start end <<< "${before[i]}"
		all_fail "$start" "$end" "${functions[i]}, $try"
		((rc == 0)) || break
		before[i]=$(symbol "${functions[i]}" sched_maxwell)
		unload_module
	done
	refused "${functions[i]}"
done

inject_end
attach
detach
judge_sites init
