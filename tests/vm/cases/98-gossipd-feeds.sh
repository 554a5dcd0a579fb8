#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
# timeout: 120
# not-debug: that kernel has no IP
#
# gossipd prices the heat of its node and feeds the module: a temperature near the limit parks who
# cannot pay, a cool one lets him run. It outlives the class and the module, and when it dies the
# lease runs out and the safe price comes into force.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"

on_exit()
{
	maxctl price show
	pkill -KILL --exact gossipd
	sed 's/^/# /' "$CASE_TMP/log"
}

# temperature CELSIUS: what the sensor says from now on, with a limit of 85.
temperature()
{
	printf 'temp_c=%s\nlimit_c=85\npower_w=100\ninlet_c=25\n' "$1" > "$CASE_TMP/sensors.new"
	mv "$CASE_TMP/sensors.new" "$CASE_TMP/sensors"
}

# The sensor is read all the time; what does not change for long would be taken for stuck.
sensor()
{
	local now
	while sleep 0.2; do
		now=$(< "$CASE_TMP/now")
		temperature "$now.$((RANDOM % 10))"
	done
}

# local_price: the multiplier of CPU 1 as it is worth now, in thousandths.
local_price()
{
	json '.multipliers[] | select(.cpu == 1 and .kind == "local") | .value | tonumber * 1000 | floor' \
		maxctl -j price show
}

cheap()
{
	(($(local_price) <= 1100))
}

state_of_feed()
{
	[[ $(json '.multipliers[] | select(.cpu == 1 and .kind == "local") | .state' maxctl -j price show) == "$1" ]]
}

# The one who can just pay has a good part of the CPU.
runs()
{
	(($(cpu_ms_in 1 "$poor") > 300))
}

command -v gossipd > /dev/null || skip 'gossipd is not in the guest'
cd "$CASE_TMP"
umask 077
mkdir state
gossipd genkey > identity
gossipd genzonekey zone
cat > gossipd.conf << END
[Node]
id=7d2b1c4e-90f3-4a56-8e21-5f0a3c9b7d10
state_directory=$CASE_TMP/state
listen=127.0.0.1:7460
[Keys]
identity=$CASE_TMP/identity
zone=$CASE_TMP/zone
[Multicast]
enabled=no
[Sensors]
thermal=no
hwmon=no
rapl=no
nvml=no
events=no
file=$CASE_TMP/sensors
[Feed]
lease=2s
[Http]
enabled=no
END
check 'the settings are good' gossipd --config gossipd.conf --check
echo 40 > now
temperature 40
sensor &
HOGS+=("$!")
ip link set lo up
gossipd --config gossipd.conf 2> log &
pid=$!

note 'without the module it runs, and says so'
wait_for 10 grep --quiet 'runs, incarnation' log
attach
wait_for 20 state_of_feed held
wait_for 10 cheap
bid_spin 15 1
poor=$SPIN
wait_for 10 runs

note 'heat'
echo 83 > now
# It reads the demand curve: the price is just above what there is to shed.
wait_for 20 state_is "$poor" parked
note "the price at 83 °C of 85: $(local_price) thousandths"
echo 40 > now
wait_for 60 cheap
wait_for 10 runs

note 'the class ends, the module goes, and both come back'
kill_hogs
echo 40 > now
sensor &
HOGS+=("$!")
detach
unload_module
sleep 2
attach
tune safe_multiplier_permille 3000
wait_for 30 state_of_feed held

note 'it dies'
kill -KILL "$pid"
wait_for 20 state_of_feed safe
assert 'the safe price (thousandths)' "$(local_price) == 3000"
