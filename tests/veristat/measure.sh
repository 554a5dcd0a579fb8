#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: what the kernel's verifier says of each program of the BPF glue. Loads the module if
# need be, as the programs call its functions. Prints "series: 7.2", and behind "csv: " the lines of
# veristat's table.

set -euo pipefail

[[ -e /sys/module/sched_maxwell ]] || insmod /maxwell/sched_maxwell.ko
uname --kernel-release | sed 's/^\([0-9]*\.[0-9]*\).*/series: \1/'
veristat --output-format csv --emit prog,verdict,insns,states --sort prog /maxwell/maxwell.bpf.o |
	sed 's/^/csv: /'
