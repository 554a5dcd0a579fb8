# SPDX-License-Identifier: GPL-2.0
"""Runs functions that get a fabric, or what is made on one, one after the other."""

import fnmatch
import sys
import traceback

import fabric


LINE_MAX = 1500


def each(tests, argument):
    """Whether those that the program's arguments select, some for each, all did well."""
    failed = 0
    patterns = [f"*{pattern}*" for pattern in sys.argv[1:] or [""]]
    for pattern in patterns:
        if not fnmatch.filter((test.__name__ for test in tests), pattern):
            print(f"# no test is like {pattern}", flush=True)
            return False
    chosen = [test for test in tests
              if any(fnmatch.fnmatch(test.__name__, pattern) for pattern in patterns)]
    for test in chosen:
        try:
            test(argument)
            print(f"ok {test.__name__}", flush=True)
        except Exception:
            failed += 1
            lines = traceback.format_exc().strip().split("\n")
            print("".join(f"# {line[:LINE_MAX]}\n" for line in lines), end="")
            print(f"not ok {test.__name__}", flush=True)
    return not failed


def run(tests, rails, hosts):
    """Status of a program whose tests get a fabric."""
    with fabric.Fabric(rails) as cables:
        cables.populate(hosts)
        return 0 if each(tests, cables) else 1
