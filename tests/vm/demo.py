#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The demonstration that "make run" shows, inside the guest.

On every CPU three programs run under Maxwell: two that want a quarter of it each and one, with the
lowest bid, that takes all it can get. The local multiplier goes up in steps, as it does on a node
that gets hot, and down again. Who can't pay the reserve price parks on the survival share, and the CPU
idles instead of heating; when the price falls they come back. Ends with status 0 only if they did.
"""

import dataclasses
import json
import os
import subprocess
import sys
import time

PROGRAMS = (  # name, bid in cents per CPU-second, command
    ("web", 600, ("duty", "25")),
    ("render", 120, ("duty", "25")),
    ("miner", 30, ("spin",)),
)
STEPS = (1.0, 5.0, 20.0, 80.0, 20.0, 5.0, 1.0)
SAMPLES_PER_STEP = 2
SAMPLE_SECONDS = 1.0
SETTLE_SECONDS = 0.5
# Shares in percent of a CPU. The survival share is 5 % of a CPU for all who park on it; an
# emulated machine measures roughly.
PARKED_AT_MOST = 10
RUNS_AT_LEAST = 15
IDLE_AT_LEAST = 50


def maxctl(*args):
    return subprocess.run(("maxctl", *args), stdout=subprocess.PIPE, check=True, text=True).stdout


def maxctl_json(*args):
    return json.loads(maxctl("-j", *args))


class Program:
    """A program under the class, pinned to a CPU."""

    def __init__(self, name, bid, command, cpu):
        self.name = name
        self.bid = bid
        self.cpu = cpu
        self.process = subprocess.Popen(
            ("taskset", "--cpu-list", str(cpu), "maxctl", "run", "--bid", str(bid), "--", *command))
        self.runtime_ns = 0
        self.share = 0.0

    def sample(self, task, seconds):
        self.share = (task["runtime_ns"] - self.runtime_ns) / seconds / 1e7
        self.runtime_ns = task["runtime_ns"]


class IdleClock:
    """Share of the time since the last call that each CPU idled, as the kernel counts it."""

    def __init__(self):
        self.last = self.read()

    @staticmethod
    def read():
        with open("/proc/stat", encoding="ascii") as stat:
            rows = [line.split() for line in stat if line[:3] == "cpu" and line[3].isdigit()]
        return [(int(row[4]) + int(row[5]), sum(map(int, row[1:9]))) for row in rows]

    def shares(self):
        before, self.last = self.last, self.read()
        return [100 * (now[0] - then[0]) / max(1, now[1] - then[1])
                for then, now in zip(before, self.last)]


def sample(programs, seconds):
    """Reads all tasks once; the shares are those since the last call."""
    tasks = {task["pid"]: task for task in maxctl_json("list")["tasks"]}
    for program in programs:
        program.sample(tasks[program.process.pid], seconds)
    return tasks


def print_table(programs, tasks, multiplier, reserve, idle):
    idle = "   ".join(f"CPU {cpu} idle {share:3.0f} %" for cpu, share in enumerate(idle))
    print(f"\nmultiplier {multiplier:5.1f}   reserve {reserve} cents/s   {idle}")
    print("  CPU  TASK     BID  STATE     SHARE    WAITING  LONGEST WAIT")
    for program in programs:
        task = tasks[program.process.pid]
        wait = f"{task['wait_ns'] / 1e6:7.1f} ms" if "wait_ns" in task else "         -"
        print(f"  {program.cpu:3}  {program.name:7}{program.bid:5}  {task['state']:8}"
              f"{program.share:5.1f} %  {wait}  {task['wait_max_ns'] / 1e6:9.1f} ms", flush=True)


@dataclasses.dataclass
class Step:
    """What was seen at one multiplier."""

    multiplier: float
    reserve: int
    shares: dict
    states: dict
    idle: list


def run_steps(programs):
    """Walks the multiplier up and down."""
    seen = []
    idle_clock = IdleClock()
    for multiplier in STEPS:
        maxctl("price", "set", str(multiplier), "--kind", "local", "--lease", "60s")
        time.sleep(SETTLE_SECONDS)
        last = time.monotonic()
        sample(programs, 1)
        idle_clock.shares()
        reserve = maxctl_json("price", "show")["reserves"][0]["reserve_general_cents_per_s"]
        step = Step(multiplier, reserve, {program: 0.0 for program in programs},
                    {program: set() for program in programs}, [0.0] * os.cpu_count())
        for _ in range(SAMPLES_PER_STEP):
            time.sleep(SAMPLE_SECONDS)
            now = time.monotonic()
            tasks = sample(programs, now - last)
            last = now
            idle = idle_clock.shares()
            print_table(programs, tasks, multiplier, reserve, idle)
            for program in programs:
                step.shares[program] += program.share / SAMPLES_PER_STEP
                step.states[program].add(tasks[program.process.pid]["state"])
            for cpu, share in enumerate(idle):
                step.idle[cpu] += share / SAMPLES_PER_STEP
        seen.append(step)
    return seen


def judge(programs, seen):
    """What is wrong with what was seen, in sentences."""
    wrong = []
    for step in seen:
        for program in programs:
            who = f"at {step.multiplier} {program.name} on CPU {program.cpu}, bid {program.bid},"
            states = step.states[program]
            if program.bid < step.reserve and "queued" in states:
                wrong.append(f"{who} was not parked below the reserve {step.reserve}")
            if program.bid >= step.reserve and "parked" in states:
                wrong.append(f"{who} was parked though it can pay {step.reserve}")
            if step.shares[program] <= 0:
                wrong.append(f"{who} got nothing, not even the survival share")
    top = max(seen, key=lambda step: step.reserve)
    for program in programs:
        share = top.shares[program]
        if share > PARKED_AT_MOST:
            wrong.append(f"{program.name} on CPU {program.cpu} still got {share:.0f} % at the top")
    for cpu, share in enumerate(top.idle):
        if share < IDLE_AT_LEAST:
            wrong.append(f"CPU {cpu} idled only {share:.0f} % of the time at the top price")
    for step, when in ((seen[0], "at first"), (seen[-1], "after the price came down")):
        for program in programs:
            if step.shares[program] < RUNS_AT_LEAST:
                wrong.append(f"{program.name} on CPU {program.cpu} got only "
                             f"{step.shares[program]:.0f} % {when}")
    return wrong


def summary(programs, seen):
    print("\nSummary: share of its CPU that each program got, in percent, by multiplier")
    print("  CPU  TASK     BID " + "".join(f"{step.multiplier:7.1f} " for step in seen))
    for program in programs:
        shares = "".join(
            f"{step.shares[program]:7.0f}{'p' if program.bid < step.reserve else ' '}"
            for step in seen)
        print(f"  {program.cpu:3}  {program.name:7}{program.bid:5} {shares}")
    for cpu in range(os.cpu_count()):
        shares = "".join(f"{step.idle[cpu]:7.0f} " for step in seen)
        print(f"  {cpu:3}  (idle)      {shares}")
    print("  p: bid below the reserve price, parked on the survival share")


def main():
    subprocess.run(("insmod", "/maxwell/sched_maxwell.ko"), check=True)
    maxctl("attach")
    print("Linux", os.uname().release, "with Maxwell attached:", maxctl("status").splitlines()[0])
    programs = []
    try:
        programs = [Program(name, bid, command, cpu) for cpu in range(os.cpu_count())
                    for name, bid, command in PROGRAMS]
        time.sleep(SETTLE_SECONDS)
        seen = run_steps(programs)
    finally:
        for program in programs:
            program.process.kill()
            program.process.wait()
        maxctl("detach")
    summary(programs, seen)
    wrong = judge(programs, seen)
    print("\n".join(wrong) if wrong else
          "As it should be: who could not pay parked at the top price, and came back.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
