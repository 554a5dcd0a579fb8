#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# timeout: 150
# boot: own
# clock: real
# slow: a search, which every run makes elsewhere: "make fuzz" is the long form
#
# Twenty seconds of the fuzzer: netlink, sysfs and /dev/maxwell from root and nobody at the same time,
# with tasks in the class. "make fuzz" does the same for as long as one likes.

exec "${MAXWELL_SRC:-/maxwell/src}/tests/fuzz/run.sh" 20
