#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs the guest cases, a command in the guest, or a shell there; inside the build root.

The verdict on a case comes from the guest's verdict channel and from what its kernel said on the
console between the case's markers. A guest that dies or hangs costs the case that was running; the
others go on in a new one. KTAP on stdout, logs in build/test/CASE/{log,console}.
"""

import argparse
import dataclasses
import fnmatch
import os
import pathlib
import random
import re
import sys
import tempfile
import time

import qemu

CASES = qemu.TREE / "tests/vm/cases"
OUT = qemu.TREE / "build/test"
BOOT_SECONDS = 90
GRACE_SECONDS = 30

SPLAT = re.compile(
    r"WARNING:|BUG:|\bOops\b|Kernel panic|general protection fault|Call Trace:|"
    r"possible (circular|recursive|irq lock inversion)|inconsistent lock state|"
    r"INFO: (suspicious RCU|task .* blocked for more|rcu_|trying to register)|"
    r"rcu: INFO|self-detected stall|rcu_preempt (detected|kthread)|KASAN|UBSAN|KCSAN|"
    r"soft lockup|hard LOCKUP|refcount_t:|list_(add|del) corruption|ODEBUG|"
    r"scheduling while atomic|sleeping function called|unregister_netdevice|"
    r"sched_ext:.*(runtime error|stall|hotplug|disabled \((?!unregistered from user space)|"
    r"unregistered from kernel)")


@dataclasses.dataclass
class Case:
    """A file in cases/ and what its head asks for."""

    name: str
    timeout: int = 60
    cpus: int = 2
    own_boot: bool = False
    kernel_args: str = ""
    expect_splat: str = ""

    @classmethod
    def read(cls, path):
        case = cls(path.stem)
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                break
            match = re.fullmatch(r"# (timeout|cpus|boot|kernel-args|expect-splat): *(.+)", line)
            if not match:
                continue
            key, value = match.groups()
            if key in ("timeout", "cpus"):
                setattr(case, key, int(value))
            elif key == "boot":
                if value != "own":
                    sys.exit(f"{path}: boot can only be 'own', not '{value}'")
                case.own_boot = True
            else:
                setattr(case, key.replace("-", "_"), value)
        return case

    def boot_key(self):
        return (self.cpus, self.kernel_args, self.name if self.own_boot else "")


def splats(lines, allowed):
    """The kernel messages that fail a case."""
    found = [line for line in lines if SPLAT.search(line)]
    return [line for line in found if not (allowed and re.search(allowed, line))]


class Session:
    """Runs cases over as many boots as it takes, prints KTAP."""

    def __init__(self, cases, seed):
        self.cases = cases
        self.seed = seed
        self.number = 0
        self.failed = 0
        self.boots = 0

    def report(self, case, verdict, seconds, why, console, log):
        directory = OUT / case.name
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "console").write_text("\n".join(console) + "\n", encoding="utf-8")
        (directory / "log").write_text("\n".join(log) + "\n", encoding="utf-8")
        self.number += 1
        if verdict == "skip":
            print(f"ok {self.number} {case.name} # SKIP {why}", flush=True)
            return
        print(f"{'ok' if verdict == 'pass' else 'not ok'} {self.number} {case.name} "
              f"# {seconds:.1f}s", flush=True)
        if verdict == "pass":
            return
        self.failed += 1
        print(f"# {case.name}: {why}")
        for line in [line for line in log if line][-8:]:
            print(f"#   {line}")
        print(f"# logs: build/test/{case.name}/log and .../console", flush=True)

    def judge(self, case, code, why, kernel):
        bad = splats(kernel, case.expect_splat)
        if bad:
            return "fail", f"the kernel said: {bad[0].strip()}" + (f" ({why})" if why else "")
        if code == 0:
            return "pass", ""
        if code in (4, 77):
            return "skip", why or "no reason given"
        return "fail", why

    def run_boot(self, cases):
        """One guest; returns the cases that it did not get to."""
        self.boots += 1
        control = {"mode": "cases\n", "seed": f"{self.seed}\n",
                   "list": "".join(f"{case.name} {case.timeout}\n" for case in cases)}
        directory = tempfile.mkdtemp(prefix=f"boot-{self.boots}-", dir=OUT)
        guest = qemu.Guest(directory, control, cases[0].cpus, cases[0].kernel_args)
        todo = list(cases)
        running = None
        pending = None
        console, log = [], []
        deadline = time.monotonic() + BOOT_SECONDS
        while True:
            alive = guest.running()
            console += guest.console.lines()
            log += guest.log.lines()
            if not running and not self.boot_clean(todo, console):
                guest.kill()
                return todo[1:]
            for line in guest.verdict.lines():
                word, _, rest = line.partition(" ")
                if word == "start":
                    running = todo[0]
                    started = time.monotonic()
                    deadline = started + running.timeout + GRACE_SECONDS
                elif word == "end":
                    pending = rest.split(" ", 3)
                elif word == "exit" and not todo and not running:
                    guest.wait_off(GRACE_SECONDS)
                    return []
            # The console may lag behind the verdict: the case ends when both said so.
            if pending and any(f"maxwell-case: end {running.name}" in line for line in console):
                log += guest.log.lines()
                kernel, console = split_console(console, running.name)
                verdict, why = self.judge(running, int(pending[1]), pending[3].strip(), kernel)
                self.report(running, verdict, int(pending[2]) / 1000, why, kernel, log)
                todo.pop(0)
                running, pending, log = None, None, []
                deadline = time.monotonic() + GRACE_SECONDS
                continue
            if alive and time.monotonic() < deadline:
                qemu.sleep()
                continue
            why = "the guest hung" if alive else "the guest died"
            guest.kill()
            if not todo:
                return []
            return self.lost(todo, running, why, console + guest.console.lines(),
                             log + guest.log.lines())

    def boot_clean(self, todo, console):
        bad = [] if not todo else splats(console, "")
        if not bad:
            return True
        self.report(todo[0], "fail", 0, f"the kernel said while booting: {bad[0]}", console, [])
        return False

    def lost(self, todo, running, why, console, log):
        """The guest is gone: whoever was on pays; a guest that never came up costs the first."""
        case = running or todo[0]
        bad = splats(console, case.expect_splat)
        if bad:
            why += f", the kernel said: {bad[0].strip()}"
        if not running:
            why += " before the case began"
        self.report(case, "fail", 0, why, console, log)
        return todo[1:]

    def run(self):
        print(f"KTAP version 1\n1..{len(self.cases)}", flush=True)
        groups = {}
        for case in self.cases:
            groups.setdefault(case.boot_key(), []).append(case)
        for cases in groups.values():
            while cases:
                cases = self.run_boot(cases)
        return 1 if self.failed else 0


def split_console(console, name):
    """Splits behind the end marker of a case."""
    for index, line in enumerate(console):
        if f"maxwell-case: end {name}" in line:
            return console[:index + 1], console[index + 1:]
    return console, []


def select(patterns):
    cases = [Case.read(path) for path in sorted(CASES.glob("*.sh"))]
    if patterns:
        cases = [case for case in cases
                 if any(fnmatch.fnmatch(case.name, f"*{p}*") for p in patterns)]
        if not cases:
            sys.exit(f"no guest case matches {' '.join(patterns)}: see tests/vm/cases")
    return cases


def run_command(args):
    """One command in the guest, its output as it comes; its status is ours."""
    control = {"mode": "exec\n", "seed": f"{args.seed}\n", "command": args.command + "\n"}
    guest = qemu.Guest(OUT / args.name, control, args.cpus, args.kernel_args, args.accel)
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
        print(f"guest: logs in build/test/{args.name}", file=sys.stderr)
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
    parser.add_argument("--accel", default="", help="QEMU's -accel and what follows")
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
        return qemu.Guest(OUT / "shell", control, args.cpus, args.kernel_args,
                          interactive=True).process.wait()
    print(f"# seed {args.seed}: SEED={args.seed} repeats it")
    return Session(select(args.patterns), args.seed).run()


if __name__ == "__main__":
    sys.exit(main())
