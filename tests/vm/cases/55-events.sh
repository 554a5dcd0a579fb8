#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 120
# clock: real
#
# maxctl monitor and the kernel's own netlink tool see the same events, in the same order: attach,
# detach, prices and their leases, wallets, and samples of every CPU while somebody listens.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

events=$CASE_TMP/events
listening=()
# So that 2.0 and 2 are the same.
numbers='walk(if type == "number" then . + 0 else . end)'

# As a background process that is the tool itself.
ynl_exec()
{
	exec python3 /usr/src/maxwell-linux/tools/net/ynl/pyynl/cli.py --no-schema \
		--spec "$MAXWELL_SRC/Documentation/netlink/specs/maxwell.yaml" --output-json "$@"
}

# Twice the same: what maxctl calls GROUP, and ynl subscribes to as GROUP.
listen()
{
	maxctl -j monitor "$1" > "$events.maxctl.$1" &
	listening+=($!)
	# Or what it has seen would be lost with it.
	PYTHONUNBUFFERED=1 ynl_exec --subscribe "$1" > "$events.ynl.$1" &
	listening+=($!)
}

# events_are GROUP "EVENT...": both say so, and the same in every member.
events_are()
{
	local theirs ours
	ours=$(jq --raw-output .event.event "$events.maxctl.$1" | xargs)
	[[ $ours == "$2" ]] || die "maxctl saw on $1: $ours, not: $2"
	theirs=$(jq --raw-output .msg.event "$events.ynl.$1" | xargs)
	[[ $theirs == "$2" ]] || die "ynl saw on $1: $theirs, not: $2"
	# maxctl's names have underscores and units, its multipliers are decimal.
	jq --sort-keys ".event | $numbers" "$events.maxctl.$1" > "$CASE_TMP/ours"
	jq --sort-keys ".msg | with_entries(
		.key |= (gsub(\"-\"; \"_\") | if . == \"slope\" then \"slope_per_s\"
			elif . == \"income\" then \"income_cents_per_s\" else . end) |
		if .key | IN(\"multiplier\", \"slope_per_s\", \"pace\") then .value |= . / 65536
			else . end) |
		$numbers" "$events.ynl.$1" > "$CASE_TMP/theirs"
	diff "$CASE_TMP/ours" "$CASE_TMP/theirs" ||
		die "maxctl and ynl differ on $1"
	note "$1: $2"
}

saw()
{
	grep --quiet "$1" "$events.$2"
}

load_module
tune safe_ramp_ms 200
tune sample_ms 0
listen class
listen price
listen auction
listen wallet
wait_for 60 listeners 8

attach
maxctl price set --cpu 1 --kind external --slope 0.25 2.5
maxctl price set --kind gpu --lease 300ms 1.5
wait_for 10 saw safe-reached maxctl.price
# What is refused, or changes nothing, is no event.
maxctl price set --cpu 77 2 2> /dev/null || (($? == 2))
maxctl attach
maxctl wallet new --income 1000 --half-life 0 purse
maxctl wallet set --income 0 purse
maxctl wallet fund purse 0.001
maxctl wallet grant purse --user nobody
maxctl wallet revoke --user nobody
maxctl wallet fund purse 1000000 2> /dev/null || (($? == 2))
maxctl wallet new --income 1 common 2> /dev/null || (($? == 2))
# One who spends all that is in it and more, until somebody pays his debts.
maxctl run --bid 1000 --wallet purse -- spin &
spender=$!
wait_for 10 saw debt maxctl.wallet
kill -KILL "$spender"
wait "$spender" || true
maxctl wallet fund purse 10
wait_for 10 saw recovered maxctl.wallet
maxctl wallet delete purse
detach
sleep 0.3
[[ ! -s $events.maxctl.auction && ! -s $events.ynl.auction ]] || die 'samples came with sample_ms 0'

attach
bid_spin 400 1
bid_spin 300 0
hogs_spin
tune sample_ms 100
sleep 5
tune sample_ms 0
sleep 0.3
samples=$(wc --lines < "$events.maxctl.auction")
kill -TERM "${listening[@]}"
wait "${listening[@]}" || true

events_are class 'attached detached attached'
jq --slurp --exit-status 'map(.event) | .[0].mode == "partial" and .[0].attach_count == 1 and
	.[1].mode == "detached" and .[1].exit_kind == 64 and .[2].attach_count == 2' \
	"$events.maxctl.class" > /dev/null || die "class events: $(cat "$events.maxctl.class")"
events_are price 'set set lease-expired safe-reached'
jq --slurp --exit-status 'map(.event) |
	(.[0] | .cpus == "1" and .kind == "external" and .multiplier == 2.5 and .slope_per_s == 0.25) and
	(.[1] | .cpus == "0-1" and .kind == "gpu" and .multiplier == 1.5 and .lease_ms == 300) and
	(.[2] | .cpus == "0-1" and .kind == "gpu") and
	(.[3] | .cpus == "0-1" and .kind == "gpu" and .multiplier == 2)' \
	"$events.maxctl.price" > /dev/null || die "price events: $(cat "$events.maxctl.price")"
events_are wallet 'made changed funded changed changed debt funded recovered deleted'
jq --slurp --exit-status 'map(.event) | all(.name == "purse" and .kind == "named") and
	(.[0] | .income_cents_per_s == 1000 and .cap_nanocents == 10000000000000) and
	.[1].income_cents_per_s == 0 and .[2].balance_nanocents >= 1000000 and
	(.[5] | .balance_nanocents < 0 and .pace == 0) and .[7].balance_nanocents > 0' \
	"$events.maxctl.wallet" > /dev/null || die "wallet events: $(cat "$events.maxctl.wallet")"

# Fifty samples of each CPU should have come, fewer on a busy host.
for cpu in 0 1; do
	count=$(jq --slurp "map(select(.event.cpu == $cpu)) | length" "$events.maxctl.auction")
	assert "samples of CPU $cpu" "$count >= 5 && $count <= 60"
	count=$(jq --slurp "map(select(.msg.cpu == $cpu)) | length" "$events.ynl.auction")
	assert "ynl's samples of CPU $cpu" "$count >= 5 && $count <= 60"
done
# Whoever takes a sample does so on a CPU, whose hog has made room for it: the other one shows, unless
# one who listens has been woken there by the sample before. In 20 samples that was all of them once.
jq --slurp --exit-status "map(.event | select(.curr_pid == ${HOGS[0]} and .cpu == 1 and
	.curr_bid_cents_per_s == 400 or .curr_pid == ${HOGS[1]} and .cpu == 0 and
	.curr_bid_cents_per_s == 300)) | length > 0" "$events.maxctl.auction" > /dev/null ||
	die 'no sample shows a hog'
jq --slurp --exit-status 'map(.event | select(.cpu == 1).runtime_ns) | . == sort and .[0] < .[-1]' \
	"$events.maxctl.auction" > /dev/null || die 'runtime does not grow from sample to sample'
(($(wc --lines < "$events.maxctl.auction") == samples)) || die 'samples come with sample_ms 0'
