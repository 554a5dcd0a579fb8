#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A plug-in of gossipd's sensors: what a node draws, as the outlets of a PDU say by SNMP. Needs
# snmpget (net-snmp); who may read is in ~/.snmp/snmp.conf.
#
# Usage: snmp-pdu.sh PDU OID [OID...]
# Each OID is the power of one outlet of this node; they are added. SCALE divides them: 10 if the PDU
# counts tenths of a watt. Two makes' OIDs, to be completed with the outlet:
#	Raritan PX2, PX3 (active power, W):	1.3.6.1.4.1.13742.6.5.4.3.1.4.1.OUTLET.5
#	APC rPDU2 (outlet metered, W):		1.3.6.1.4.1.318.1.1.26.9.4.3.1.7.OUTLET

set -eu

pdu=$1
shift
values=$(snmpget -Oqv -t 2 -r 1 "$pdu" "$@")

# What is no number is no reading, and a sum with one missing is none either.
echo "$values" | awk -v want="$#" -v scale="${SCALE:-1}" '
	/^[0-9]+(\.[0-9]+)?$/ { sum += $1; nr++ }
	END {
		if (nr != want)
			exit 1
		printf "power_w=%.1f\n", sum / scale
	}'
