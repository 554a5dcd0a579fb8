# SPDX-License-Identifier: GPL-2.0
"""Runs functions that get a fabric, or what is made on one, one after the other."""

import fnmatch
import sys
import traceback

import fabric


LINE_MAX = 1500


def each(tests, argument):
    """Whether those that the program's first argument selects, and some at all, all did well."""
    failed = 0
    pattern = (sys.argv[1:] or ["*"])[0]
    chosen = [test for test in tests if fnmatch.fnmatch(test.__name__, f"*{pattern}*")]
    for test in chosen:
        try:
            test(argument)
            print(f"ok {test.__name__}", flush=True)
        except Exception:
            failed += 1
            lines = traceback.format_exc().strip().split("\n")
            print("".join(f"# {line[:LINE_MAX]}\n" for line in lines), end="")
            print(f"not ok {test.__name__}", flush=True)
    return bool(chosen) and not failed


def run(tests, rails, hosts):
    """Status of a program whose tests get a fabric."""
    with fabric.Fabric(rails) as cables:
        cables.populate(hosts)
        return 0 if each(tests, cables) else 1
