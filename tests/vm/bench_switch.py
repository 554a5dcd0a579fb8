#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Cost of a context switch under Maxwell against the fair class, in instructions.

Boots the guest with QEMU counting instructions as nanoseconds, on one CPU and on two, and runs
bench_switch.sh in it: both classes in turn, in the same boot. Medians; the first run is thrown
away. Prints a table and writes build/bench/switch.json.
"""

import concurrent.futures
import json
import statistics
import sys
import time

import qemu
from cases import splats
from session import OUT

CPUS = (1, 2)
RUNS = 7
CLOCK = "tcg -icount shift=0,align=off,sleep=off"
TIMEOUT_SECONDS = 900
RESULT = qemu.TREE / "build/bench/switch.json"
COMMAND = f"bash tests/vm/bench_switch.sh {RUNS}\n"


def measure(cpus):
    """{(workload, class): [(ns per switch, switches per round)]} of one boot."""
    directory = OUT / f"bench-switch-{cpus}"
    guest = qemu.Guest(directory, {"mode": "exec\n", "seed": "0\n", "command": COMMAND}, cpus,
                       clock=CLOCK)
    values, console, verdicts = {}, [], []
    deadline = time.monotonic() + TIMEOUT_SECONDS
    started = time.monotonic()
    alive = True
    while alive:
        alive = guest.running() and time.monotonic() < deadline
        for line in guest.log.lines():
            word, *fields = line.split()
            if word != "RESULT":
                continue
            workload, scheduler, run, value, per_round = fields
            if run != "0":
                values.setdefault((workload, scheduler), []).append(
                    (float(value), float(per_round)))
            elif scheduler == "maxwell":
                print(f"# {cpus} CPU(s): {workload} warmed up, {time.monotonic() - started:.0f} s",
                      flush=True)
        console += guest.console.lines()
        verdicts += guest.verdict.lines()
        qemu.sleep()
    guest.kill()
    bad = splats(console, "")
    if bad or "end exec 0 0" not in verdicts:
        print(*(bad or guest.log.path.read_text(encoding="utf-8").splitlines()[-8:]), sep="\n",
              file=sys.stderr)
        raise SystemExit(f"bench-guest: the guest failed, logs: {directory.relative_to(qemu.TREE)}")
    print(f"# {cpus} CPU(s): {time.monotonic() - started:.0f} s", flush=True)
    return values


def main():
    qemu.need_files()
    rows = []
    # Counted instructions don't mind company.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        measured = list(pool.map(measure, CPUS))
    for cpus, boot in zip(CPUS, measured):
        for (workload, scheduler), values in boot.items():
            costs = [value for value, _ in values]
            rows.append({
                "metric": "instructions_per_switch", "value": round(statistics.median(costs), 1),
                "unit": "instructions", "workload": workload, "cpus": cpus, "class": scheduler,
                "min": min(costs), "max": max(costs), "runs": len(costs),
                "switches_per_round": statistics.median(rate for _, rate in values)})
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")

    print(f"\ninstructions per context switch, median of {RUNS} runs [lowest-highest]")
    print(f"{'WORKLOAD':<10}{'CPUS':>4}  {'CLASS':<8}{'MEDIAN':>9}  {'RANGE':<20}"
          f"{'SWITCHES/ROUND':>14}  AGAINST FAIR")
    fair = {(row["workload"], row["cpus"]): row["value"] for row in rows if row["class"] == "fair"}
    for row in sorted(rows, key=lambda row: (row["workload"], row["cpus"], row["class"])):
        ratio = row["value"] / fair[row["workload"], row["cpus"]]
        spread = f"[{row['min']:.0f}-{row['max']:.0f}]"
        print(f"{row['workload']:<10}{row['cpus']:>4}  {row['class']:<8}{row['value']:>9.0f}  "
              f"{spread:<20}{row['switches_per_round']:>14.2f}  {ratio:.0%}")
    print(f"written to {RESULT.relative_to(qemu.TREE)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
