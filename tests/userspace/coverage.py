#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Line and branch coverage of the policy files by the unit tests, from the notes of gcc --coverage.

Usage: coverage.py GCOV OBJECTS KERNEL

OBJECTS is the directory with the objects and what their run left, KERNEL the directory of the
policy files. Prints a table by file and each branch that no test took, and fails if less than
BRANCHES_MIN of all branches were taken. A function of a header is compiled into several objects:
it counts once, with what all of them did.

pure.h is left out: the module has the kernel's own versions of what is in there.
"""

import collections
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

BRANCHES_MIN = 0.95
LEFT_OUT = {"pure.h"}


def notes(gcov, objects):
    """What gcov knows of each object, as it prints it in JSON."""
    gcda = sorted(path.resolve() for path in objects.glob("*.gcda"))
    if not gcda:
        sys.exit(f"coverage.py: no *.gcda in {objects}: the tests did not run or were not built "
                 "with --coverage")
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([gcov, "--branch-probabilities", "--json-format", "--hash-filenames",
                        *map(str, gcda)], cwd=scratch, check=True, stdout=subprocess.DEVNULL)
        for path in sorted(pathlib.Path(scratch).glob("*.gcov.json.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as file:
                yield json.load(file)


def collect(gcov, objects, kernel):
    """Counts by file: {name: {(function, line): [lines taken, [branch counts]]}}."""
    files = collections.defaultdict(dict)
    for note in notes(gcov, objects):
        for source in note["files"]:
            path = pathlib.Path(note["current_working_directory"], source["file"]).resolve()
            if path.parent != kernel or path.name in LEFT_OUT:
                continue
            for line in source["lines"]:
                key = (line["line_number"], line.get("function_name", ""))
                counts = [branch["count"] for branch in line["branches"]]
                entry = files[path.name].setdefault(key, [0, [0] * len(counts)])
                if len(entry[1]) != len(counts):
                    sys.exit(f"coverage.py: {path.name}:{key[0]}: objects differ in branches")
                entry[0] += line["count"]
                entry[1] = [a + b for a, b in zip(entry[1], counts)]
    return files


def percent(part, whole):
    """A share as text, of nothing as well."""
    return f"{100 * part / whole:6.2f} %" if whole else "       -"


def row(name, lines, branches):
    """One row of the table; both are pairs of what was taken and what there is."""
    print(f"{name:<14}{lines[0]:>7} of {lines[1]:<5}{percent(*lines)}"
          f"{branches[0]:>9} of {branches[1]:<5}{percent(*branches)}")


def report(files, kernel):
    """Print the table and what is missing; returns the share of branches taken."""
    total = [[0, 0], [0, 0]]
    missing = []
    print(f"{'file':<14}{'lines':>12}{'':>12}{'branches':>15}")
    for name, entries in sorted(files.items()):
        text = (kernel / name).read_text(encoding="utf-8").splitlines()
        lines, branches = [0, 0], [0, 0]
        for (number, _), (count, counts) in sorted(entries.items()):
            lines[0] += count > 0
            lines[1] += 1
            branches[0] += sum(map(bool, counts))
            branches[1] += len(counts)
            for nr, taken in enumerate(counts):
                if not taken:
                    missing.append(f"{name}:{number}: branch {nr + 1} of {len(counts)}: "
                                   f"{text[number - 1].strip()}")
        row(name, lines, branches)
        total = [[a + b for a, b in zip(*pair)] for pair in zip(total, (lines, branches))]
    row("all", *total)
    if missing:
        print("\n".join(["", "branches that no test takes:", *missing]), flush=True)
    return total[1][0] / total[1][1]


def main():
    """See the head of the file."""
    if len(sys.argv) != 4:
        sys.exit("usage: coverage.py GCOV OBJECTS KERNEL")
    kernel = pathlib.Path(sys.argv[3]).resolve()
    share = report(collect(sys.argv[1], pathlib.Path(sys.argv[2]), kernel), kernel)
    if share < BRANCHES_MIN:
        sys.exit(f"coverage.py: {100 * share:.2f} % of the branches taken, "
                 f"{100 * BRANCHES_MIN:.0f} % are asked for")


if __name__ == "__main__":
    main()
