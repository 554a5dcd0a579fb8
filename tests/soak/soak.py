#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The soak test, in the guest: the class with --all under a mixed load for minutes, while bids,
prices, wallets, cgroups, CPUs, the class and the module come, go and change at random.

What has to hold is looked at from outside: see checks.py and tests/vm/load/soak.h. Ends at the
first thing that does not, with status 1. What the kernel says is judged by who started the guest.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import checks
from actions import Actions
from world import PATIENCE, Failure, World

LINE_SECONDS = 10
# Of the design: max_wait_ms. To that comes what the end of a slice takes: two and a half ticks, and
# some for a host that is busy. The checks of the debug kernel make all of it many times as long, so
# there only a wait of twice the bound counts; what was seen is in the summary.
BOUND_MS = 1000
MARGIN_MS = 1000 if PATIENCE > 1 else 50


def line(world, elapsed):
    """One line of what was done and seen so far."""
    report, counts = world.report(), world.counts
    print(f"# {elapsed:4.0f} s: {report['forks']} forks, {report['execs']} execs, "
          f"{report['pipe_turns'] + report['futex_turns']} turns, {counts['hotplug']} hotplugs, "
          f"{counts['reattach'] + 3 * counts['cycle']} reattached, {counts['reload']} reloads, "
          f"longest wait {report['wait_max_ms']:.0f} ms "
          f"({report['wait_across_ms']:.0f} ms across attaching), "
          f"late {report['late_max_ms']:.0f} ms", flush=True)


def soak(world, actions, seconds):
    """Until the time is over, or something is wrong."""
    start = next_line = time.monotonic()
    while time.monotonic() < start + seconds:
        actions.one()
        time.sleep(world.random.uniform(0, 0.5))
        checks.load(world.report())
        if time.monotonic() >= next_line:
            checks.plausible(world)
            line(world, time.monotonic() - start)
            next_line = time.monotonic() + LINE_SECONDS
    world.end_storm()
    actions.cheap()


def summary(world, report, seconds):
    """All figures, as one object."""
    figures = {key: value for key, value in report.items()
               if key not in ("final", "idle_ms", "idle_pid", "idle_kind")}
    figures |= world.counts
    figures |= {"seed": world.seed, "seconds": round(seconds), "cpus": os.cpu_count(),
                "kernel": os.uname().release, "bound_ms": BOUND_MS, "margin_ms": MARGIN_MS,
                "module_wait_max_ms": round(world.module_wait_ms, 1)}
    print("soak:", json.dumps(figures), flush=True)


def show_state():
    """For whoever has to find out what happened."""
    for words in (["maxctl", "status"], ["maxctl", "cpus"], ["maxctl", "list"],
                  ["sh", "-c", "dmesg | tail --lines=40"]):
        print("#", *words, flush=True)
        try:
            subprocess.run(words, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            print("# not done after 60 s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or 1))
    args = parser.parse_args()
    print(f"# seed {args.seed}: SEED={args.seed} repeats its choices", flush=True)
    start = time.monotonic()
    world = World(args.seed, tempfile.mkdtemp(prefix="soak"))
    try:
        actions = Actions(world)
        actions.make_groups()
        world.load_module()
        # Before the driver has a bid that they would inherit.
        world.start_load(BOUND_MS, MARGIN_MS)
        os.setpriority(os.PRIO_PROCESS, 0, -20)
        with world.transition():
            world.attach()
        soak(world, actions, args.minutes * 60)
        report = world.stop_load()
        checks.end(report)
        with world.transition():
            world.detach()
        checks.at_rest(world)
        actions.drop_groups()
        world.unload_module()
    except Failure as failure:
        print(f"soak: FAILED after {time.monotonic() - start:.0f} s (SEED={args.seed}): {failure}",
              flush=True)
        print(f"# so far: {json.dumps(world.report())} {dict(world.counts)}", flush=True)
        show_state()
        return 1
    summary(world, report, time.monotonic() - start)
    return 0


if __name__ == "__main__":
    sys.exit(main())
