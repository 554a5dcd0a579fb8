#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 60
#
# What hot GPUs do to CPU prices is a table for each book: by default general work pays the gpu
# multiplier and feeders do not; other tables count at once; bad ones are refused whole. Leases of
# GPUs can make CPUs dearer as well.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

identity='1000 2000 4000 8000 16000 32000 64000 128000 256000 512000 1024000 2048000 4096000'
identity+=' 8192000 16384000 32768000'
none='1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000 1000'
# Nothing up to 2, four times the price at 4, and from there ever steeper; 16 points.
steep='1000 1000 4000 40000 400000 4000000 4000000 4000000 4000000 4000000 4000000 4000000'
steep+=' 4000000 4000000 4000000 65535000'

# prices GENERAL FEEDER: the reserves of all CPUs.
prices()
{
	local cpu
	for cpu in 0 1; do
		[[ $(reserve "$cpu" general) == "$1" && $(reserve "$cpu" feeder) == "$2" ]] ||
			die "CPU $cpu: $(reserve "$cpu" general), $(reserve "$cpu" feeder), not $1, $2"
	done
	note "general $1, feeder $2"
	shown_is_charged "$1" "$2"
}

# shown_is_charged GENERAL FEEDER: the price page has these reserves, and a gpu multiplier that
# explains the general one: there is nothing else in force.
shown_is_charged()
{
	local general feeder locally externally gpu
	read -r general feeder locally externally gpu <<< "$(prices_of 1)"
	[[ $general == "$1" && $feeder == "$2" && $locally == 1000 && $externally == 1000 ]] ||
		die "the page has $general $feeder $locally $externally $gpu"
	((general - 1 <= gpu && gpu <= general + 1)) ||
		die "the page has a gpu multiplier of $gpu permille with a reserve of $general"
}

prices_of()
{
	command prices "$1"
}

gpu_price()
{
	maxctl price set --kind gpu "$1"
}

# refused FILE TEXT REASON: writing fails, and the table stays.
refused()
{
	local file=$PARAMS/$1 before
	before=$(< "$file")
	if { printf '%s\n' "$2" > "$file"; } 2> "$CASE_TMP/error"; then
		die "$1 took '$2'"
	fi
	grep --quiet "$3" "$CASE_TMP/error" || die "$1, '$2': $(< "$CASE_TMP/error"), not: $3"
	[[ $(< "$file") == "$before" ]] || die "$1 changed from $before to $(< "$file")"
}

attach
general=$PARAMS/gpu_coupling_general
feeder=$PARAMS/gpu_coupling_feeder
[[ $(< "$general") == "$identity" ]] || die "by default: $(< "$general")"
[[ $(< "$feeder") == "$none" ]] || die "by default: $(< "$feeder")"
tune base_price_cents 1000

note 'the default: general work pays for it, feeders do not'
prices 1000 1000
gpu_price 4
prices 4000 1000
gpu_price 2.5
prices 2500 1000
gpu_price 0.5
prices 500 1000

note 'another table for general work'
echo "$steep" > "$general"
gpu_price 1
prices 1000 1000
gpu_price 2
prices 1000 1000
gpu_price 3
prices 2500 1000
gpu_price 4
prices 4000 1000
gpu_price 6
prices 22000 1000
gpu_price 32768
prices 65535000 1000

note 'one for feeders, while the GPUs are hot'
gpu_price 4
prices 4000 1000
echo "$steep" > "$feeder"
prices 4000 4000
echo '500 500 500 1500 1500 1500 1500 1500 1500 1500 1500 1500 1500 1500 1500 1500' > "$feeder"
prices 4000 500
printf '  0x3e8\t%s \n' "${none#* }" > "$feeder"
[[ $(< "$feeder") == "$none" ]] || die "spaces: $(< "$feeder")"
prices 4000 1000

note 'and who is parked follows'
bid_spin 6000 1
who=$SPIN
bid_spin 5000 1 --feeder
feeds=$SPIN
hogs_spin
gpu_price 6
expect_state "$who" parked
ms=$(cpu_ms_in 1 "$feeds")
assert 'the feeder has the CPU' "$ms > 600"
echo "$identity" > "$general"
ms=$(cpu_ms_in 1 "$who")
assert 'the better bid has the CPU' "$ms > 600"
kill_hogs

note 'bad tables are refused whole'
for name in gpu_coupling_general gpu_coupling_feeder; do
	refused "$name" "${none% *}" 'Invalid argument'
	refused "$name" "$none 1000" 'Invalid argument'
	refused "$name" '' 'Invalid argument'
	refused "$name" "${none/1000/x}" 'Invalid argument'
	refused "$name" "${none/1000/-1}" 'Invalid argument'
	refused "$name" "${none// /,}" 'Invalid argument'
	refused "$name" "${none% *} 62" 'Numerical result out of range'
	refused "$name" "${none% *} 999" 'Numerical result out of range'
	refused "$name" "1001 ${none#* }" 'Numerical result out of range'
	refused "$name" "62 ${none#* }" 'Numerical result out of range'
	refused "$name" "${none% *} 65535001" 'Numerical result out of range'
	refused "$name" "${none% *} 4294968296" 'Numerical result out of range'
	refused "$name" "$(printf '%0300d' 0)" 'Invalid argument'
	expect_fail 1 'Permission denied' as_nobody bash -c "echo $none > $PARAMS/$name"
	[[ $(stat --format='%a %u' "$PARAMS/$name") == '644 0' ]] || die "rights of $name"
done
prices 6000 1000

note 'leased GPUs make CPUs dearer if they are to'
gpu_price 1
tune gpu_busy_gain_permille 3000
prices 1000 1000
gpu ask:0:100:10000 sleep:20000 &
HOGS+=("$!")
wait_for 8 eval '(($(reserve 0 general) >= 3980 && $(reserve 1 general) >= 3980))'
assert 'not for feeders' "$(reserve 0 feeder) == 1000"
read -r shown _ _ _ gpu <<< "$(prices_of 0)"
assert 'the page shows by how much (permille)' "$gpu >= 3980 && $gpu <= $shown + 1"
# Its lease was for 10 s.
kill_hogs
wait_for 8 eval '(($(reserve 0 general) <= 1020))'
tune gpu_busy_gain_permille 0
prices 1000 1000
