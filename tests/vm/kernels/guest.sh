#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest, on a kernel that is too old: what maxctl says there, and that it goes no further.
# Prints a line "refused NAME STATUS TEXT" for each, which unsupported.sh judges.

set -euo pipefail

# refused NAME CMD...
refused()
{
	local name=$1 rc=0 output
	shift
	output=$("$@" 2>&1) || rc=$?
	echo "refused $name $rc $(tr --squeeze-repeats '\n ' ' ' <<< "$output")"
}

echo "release $(uname --kernel-release)"
refused doctor maxctl doctor
refused doctor-json maxctl -j doctor
refused attach maxctl attach
refused status maxctl status
refused list maxctl list
refused price maxctl price set 2
refused run maxctl run --bid 5 -- true
refused insmod insmod /maxwell/sched_maxwell.ko
