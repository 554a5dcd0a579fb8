#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes the netlink grammar that the fuzzer speaks, as a C table, from the family's YAML spec.

A new command, attribute or nest in the spec is fuzzed without a change of the fuzzer. Attributes
whose names are in ROLES get values that mean something now and then: ids of threads and wallets
that exist.

Usage: gen_netlink.py SPEC.yaml OUTPUT.h
"""

import re
import sys

import yaml

ROLES = {"pid": "PID", "to-pid": "PID", "id": "WALLET", "name": "NAME", "cpus": "CPUS",
         "uid": "UID", "to-uid": "UID", "to-cgroup": "CGROUP"}
# Sizes of what has one, in bytes; 0 stands for 4 or 8.
UNSIGNED = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "uint": 0}
SIGNED = {"s8": 1, "s16": 2, "s32": 4, "s64": 8, "sint": 0}


class Spec:
    """The parts of the spec that make requests."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.data = yaml.safe_load(file)
        self.family = self.data["name"]
        definitions = self.data.get("definitions", [])
        self.consts = {d["name"]: d["value"] for d in definitions if d["type"] == "const"}
        self.enums = {d["name"]: d for d in definitions if d["type"] in ("enum", "flags")}
        self.sets = {s["name"]: s for s in self.data["attribute-sets"]}

    def number(self, value):
        return self.consts[value] if isinstance(value, str) else value

    def macro(self, *words):
        return "_".join([self.family, *words]).upper().replace("-", "_")

    def largest(self, enum):
        definition = self.enums[enum]
        count = len(definition["entries"])
        if definition["type"] == "flags":
            return (1 << count) - 1
        return definition.get("value-start", 0) + count - 1

    def limits(self, attr, size, signed):
        """The smallest and the largest value that the policy lets through."""
        bits = 8 * (size or 8)
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        checks = attr.get("checks", {})
        if "enum" in attr:
            high = self.largest(attr["enum"])
        return self.number(checks.get("min", low)), self.number(checks.get("max", high))

    def attribute(self, set_name, attr):
        """One line of an attribute set's table."""
        kind, checks = attr["type"], attr.get("checks", {})
        size, low, high, nest = 0, 0, 0, "NULL, 0"
        if kind in UNSIGNED or kind in SIGNED:
            signed = kind in SIGNED
            size = (SIGNED if signed else UNSIGNED)[kind]
            low, high = self.limits(attr, size, signed)
            kind = "sint" if signed else "uint"
        elif kind in ("string", "binary"):
            high = self.number(checks.get("max-len", checks.get("exact-len", 64)))
        elif kind == "nest":
            inner = attr["nested-attributes"]
            nest = f"set_{inner}, {len(self.sets[inner]['attributes'])}".replace("-", "_")
        elif kind != "flag":
            sys.exit(f"{attr['name']}: the fuzzer has no way to make a value of type '{kind}'")
        role = ROLES.get(attr["name"], "NONE")
        low &= (1 << 64) - 1
        high &= (1 << 64) - 1
        return (f'\t{{ "{attr["name"]}", {self.macro("a", set_name, attr["name"])}, '
                f"ATTR_{kind.upper()}, ROLE_{role}, {size}, {low}ULL, {high}ULL, {nest} }},")

    def set_table(self, name):
        lines = [self.attribute(name, attr) for attr in self.sets[name]["attributes"]]
        # Sets that refer to each other are declared before.
        return [f"static const struct grammar_attr set_{name.replace('-', '_')}[] = {{", *lines,
                "};", ""]

    def nested_first(self):
        """Names of the sets, each behind those that it nests."""
        order = []

        def visit(name):
            if name in order:
                return
            for attr in self.sets[name]["attributes"]:
                if attr["type"] == "nest" and attr["nested-attributes"] != name:
                    visit(attr["nested-attributes"])
            order.append(name)
        for name in self.sets:
            visit(name)
        return order

    def request(self, op, mode):
        """Indexes of the attributes that such a request may have; None if there is no such one."""
        if mode not in op:
            return None
        names = [attr["name"] for attr in self.sets[op["attribute-set"]]["attributes"]]
        return [names.index(name) for name in op[mode].get("request", {}).get("attributes", [])]

    def command(self, op):
        """The tables of one command, and its line in the table of all."""
        ident = op["name"].replace("-", "_")
        set_name = op.get("attribute-set", next(iter(self.sets)))
        tables, fields = [], []
        for mode in ("do", "dump"):
            wanted = self.request(op, mode)
            if wanted:
                tables.append(f"static const unsigned char {mode}_{ident}[] = "
                              f"{{ {', '.join(map(str, wanted))} }};")
            fields.append(f"{'true' if wanted is not None else 'false'}, "
                          f"{f'{mode}_{ident}' if wanted else 'NULL'}, {len(wanted or [])}")
        # What the spec says is for the privileged alone, without an exception.
        privileged = bool(re.search(r"Needs\s+CAP_\w+\.", op.get("doc", "")))
        count = len(self.sets[set_name]["attributes"])
        line = (f'\t{{ "{op["name"]}", {self.macro("cmd", op["name"])}, '
                f"{str(privileged).lower()}, set_{set_name.replace('-', '_')}, {count}, "
                f"{fields[0]}, {fields[1]} }},")
        return tables, line

    def text(self):
        lines = ["/* SPDX-License-Identifier: GPL-2.0 */",
                 "/* Made from the family's spec by tests/fuzz/gen_netlink.py; see grammar.h. */"]
        for name in self.nested_first():
            lines += self.set_table(name)
        rows = []
        for op in self.data["operations"]["list"]:
            tables, row = self.command(op)
            lines += tables
            rows.append(row)
        lines += ["", "const struct grammar_cmd grammar_cmds[] = {", *rows, "};", "",
                  "const unsigned int grammar_nr_cmds = "
                  "sizeof(grammar_cmds) / sizeof(grammar_cmds[0]);", ""]
        return "\n".join(lines)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[2], "w", encoding="utf-8") as output:
        output.write(Spec(sys.argv[1]).text())


if __name__ == "__main__":
    main()
