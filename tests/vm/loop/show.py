#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs the closed loop in the guest, inside the build root, and keeps what it was.

What the guest says is shown as it comes; the record that comes with it goes to
build/run/closed-loop.json, and a picture of it to build/run/closed-loop.svg. Ends with the guest's
status, or 1 if there was no record.

Usage: show.py [--short]
"""

import json
import pathlib
import subprocess
import sys

import plot
from marker import MARKER

TREE = pathlib.Path("/maxwell")
OUT = TREE / "build/run"
# More CPUs make finer steps of the load, but each of them the slower: they take turns.
CPUS = "6"


def follow(lines):
    """Shows all lines but the record, which it returns."""
    record, inside = None, False
    for line in lines:
        if line.rstrip("\n") == MARKER:
            inside = not inside
        elif inside:
            record = line
        else:
            print(line, end="", flush=True)
    return record


def keep(record):
    """Writes the files."""
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "closed-loop.json").write_text(record, encoding="utf-8")
    (OUT / "closed-loop.svg").write_text(plot.svg(json.loads(record)), encoding="utf-8")
    print(f"Plot: {(OUT / 'closed-loop.svg').relative_to(TREE)}, data: "
          f"{(OUT / 'closed-loop.json').relative_to(TREE)}")


def main():
    command = (sys.executable, "-B", "tests/vm/run.py", "exec", "--name", "closed-loop", "--cpus",
               CPUS, "--clock", "counted", "--timeout", "1800", "--command",
               " ".join(["python3 -B tests/vm/loop/closed_loop.py", *sys.argv[1:]]))
    with subprocess.Popen(command, cwd=TREE, stdout=subprocess.PIPE, text=True,
                          encoding="utf-8") as guest:
        record = follow(guest.stdout)
    if record is None:
        print("closed loop: the guest left no record", file=sys.stderr)
        return guest.returncode or 1
    keep(record)
    return guest.returncode


if __name__ == "__main__":
    sys.exit(main())
