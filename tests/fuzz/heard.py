#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Says which of the module's own refusals the fuzzer has met, and which never: how deep it got.

Usage: heard.py LOG KERNEL-DIRECTORY		LOG is what fuzz has printed
"""

import collections
import pathlib
import re
import sys

CALL = re.compile(r"NL_SET_ERR_MSG\w*\((.*?)\);", re.DOTALL)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
# As much of a text as the fuzzer keeps.
KEPT = 100


def heard(path):
    """How often each text came, by command, all workers together."""
    counts = collections.Counter()
    for line in pathlib.Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
        match = re.match(r"words  \w+ \w+  (.+?)  (\d+): (.*)", line)
        if match:
            counts[match[1], match[3]] += int(match[2])
    return counts


def refusals(directory):
    """A text of the source, and a pattern that fits it as the fuzzer prints it."""
    for path in sorted(pathlib.Path(directory).glob("*.c")):
        source = path.read_text(encoding="utf-8")
        for call in CALL.findall(source):
            text = "".join(LITERAL.findall(call))
            if not text:
                continue
            shown = re.sub(r"'%s'", "*", text)
            shown = re.sub(r"(?<= )'.*'", "*", re.sub(r"%l*[ud]|\d+", "#", shown))
            yield path.name, text, re.escape(shown[:KEPT]).replace("%s", ".*")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    counts = heard(sys.argv[1])
    for (command, text), count in sorted(counts.items()):
        print(f"# {command} {count}: {text}")
    never, total = [], 0
    for name, text, pattern in refusals(sys.argv[2]):
        total += 1
        if not any(re.search(pattern, shown) for _, shown in counts):
            never.append(f"{name}: {text}")
    print(f"# of {total} refusals in the module's source {total - len(never)} were met; never:")
    for line in never:
        print(f"#   {line}")


if __name__ == "__main__":
    main()
