# SPDX-License-Identifier: GPL-2.0
"""Compares what the kernel says that it takes, its policies, with the specification."""


def differences(ynl, spec):
    """Where an operation takes other attributes, or other values of one, than is specified."""
    checks = {attribute_set["name"]: {a["name"]: a for a in attribute_set["attributes"]}
              for attribute_set in spec["attribute-sets"]}
    consts = {d["name"]: d["value"] for d in spec["definitions"] if d["type"] == "const"}
    enums = {d["name"]: d["entries"] for d in spec["definitions"] if d["type"] == "enum"}
    for operation in spec["operations"]["list"]:
        for mode in ("do", "dump"):
            if mode not in operation:
                continue
            wanted = set((operation[mode].get("request") or {}).get("attributes", []))
            policy = ynl.get_policy(operation["name"], mode)
            policy = policy.to_dict() if policy else {}
            where = f"policy of {operation['name']} {mode}"
            if set(policy) != wanted:
                yield f"{where}: takes {sorted(policy)}, specified are {sorted(wanted)}"
            for name in set(policy) & wanted:
                attribute = checks[operation["attribute-set"]][name]
                yield from range_differences(f"{where}, {name}", policy[name], attribute, consts,
                                             enums)


def range_differences(where, says, attribute, consts, enums):
    wanted = {key: consts.get(value, value) for key, value in attribute.get("checks", {}).items()}
    if "enum" in attribute:
        wanted["max"] = len(enums[attribute["enum"]]) - 1
    for key, kernel_key in (("min", "min-value"), ("max", "max-value"), ("max-len", "max-length")):
        if key in wanted and says.get(kernel_key) != wanted[key]:
            yield f"{where}: {key} is {wanted[key]}, the kernel says {says}"
