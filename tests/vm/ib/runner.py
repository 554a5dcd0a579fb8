# SPDX-License-Identifier: GPL-2.0
"""Runs functions that get a fabric, one after the other."""

import fnmatch
import sys
import traceback

import fabric


def run(tests, rails, hosts):
    """Status of the program: 0 if those that the first argument selects all did well."""
    failed = 0
    pattern = (sys.argv[1:] or ["*"])[0]
    chosen = [test for test in tests if fnmatch.fnmatch(test.__name__, f"*{pattern}*")]
    with fabric.Fabric(rails) as cables:
        cables.populate(hosts)
        for test in chosen:
            try:
                test(cables)
                print(f"ok {test.__name__}", flush=True)
            except Exception:
                failed += 1
                lines = traceback.format_exc().strip().split("\n")
                print("".join(f"# {line}\n" for line in lines), end="")
                print(f"not ok {test.__name__}", flush=True)
    return 1 if failed or not chosen else 0
