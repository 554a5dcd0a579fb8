#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs the guest cases, a command in the guest, or a shell there; inside the build root.

Logs: build/test/CASE/{log,console}. See session.py for how a case is judged.
"""

import argparse
import os
import random
import sys
import time

import qemu
from cases import select, splats
from qemu import OUT
from session import BOOT_SECONDS, Session


def run_command(args):
    """One command in the guest, its output as it comes; its status is ours."""
    control = {"mode": "exec\n", "seed": f"{args.seed}\n", "command": args.command + "\n"}
    guest = qemu.Guest(OUT / args.name, control, args.cpus, args.kernel_args,
                       args.clock or "real")
    deadline = time.monotonic() + BOOT_SECONDS + args.timeout
    code, console = None, []
    while True:
        alive = guest.running() and time.monotonic() < deadline
        for line in guest.log.lines():
            print(line, flush=True)
        console += guest.console.lines()
        for line in guest.verdict.lines():
            if line.startswith("end exec "):
                code = int(line.split()[2])
        if not alive:
            break
        qemu.sleep()
    guest.kill()
    bad = splats(console, args.expect_splat)
    for line in bad:
        print(f"guest kernel: {line}", file=sys.stderr)
    if code is None:
        print("guest: no verdict; last words on its console:", *console[-15:], sep="\n  ",
              file=sys.stderr)
    if bad or code is None:
        print(f"guest: logs in {OUT.relative_to(qemu.TREE)}/{args.name}", file=sys.stderr)
        return 1
    return code


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode", choices=("cases", "list", "exec", "shell"))
    parser.add_argument("patterns", nargs="*", help="cases to run (default: all)")
    parser.add_argument("--command", help="for exec: what to run, by bash, in the tree")
    parser.add_argument("--name", default="exec", help="for exec: directory of the logs")
    parser.add_argument("--timeout", type=int, default=600, help="for exec: seconds")
    parser.add_argument("--cpus", type=int, default=2)
    parser.add_argument("--kernel-args", default="")
    parser.add_argument("--expect-splat", default="")
    parser.add_argument("--clock", help="'counted' or 'real', see qemu.py; for cases: in place of "
                        "what each asks for (default of exec: real)")
    parser.add_argument("--seed", default=os.environ.get("SEED") or random.randrange(1 << 31))
    args = parser.parse_args()

    if args.mode == "list":
        print("\n".join(case.name for case in select(args.patterns)))
        return 0
    qemu.need_files()
    OUT.mkdir(parents=True, exist_ok=True)
    if args.mode == "exec":
        return run_command(args)
    if args.mode == "shell":
        control = {"mode": "shell\n", "seed": f"{args.seed}\n"}
        guest = qemu.Guest(OUT / "shell", control, args.cpus, f"loglevel=4 {args.kernel_args}",
                           interactive=True)
        return guest.process.wait()
    print(f"# seed {args.seed}: SEED={args.seed} repeats it")
    cases = select(args.patterns)
    for case in cases:
        case.clock = args.clock or case.clock
    return Session(cases, args.seed).run()


if __name__ == "__main__":
    sys.exit(main())
