#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 1200
# cpus: 1
# not-debug: it measures shares, which only counted time keeps
# slow: four minutes of a busy guest
#
# Two wallets that earn 3 to 1 get CPU time 3 to 1 over a minute, within 5 %, whatever each does to look
# like many: fifty tasks buy nothing, and neither do fifty wallets with the same income in all.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"
. "$MAXWELL_SRC/tests/vm/market.sh"
. "$MAXWELL_SRC/tests/vm/wallets.sh"

attach
earn rich 300
earn poor 100
for tasks in '2 2' '1 50' '50 1'; do
	read -r of_rich of_poor <<< "$tasks"
	note "$of_rich tasks of rich, $of_poor of poor"
	hungry rich "$of_rich"
	hungry poor "$of_poor"
	# To their pace.
	sleep 15
	three_to_one 60 rich poor
	no_tasks
done
maxctl wallet delete poor

note 'the same money, split among fifty identities'
for i in {1..50}; do
	earn "part$i" 2
	hungry "part$i" 1
done
hungry rich 2
sleep 20
three_to_one 60 rich part
