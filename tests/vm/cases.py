# SPDX-License-Identifier: GPL-2.0
"""The guest cases: what their heads ask for, and what a kernel must not say while they run."""

import dataclasses
import fnmatch
import re
import sys

import qemu

CASES = qemu.TREE / "tests/vm/cases"

SPLAT = re.compile(
    r"WARNING:|BUG:|\bOops\b|Kernel panic|general protection fault|Call Trace:|"
    r"possible (circular|recursive|irq lock inversion)|inconsistent lock state|"
    r"INFO: (suspicious RCU|task .* blocked for more|rcu_|trying to register)|"
    r"rcu: INFO|self-detected stall|rcu_preempt (detected|kthread)|KASAN|UBSAN|KCSAN|"
    r"soft lockup|hard LOCKUP|refcount_t:|list_(add|del) corruption|ODEBUG|"
    r"scheduling while atomic|sleeping function called|unregister_netdevice|"
    r"sched_ext:.*(runtime error|stall|hotplug|disabled \((?!unregistered from user space)|"
    r"unregistered from kernel)")

HEAD = re.compile(r"# (timeout|cpus|boot|clock|kernel-args|expect-splat|slow|not-debug|"
                  r"needs-debug): *(.+)")


@dataclasses.dataclass
class Case:
    """A file in cases/ and what its head asks for."""

    name: str
    timeout: int = 60
    cpus: int = 2
    own_boot: bool = False
    kernel_args: str = ""
    expect_splat: str = ""
    clock: str = "counted"
    slow: str = ""
    not_debug: str = ""
    needs_debug: str = ""

    @classmethod
    def read(cls, path):
        case = cls(path.stem)
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                break
            match = HEAD.fullmatch(line)
            if not match:
                continue
            key, value = match.groups()
            if key in ("timeout", "cpus"):
                setattr(case, key, int(value))
            elif key == "boot":
                if value != "own":
                    sys.exit(f"{path}: boot can only be 'own', not '{value}'")
                case.own_boot = True
            elif key == "clock" and value not in qemu.CLOCKS:
                sys.exit(f"{path}: clock can be {' or '.join(qemu.CLOCKS)}, not '{value}'")
            else:
                setattr(case, key.replace("-", "_"), value)
        case.timeout *= qemu.PATIENCE
        # With 4 ns an instruction, the checks make a CPU so slow that a slice is over before the
        # task gets anywhere.
        if qemu.DEBUG and case.clock == "counted":
            case.clock = "real"
        return case

    def boot_key(self):
        return (self.clock, self.cpus, self.kernel_args, self.name if self.own_boot else "")


def splats(lines, allowed):
    """The kernel messages that fail a case."""
    found = [line for line in lines if SPLAT.search(line)]
    return [line for line in found if not (allowed and re.search(allowed, line))]


def select(patterns):
    """The cases that match; without patterns all but the slow ones, "slow" for these."""
    cases = [Case.read(path) for path in sorted(CASES.glob("*.sh"))]
    if patterns == ["slow"]:
        cases = [case for case in cases if case.slow]
    elif not patterns:
        for case in (case for case in cases if case.slow):
            print(f"# left out: {case.name}: {case.slow}: make test-slow")
        cases = [case for case in cases if not case.slow]
    else:
        cases = [case for case in cases
                 if any(fnmatch.fnmatch(case.name, f"*{p}*") for p in patterns)]
        if not cases:
            sys.exit(f"no guest case matches {' '.join(patterns)}: see tests/vm/cases")
    return cases
