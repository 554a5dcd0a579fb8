#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compares what the verifier has to do for each program with what was recorded.

	compare.py RECORDED.csv NOW.csv

Fails if a program is refused, missing, or new, or if its instructions or states grew by a tenth and
more than a few. Without RECORDED.csv only the verdicts count.
"""

import csv
import os
import sys

LIMIT = 1.10
# A call that one build of the kernel has and another one has not.
FEW = 6
RECORD = "if that is meant, record it anew: make veristat"


def table(path):
    """Rows by program."""
    with open(path, encoding="ascii") as file:
        return {row["prog_name"]: row for row in csv.DictReader(file)}


def instructions(rows):
    return sum(int(row["total_insns"]) for row in rows.values())


def grown(name, old, new):
    """What is a tenth above what was recorded."""
    for what in ("total_insns", "total_states"):
        before, now = int(old[what]), int(new[what])
        if now >= before * LIMIT and now > before + FEW:
            yield f"{name}: {what} {before} -> {now}; {RECORD}"


def differences(recorded, now):
    """What is not as it was recorded."""
    for name in sorted(recorded.keys() - now.keys()):
        yield f"{name}: is recorded, but not in the glue; {RECORD}"
    for name in sorted(now.keys() - recorded.keys()):
        yield f"{name}: is not recorded; {RECORD}"
    for name in sorted(recorded.keys() & now.keys()):
        yield from grown(name, recorded[name], now[name])
    print(f"recorded: {instructions(recorded)} instructions")


def main():
    now = table(sys.argv[2])
    wrong = [f"{name}: the verifier refuses it: {row['verdict']}"
             for name, row in now.items() if row["verdict"] != "success"]
    print(f"{len(now)} programs, {instructions(now)} instructions")
    if os.path.exists(sys.argv[1]):
        wrong += differences(table(sys.argv[1]), now)
    for text in wrong:
        print(f"FAIL: {text}")
    return 1 if wrong or not now else 0


if __name__ == "__main__":
    sys.exit(main())
