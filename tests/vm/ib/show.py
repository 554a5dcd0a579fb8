#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs the bench of InfiniBand in the guest, inside the build root, and keeps what it measured.

Usage: show.py OUT.json
"""

import json
import subprocess
import sys

from marker import MARKER

# The figures are of one processor: see bench.py.
CPUS = "1"
TREE = "/maxwell"


def main():
    command = (sys.executable, "-B", "tests/vm/run.py", "exec", "--name", "infiniband", "--cpus",
               CPUS, "--clock", "counted", "--timeout", "3600", "--command",
               "python3 -B tests/vm/ib/bench.py")
    record, inside = None, False
    with subprocess.Popen(command, cwd=TREE, stdout=subprocess.PIPE, text=True,
                          encoding="utf-8") as guest:
        for line in guest.stdout:
            if line.rstrip("\n") == MARKER:
                inside = not inside
            elif inside:
                record = json.loads(line)
            else:
                print(line, end="", flush=True)
    if record is None:
        print("bench-infiniband: the guest left no record", file=sys.stderr)
        return guest.returncode or 1
    record["cpus"] = int(CPUS)
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump(record, out, indent=1)
        out.write("\n")
    return guest.returncode


if __name__ == "__main__":
    sys.exit(main())
