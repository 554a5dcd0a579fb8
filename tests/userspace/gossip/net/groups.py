# SPDX-License-Identifier: GPL-2.0
"""Runs cases by groups. Each group has a network, nodes and a process of its own, and the groups run
side by side: what the cases do most is wait."""

import multiprocessing
import queue
import subprocess
import time
import traceback

import lab as labs


def attempt(case, lab):
    """Run a case; returns how it went, what is said beside it, and lines about it."""
    begin = time.monotonic()
    try:
        why = case(lab)
        if why and why.startswith("FAIL"):
            raise AssertionError(why)
    except (AssertionError, RuntimeError, StopIteration, OSError, KeyError, TypeError,
            subprocess.TimeoutExpired):
        return "not ok", f"{time.monotonic() - begin:.1f}s", traceback.format_exc().split("\n")
    return "ok", f"SKIP {why}" if why else f"{time.monotonic() - begin:.1f}s", []


def run_group(cases, make_lab, results):
    """Run these cases one after the other on a lab of their own, and report each."""
    labs.enter()
    failed = False
    with make_lab() as lab:
        lab.start()
        for case in cases:
            result, remark, lines = attempt(case, lab)
            failed |= result != "ok"
            results.put((case.__name__, result, remark, lines))
        if failed:
            for node in lab.nodes:
                for line in node.log().strip().split("\n")[-10:]:
                    print(f"# {node.name}: {line}", flush=True)


def report(groups, results):
    """Print what the groups report as KTAP, as it comes; returns how many cases failed."""
    number = failed = 0
    while True:
        # One that dies reports no more: the plan tells what is missing.
        alive = any(group.is_alive() for group in groups)
        try:
            name, verdict, remark, lines = results.get(timeout=0.5)
        except queue.Empty:
            if not alive:
                return failed
            continue
        number += 1
        failed += verdict != "ok"
        print("".join(f"# {line}\n" for line in lines if line), end="")
        print(f"{verdict} {number} {name} # {remark}", flush=True)


def run(groups, make_lab):
    """Run groups of cases side by side, and print KTAP; status of the program."""
    groups = [cases for cases in groups if cases]
    print("KTAP version 1")
    print(f"1..{sum(map(len, groups))}", flush=True)
    fork = multiprocessing.get_context("fork")
    results = fork.Queue()
    processes = [fork.Process(target=run_group, args=(cases, make_lab, results)) for cases in groups]
    for process in processes:
        process.start()
    failed = report(processes, results)
    for process in processes:
        process.join()
        failed += process.exitcode != 0
    return 1 if failed else 0

