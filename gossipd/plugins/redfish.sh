#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A plug-in of gossipd's sensors: what a controller says by Redfish, in ThermalSubsystem and
# EnvironmentMetrics (DSP0268; the older Thermal and Power are deprecated). Needs curl and jq.
#
# Usage: redfish.sh https://BMC [CHASSIS]
# Name and password are in ~/.netrc, or in the file that NETRC names: never on the command line, where
# everybody sees them. CACERT names the certificate to check the controller against.

set -eu

chassis=$1/redfish/v1/Chassis/${2:-1}

get()
{
	curl --silent --show-error --fail --max-time 8 --netrc-file "${NETRC:-$HOME/.netrc}" \
		${CACERT:+--cacert "$CACERT"} "$1"
}

# Both or none: a failure in front of a pipe would pass.
heat=$(get "$chassis/ThermalSubsystem/ThermalMetrics")
power=$(get "$chassis/EnvironmentMetrics")

# Readings that are null stay out. The board's temperatures count if they have a limit of their own.
echo "$heat" | jq --raw-output '
	(.TemperatureSummaryCelsius.Intake.Reading // empty | "inlet_c=\(.)"),
	((.TemperatureReadingsCelsius // [])[] | select(.Reading != null) |
		"board_temp_c.\(.DeviceName // .DataSourceUri | gsub("[^A-Za-z0-9]+"; "_"))=\(.Reading)")'
echo "$power" | jq --raw-output '
	(.PowerWatts.Reading // empty | "power_w=\(.)"),
	((.FanSpeedsPercent // [])[] | select(.Reading != null) |
		"fan_pct.\(.DeviceName // .DataSourceUri | gsub("[^A-Za-z0-9]+"; "_"))=\(.Reading)")'
