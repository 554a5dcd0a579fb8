#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The schema of the site file judges the cases as they say; test_site_file.c asks gossipd the same.

Usage: site_schema.py SCHEMA EXAMPLE CASES
"""

import copy
import json
import sys

import jsonschema


def change(document, case):
    """A copy of the document with the case's change."""
    changed = copy.deepcopy(document)
    *path, last = (case.get("set") or case["drop"]).strip("/").split("/")
    at = changed
    for step in path:
        at = at[int(step) if isinstance(at, list) else step]
    if isinstance(at, list):
        last = int(last)
    if "drop" in case:
        del at[last]
    else:
        at[last] = case["to"]
    return changed


def main():
    schema, example, cases = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:4])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(example)
    bad = 0
    for case in cases["cases"]:
        taken = validator.is_valid(change(example, case))
        if taken != (case["is"] != "form"):
            print(f"{case}: the schema {'takes' if taken else 'refuses'} it")
            bad += 1
    print(f"{len(cases['cases']) - bad} of {len(cases['cases'])} cases as they should be")
    return 1 if bad else 0


sys.exit(main())
