# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What cases about wallets share; to be sourced behind lib.sh and market.sh.

# earn NAME INCOME [OPTION...]: a wallet with so many cents a second.
earn()
{
	local name=$1 income=$2
	shift 2
	maxctl wallet new "$name" --income "$income" "$@" > /dev/null || die "no wallet $name"
}

# hungry NAME COUNT [CPU]: so many tasks that draw on a wallet and bid 10000 each, by inheritance.
hungry()
{
	local name=$1 count=$2 cpu=${3:-0-$(($(nproc) - 1))}
	# shellcheck disable=SC2016 # for the inner shell
	taskset --cpu-list "$cpu" maxctl run --bid 10000 --wallet "$name" -- \
		bash -c 'for ((i = 1; i < $1; i++)); do spin & done; exec spin' hungry "$count" &
	HOGS+=("$!")
	wait_for 60 eval "((\$(spins $name) == count))"
}

# spins NAME: how many tasks named spin draw on a wallet.
spins()
{
	local id
	id=$(wallet "$1" id)
	json "[.tasks[] | select(.wallet == $id and .comm == \"spin\")] | length" maxctl -j list
}

# wallet NAME KEY: one value of a wallet.
wallet()
{
	json ".wallets[] | select(.name == \"$1\") | .$2" maxctl -j wallet list
}

# run_ns REGEX: CPU time so far of the tasks of the wallets whose names match.
run_ns()
{
	local ids
	ids=$(json "[.wallets[] | select(.name | test(\"$1\")) | .id]" maxctl -j wallet list)
	json "[.tasks[] | select(.wallet as \$w | $ids | index(\$w)) | .runtime_ns] | add" \
		maxctl -j list
}

# shares SECONDS REGEX REGEX: CPU time of the ones in the time to come, in thousandths of the others'.
shares()
{
	local a b
	a=$(run_ns "$2") b=$(run_ns "$3")
	sleep "$1"
	a=$(($(run_ns "$2") - a)) b=$(($(run_ns "$3") - b))
	note "$2 ran $((a / 1000000)) ms, $3 ran $((b / 1000000)) ms in $1 s"
	PERMILLE=$((a * 1000 / b))
}

# three_to_one SECONDS REGEX REGEX: that, within 5 %.
three_to_one()
{
	shares "$@"
	assert "$2 gets three times what $3 gets (permille)" "$PERMILLE > 2850 && $PERMILLE < 3150"
}

# no_tasks: all are gone, and their records.
no_tasks()
{
	pkill -KILL spin || true
	kill_hogs
	wait_for 10 eval '(($(class_counter nr_tasks) == 0))'
}

# books_balance WHEN: of every wallet.
books_balance()
{
	maxctl -j wallet list | "$MAXWELL_SRC/tests/vm/books.py" || die "$1: the books do not balance"
}
