# SPDX-License-Identifier: GPL-2.0
"""Runs guest cases over as many boots as it takes, and reports them as KTAP.

The verdict on a case comes from the guest's verdict channel and from what its kernel said on the
console between the case's markers. A guest that dies or hangs costs the case that was running; the
others go on in a new one.
"""

import collections
import concurrent.futures
import os
import shutil
import tempfile
import threading
import time

import qemu
from cases import splats
from qemu import OUT

BOOT_SECONDS = 300 if qemu.DEBUG else 90
GRACE_SECONDS = 30
# For the search for leaks after the last case, on the debug kernel.
LEAK_SECONDS = 600 if qemu.DEBUG else 0
# Counted time can pass at a fraction of the real one.
SLOWDOWN = {"counted": 5, "real": 1, "turns": 1}


class Lost(Exception):
    """The guest can't go on; the text says why."""


class Boot:
    """One guest and the cases that it still has to run."""

    def __init__(self, guest, cases, report):
        self.guest = guest
        self.all_cases = cases
        self.todo = list(cases)
        self.report = report
        self.running = None
        self.verdicts = collections.deque()
        self.kernel = []
        self.log = []
        self.leaks = None
        self.deadline = time.monotonic() + BOOT_SECONDS

    def read(self):
        self.kernel += self.guest.console.lines()
        self.log += self.guest.log.lines()
        self.verdicts.extend(self.guest.verdict.lines())

    def follow(self):
        """Runs until the guest has gone through its list; raises Lost if it can't."""
        while True:
            alive = self.guest.running()
            self.read()
            while self.verdicts and self.take(self.verdicts[0]):
                self.verdicts.popleft()
            if not self.todo and (self.leaks is not None or not qemu.DEBUG):
                self.guest.wait_off(GRACE_SECONDS)
                return
            if not alive:
                raise Lost("the guest died")
            if time.monotonic() > self.deadline:
                raise Lost("the guest hung")
            qemu.sleep()

    def take(self, line):
        """Acts on one line of the verdict channel; False if it has to wait for the console."""
        word, _, rest = line.partition(" ")
        if word == "ready":
            bad = splats(self.kernel, "")
            if bad:
                raise Lost(f"the kernel said while booting: {bad[0].strip()}")
        elif word == "start":
            self.running = self.todo[0]
            self.deadline = (time.monotonic() + GRACE_SECONDS +
                             self.running.timeout * SLOWDOWN[self.running.clock])
        elif word == "end":
            return self.end(rest)
        elif word == "leaks":
            self.leaks = int(rest)
        elif word == "dirty":
            raise Lost("the case before left the guest in disorder")
        return True

    def end(self, rest):
        # The console may lag behind the verdict: a case is over when both said so.
        mark = f"maxwell-case: end {self.running.name}"
        last = next((i for i, line in enumerate(self.kernel) if mark in line), None)
        if last is None:
            return False
        self.log += self.guest.log.lines()
        _, code, milliseconds, why = (rest + " ").split(" ", 3)
        kernel, self.kernel = self.kernel[:last + 1], self.kernel[last + 1:]
        verdict, why = judge(self.running, int(code), why.strip(), kernel)
        self.report(self.running, verdict, int(milliseconds) / 1000, why, kernel, self.log)
        self.todo.pop(0)
        self.running, self.log = None, []
        self.deadline = time.monotonic() + GRACE_SECONDS + (0 if self.todo else LEAK_SECONDS)
        return True


def judge(case, code, why, kernel):
    bad = splats(kernel, case.expect_splat)
    if bad:
        return "fail", f"the kernel said: {bad[0].strip()}" + (f" ({why})" if why else "")
    if code == 0:
        return "pass", ""
    if code in (4, 77):
        return "skip", why or "no reason given"
    return "fail", why


class Session:
    """All the cases of one run."""

    def __init__(self, cases, seed):
        self.cases = cases
        self.seed = seed
        self.number = 0
        self.failed = 0
        self.boots = 0
        self.leaks = []
        self.lock = threading.Lock()

    def report(self, *result):
        with self.lock:
            self.report_locked(*result)

    def report_locked(self, case, verdict, seconds, why, kernel, log):
        directory = OUT / case.name
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "console").write_text("\n".join(kernel) + "\n", encoding="utf-8")
        (directory / "log").write_text("\n".join(log) + "\n", encoding="utf-8")
        self.number += 1
        name = f"{qemu.STOCK}/{case.name}" if qemu.STOCK else case.name
        if verdict == "skip":
            print(f"ok {self.number} {name} # SKIP {why}", flush=True)
            return
        print(f"{'ok' if verdict == 'pass' else 'not ok'} {self.number} {name} "
              f"# {seconds:.1f}s", flush=True)
        if verdict == "pass":
            return
        self.failed += 1
        print(f"# {case.name}: {why}")
        for line in [line for line in log if line][-8:]:
            print(f"#   {line}")
        print(f"# logs: {directory.relative_to(qemu.TREE)}/log and .../console", flush=True)

    def run_boot(self, cases):
        """One guest; returns the cases that it did not get to."""
        with self.lock:
            self.boots += 1
        control = {"mode": "cases\n", "seed": f"{self.seed}\n",
                   "list": "".join(f"{case.name} {case.timeout}\n" for case in cases)}
        directory = tempfile.mkdtemp(prefix=f"boot-{self.boots}-", dir=OUT)
        guest = qemu.Guest(directory, control, cases[0].cpus, cases[0].kernel_args,
                           cases[0].clock)
        boot = Boot(guest, cases, self.report)
        try:
            boot.follow()
        except Lost as lost:
            guest.kill()
            self.give_up(boot, str(lost))
        finally:
            guest.kill()
            self.leaks.append((boot.leaks, boot.log))
            # What matters is with the cases by now.
            if not os.environ.get("KEEP"):
                shutil.rmtree(directory)
        return boot.todo

    def give_up(self, boot, why):
        """Whoever was on pays for a lost guest; if nobody was, it must have run one at least."""
        boot.read()
        if not boot.running and len(boot.todo) < len(boot.all_cases):
            return
        case = boot.running or boot.todo[0]
        bad = splats(boot.kernel, case.expect_splat)
        if bad and bad[0].strip() not in why:
            why += f", the kernel said: {bad[0].strip()}"
        if not boot.running:
            why += " (before any case began)"
        self.report(case, "fail", 0, why, boot.kernel, boot.log)
        boot.todo.remove(case)

    def run_boots(self, cases):
        while cases:
            cases = self.run_boot(cases)

    def report_leaks(self):
        """What kmemleak found, all boots together, as the last test."""
        name = "kmemleak"
        if not self.boots:
            self.number += 1
            print(f"ok {self.number} {name} # SKIP all cases were skipped, so there was no boot")
            return
        counts = [count for count, _ in self.leaks if count is not None]
        found = sum(counts)
        (OUT / name).mkdir(exist_ok=True)
        log = [line for _, lines in self.leaks for line in lines]
        (OUT / name / "log").write_text("\n".join(log) + "\n", encoding="utf-8")
        bad = found or not counts
        self.number += 1
        self.failed += bool(bad)
        print(f"{'not ok' if bad else 'ok'} {self.number} {name} # {found} leaks, searched at the "
              f"end of {len(counts)} boots of {self.boots}")
        if found:
            print(f"# log: {OUT.relative_to(qemu.TREE)}/{name}/log")

    def run(self):
        print(f"KTAP version 1\n1..{len(self.cases) + qemu.DEBUG}", flush=True)
        groups = {}
        for case in self.cases:
            if qemu.DEBUG and case.not_debug:
                self.report(case, "skip", 0, f"not on the debug kernel: {case.not_debug}", [], [])
                continue
            if case.needs_debug and not qemu.DEBUG:
                self.report(case, "skip", 0, f"only on the debug kernel: {case.needs_debug}",
                            [], [])
                continue
            groups.setdefault(case.boot_key(), []).append(case)
        # A guest with counted time keeps one CPU of the host busy and does not mind company; one
        # with real time wants the host for itself.
        workers = os.cpu_count() or 1
        alone, together = [], []
        for cases in groups.values():
            if cases[0].clock == "counted":
                together += [part for part in (cases[n::workers] for n in range(workers)) if part]
            else:
                alone.append(cases)
        # The two that share most of the cases last: they end at about the same time.
        together.sort(key=len)
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            list(pool.map(self.run_boots, together))
        for cases in alone:
            self.run_boots(cases)
        if qemu.DEBUG:
            self.report_leaks()
        print(f"# {self.boots} boots of the guest", flush=True)
        return 1 if self.failed else 0
