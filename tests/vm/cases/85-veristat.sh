#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# clock: real
# not-debug: the recorded figures are those of the stock kernel's verifier
#
# The kernel's veristat loads every program of the BPF glue: the verifier takes each, and has no
# more to do for it than was recorded, give or take a tenth.

. "${MAXWELL_SRC:-/maxwell/src}/tests/vm/lib.sh"

command -v veristat > /dev/null || skip 'veristat is not in the guest: make outside-progs builds it'
load_module
bash "$MAXWELL_SRC/tests/veristat/measure.sh" > "$CASE_TMP/now" || die "veristat failed"
cat "$CASE_TMP/now"
sed --quiet 's/^csv: //p' "$CASE_TMP/now" > "$CASE_TMP/now.csv"
series=$(sed --quiet 's/^series: //p' "$CASE_TMP/now")
recorded=$MAXWELL_SRC/tests/veristat/$series.csv
[[ -e $recorded ]] ||
	note "nothing is recorded for Linux $series (KSERIES=$series make veristat): verdicts only"
python3 -B "$MAXWELL_SRC/tests/veristat/compare.py" "$recorded" "$CASE_TMP/now.csv" ||
	die "not what is recorded for Linux $series"
