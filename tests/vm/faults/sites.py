#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which allocations of the module failed, by the stack traces that fault injection prints.

    sites.py list                   every place in kernel/ that may run out of memory
    sites.py check GROUP MODULE     reads a kernel log from stdin; all places of the group have to
                                    have failed in it; MODULE is the module with debug information

The places are found in the source; the file "sites" beside this one says which group each is in, or
why it cannot fail. A place that is missing there, and one there that is not in the source any more,
is an error, so the list cannot fall behind.
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
KERNEL = HERE.parent.parent.parent / "kernel"
# Built for tests alone.
LEFT_OUT = {"fault.c"}

# Calls that allocate, or that register something and allocate on the way.
CALL = re.compile(
    r"\b(k[mzvc]\w*alloc\w*|kmem_cache_\w*alloc\w*|kmem_cache_create\w*|kmemdup\w*|kstrdup\w*|"
    r"kv?asprintf|alloc_percpu\w*|__alloc_percpu\w*|z?alloc_cpumask_var\w*|vz?malloc\w*|vzalloc\w*|"
    r"alloc_pages?\w*|get_zeroed_page|__get_free_pages?|genlmsg_new|nlmsg_new|alloc_skb|"
    r"vm_insert_pages?|remap_vmalloc_range\w*|remap_pfn_range|(?:get|pin)_user_pages\w*|"
    r"memdup_user\w*|strndup_user|kobject_create\w*|kobject_init_and_add|sysfs_create\w*|"
    r"misc_register|genl_register_family|register_btf_\w+|register_\w+_notifier|rhashtable_init|"
    r"idr_alloc\w*|ida_alloc\w*|xa_(?:alloc|store|insert)\w*|alloc_(?:ordered_)?workqueue|"
    r"kthread_(?:create|run)\w*|cpuhp_setup_state\w*|debugfs_create\w*|proc_create\w*|"
    r"anon_inode_get\w*|mempool_create\w*|devm_\w+)\(")
FUNCTION = re.compile(r"^[a-z_].*?\b(\w+)\([^;]*$")
FRAME = re.compile(r"\] +(\? )?(\w+(?:\.\w+)*)\+0x([0-9a-f]+)/0x([0-9a-f]+)(?: \[(\w+)\])?")
# Who asks for no warning gets none from fault injection either; these come from the caller then.
DUMP = re.compile(r"FAULT_INJECTION: forcing a failure|vmalloc error: |percpu: allocation failed")
RESULT = re.compile(r"maxwell-note: injected: (\d+)")


def find_sites():
    """{name: (file, first line, last line)} of all calls in the source."""
    sites = {}
    for path in sorted(KERNEL.glob("*.c")):
        if path.name in LEFT_OUT:
            continue
        function, seen = "", {}
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            if line.lstrip().startswith(("*", "/*", "//")):
                continue
            match = FUNCTION.match(line)
            if match:
                function = match.group(1)
            for call in CALL.findall(line):
                key = f"{path.name} {function} {call}"
                seen[key] = seen.get(key, 0) + 1
                name = key if seen[key] == 1 else f"{key} {seen[key]}"
                last = next(n for n in range(number, len(lines) + 1)
                            if re.search(r"[;{]\s*$", lines[n - 1]) or n == number + 5)
                sites[name] = (path.name, number, last)
    return sites


def read_groups(sites):
    """{name: (group, reason)} from the file beside; and what it says of functions."""
    groups, functions = {}, {"swallows": {}, "silent": {}}
    for line in (HERE / "sites").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        group, _, rest = line.partition(" ")
        name, _, reason = rest.strip().partition(": ")
        if group in functions:
            functions[group][name] = reason
        else:
            groups[name] = (group, reason)
        if group in (*functions, "never") and not reason:
            sys.exit(f"sites: '{line}' gives no reason")
    for name in sites.keys() - groups.keys():
        sys.exit(f"sites: '{name}' in the source, but not in {HERE}/sites: say which case fails it")
    for name in groups.keys() - sites.keys():
        sys.exit(f"sites: '{name}' in {HERE}/sites, but not in the source any more")
    return groups, functions


class Module:
    """From FUNCTION+OFFSET to a line of the source."""

    def __init__(self, path):
        self.path = path
        headers = self.tool("readelf", "--section-headers", "--wide")
        names = dict(re.findall(r"\[ *(\d+)\] (\S+)", headers))
        self.symbols = {}
        for line in self.tool("readelf", "--syms", "--wide").splitlines():
            part = line.split()
            if len(part) == 8 and part[3] == "FUNC" and part[6] in names:
                size = int(part[2], 0)
                self.symbols.setdefault(part[7], []).append(
                    (int(part[1], 16), size, names[part[6]]))
        self.known = {}

    def tool(self, name, *args):
        return subprocess.run([name, *args, self.path], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def lines(self, function, offset, size):
        """(file, line, function) of a return address, innermost inlined call first; ours only."""
        key = (function, offset, size)
        if key not in self.known:
            self.known[key] = self.look_up(*key)
        return self.known[key]

    def look_up(self, function, offset, size):
        found = []
        for start, length, section in self.symbols.get(function, []):
            # Those of other sections, or padded by the kernel's own reckoning, may differ a bit.
            if len(self.symbols[function]) > 1 and abs(length - size) > 16:
                continue
            text = subprocess.run(
                ["addr2line", "--exe", self.path, "--section", section, "--inlines", "--functions",
                 hex(start + offset - 1)], check=True, text=True, stdout=subprocess.PIPE).stdout
            part = text.splitlines()
            for name, place in zip(part[::2], part[1::2]):
                path, _, line = place.partition(" ")[0].rpartition(":")
                path = pathlib.PurePath(path)
                if path.suffix == ".c" and line.isdigit() and (KERNEL / path.name).exists():
                    found.append((path.name, int(line), name))
        return found


def failures(log, module):
    """[(lines of the source, innermost first; status of the command, None if not told)], and how many
    commands failed without a trace."""
    found, frame = [], None
    waiting, dumps, silent = [], 0, 0
    for line in log:
        if DUMP.search(line):
            frame = []
            dumps += 1
            continue
        result = RESULT.search(line)
        if result:
            silent += not dumps and result.group(1) != "0"
            found += [(lines, int(result.group(1))) for lines in waiting]
            waiting, frame, dumps = [], None, 0
        match = FRAME.search(line)
        # The first frame of ours counts; what the unwinder is not sure of does not.
        if frame is not None and match and not match.group(1) and match.group(5):
            waiting.append(module.lines(match.group(2), int(match.group(3), 16),
                                        int(match.group(4), 16)))
            frame = None
    return found + [(lines, None) for lines in waiting], silent


def check(group, module):
    sites = find_sites()
    groups, functions = read_groups(sites)
    hit, elsewhere, bad = {}, {}, 0
    found, silent = failures(sys.stdin, module)
    for lines, status in found:
        here = {name for name, (path, first, last) in sites.items()
                for at, number, _ in lines if at == path and first <= number <= last}
        for name in here:
            hit[name] = hit.get(name, 0) + 1
        if not here and lines:
            where = f"{lines[0][0]}:{lines[0][1]} {lines[0][2]}"
            elsewhere[where] = elsewhere.get(where, 0) + 1
        # What registers something may do without a part of it, an event for udev, say.
        direct = [name for name in here if re.search(r"alloc|_new\b", name.split()[2])]
        if status == 0 and direct and not any(
                name in functions["swallows"] for _, _, name in lines):
            print(f"FAIL: a command succeeded though this failed: {direct[0]}")
            bad += 1
    wanted = [name for name in sites if groups[name][0] == group]
    hit |= {name: silent for name in wanted if silent and name.split()[1] in functions["silent"]}
    for name in wanted:
        print(f"{hit.get(name, 0):5} times: {name}")
    for where, count in sorted(elsewhere.items()):
        print(f"{count:5} times, inside what is called at: {where}")
    missed = [name for name in wanted if name not in hit]
    for name in missed:
        print(f"FAIL: never failed: {name}")
    never = sum(entry[0] == "never" for entry in groups.values())
    print(f"{len(wanted) - len(missed)} of {len(wanted)} allocation sites of the group {group} "
          f"failed at least once ({len(sites)} in all, {never} cannot fail on this kernel)")
    return 1 if missed or bad else 0


def main():
    if sys.argv[1:] == ["list"]:
        for name, (path, first, _) in find_sites().items():
            print(f"{name}\t{path}:{first}")
        return 0
    if len(sys.argv) == 4 and sys.argv[1] == "check":
        return check(sys.argv[2], Module(sys.argv[3]))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
