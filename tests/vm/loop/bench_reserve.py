#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""From a neighbour's crisis to the scheduler's reserve: a guest of two CPUs, reserve.py in it.

QEMU counts an instruction of either CPU as a nanosecond, so neither the host nor what else it does
is measured. The figures are added to those of bench_net.py in OUT.json.

Usage: bench_reserve.py OUT.json	CRISES=40 in the environment
"""

import json
import os
import pathlib
import subprocess
import sys

from show import TREE, follow

sys.path.insert(0, str(TREE / "tests/userspace/gossip/net"))
from bench_net import metric

CLOCK = "tcg -icount shift=0,align=off,sleep=off"
CRISES = int(os.environ.get("CRISES") or 40)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    command = (sys.executable, "-B", "tests/vm/run.py", "exec", "--name", "reserve", "--cpus", "2",
               "--clock", CLOCK, "--timeout", "1800", "--command",
               f"python3 -B tests/vm/loop/reserve.py {CRISES}")
    with subprocess.Popen(command, cwd=TREE, stdout=subprocess.PIPE, text=True,
                          encoding="utf-8") as guest:
        record = follow(guest.stdout)
    if record is None or guest.returncode:
        raise SystemExit("bench-gossip: the guest left no record")
    found = json.loads(record)["samples"]
    path = pathlib.Path(sys.argv[1])
    report = json.loads(path.read_text(encoding="utf-8")) if path.exists() else \
        {"figures": {}, "metrics": []}
    labels = {"clock": "an instruction is 1 ns", "cpus": 2, "loss": 0}
    for name, key in (("crisis_price_guest", "price_ms"), ("crisis_reserve", "reserve_ms")):
        samples = [sample[key] for sample in found if sample and sample[key] is not None]
        figures = metric(f"{name}_ms", "ms", samples, labels)
        figures["missed"] = len(found) - len(samples)
        report["metrics"].append(figures)
        report["figures"][f"{name}_p99_ms"] = figures["p99"]
        print(f"{name}_p99_ms {figures['p99']}, median {figures['median']}, "
              f"missed {figures['missed']} of {len(found)}")
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
