#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compares what the kernel's own netlink tool makes of the family with what maxctl prints.

ynl knows the specification only, maxctl the generated header only; where both say the same about the
same objects, specification, module and maxctl agree. Runs in the guest, class attached, with the pid
of a task under the class whose account is to be compared; leaves prices, the task's bid and wallets
changed.
"""

import json
import os
import pathlib
import subprocess
import sys

import oracle_policy

YNL = "/usr/src/maxwell-linux/tools/net/ynl/pyynl"
SPEC = pathlib.Path(os.environ["MAXWELL_SRC"], "Documentation/netlink/specs/maxwell.yaml")

sys.path.insert(0, YNL)
import yaml  # noqa: E402
from lib import NlError, YnlFamily  # noqa: E402

# Where maxctl's name for an attribute is more than the attribute's with underscores.
MAXCTL_NAMES = {
    "bid": {"bid": "bid_cents_per_s",
            "effective-bid": "effective_bid_cents_per_s"},
    "cpu": {"curr-bid": "curr_bid_cents_per_s",
            "reserve-general": "reserve_general_cents_per_s",
            "reserve-feeder": "reserve_feeder_cents_per_s"},
    "price": {"slope": "slope_per_s"},
    "demand": {"price": "price_cents_per_s"},
    "wallet": {"income": "income_cents_per_s"},
    "gpu": {"price": "price_cents_per_s", "reserve": "reserve_cents_per_s",
            "best-bid": "best_bid_cents_per_s"},
}
# What maxctl says in any case, and an attribute says by being there.
MAXCTL_FLAGS = {"wallet-get": {"unlimited": False}}
Q16 = {("price", "multiplier"), ("price", "slope"), ("price", "value"), ("wallet", "pace")}
TRIES = 20

exercised = set()
compared = {}


def maxctl(*words):
    answer = subprocess.run(["maxctl", "-j", *words], check=True, stdout=subprocess.PIPE)
    return json.loads(answer.stdout)


def fail(text):
    print(f"FAIL: {text}")
    sys.exit(1)


def translated(attribute_set, thing):
    """An object as ynl has it, in maxctl's terms."""
    names = MAXCTL_NAMES.get(attribute_set, {})
    return {names.get(key, key.replace("-", "_")):
            value / 65536 if (attribute_set, key) in Q16 else value
            for key, value in thing.items()}


def between(low, value, high):
    if low == high or isinstance(value, str):
        return value in (low, high)
    return min(low, high) <= value <= max(low, high)


def differences(before, theirs, after):
    """What contradicts in one object, read by maxctl, ynl, maxctl in this order."""
    keys = set(before) & set(after) | set(theirs)
    # What came or went in the meantime (such as curr-pid) may be in one of the three only.
    fleeting = set(before) ^ set(after)
    return [f"{key}: maxctl {before.get(key)}..{after.get(key)}, ynl {theirs.get(key)}"
            for key in sorted(keys - fleeting)
            if key not in theirs or key not in before
            or not between(before[key], theirs[key], after[key])]


def contradictions(key, before, middle, after):
    """What is wrong with ynl's list between two of maxctl's; empty if nothing is."""
    ids = [sorted(key(thing) for thing in things) for things in (before, middle, after)]
    if not ids[1] or ids[0] != ids[1] or ids[1] != ids[2]:
        return [f"maxctl lists {ids[0]}, ynl {ids[1]}, maxctl {ids[2]}"]
    if len(set(map(str, ids[1]))) != len(ids[1]):
        return [f"ynl lists {ids[1]}"]
    middle = {key(thing): thing for thing in middle}
    after = {key(thing): thing for thing in after}
    return [f"{key(thing)} {text}" for thing in before
            for text in differences(thing, middle[key(thing)], after[key(thing)])]


def compare(name, attribute_set, key, ours, theirs):
    """Lists of objects from maxctl and ynl, with a function that tells the objects apart.

    Tasks come and go between two readings: what counts is that there is a moment when all agree.
    """
    for _ in range(TRIES):
        before = ours()
        middle = [MAXCTL_FLAGS.get(name.split(" ")[0], {}) | translated(attribute_set, thing)
                  for thing in theirs()]
        wrong = contradictions(key, before, middle, ours())
        if not wrong:
            break
    else:
        fail(f"{name}: {'; '.join(wrong)}")
    compared.setdefault(name, set()).update(*middle)
    print(f"{name}: {len(middle)} objects agree")


def refused(ynl, text, name, attributes):
    try:
        ynl.do(name, attributes)
    except NlError as error:
        if text not in str(error):
            fail(f"{name} {attributes}: refused with '{error}', not '{text}'")
        return
    fail(f"{name} {attributes}: not refused")


def check_reads(ynl, pid):
    def dump(name, attributes=None):
        exercised.add((name, "dump"))
        return lambda: ynl.dump(name, attributes or {})

    def do(name, attributes=None):
        exercised.add((name, "do"))
        return lambda: [ynl.do(name, attributes or {})]

    def tasks(*words):
        # What maxctl adds of its own.
        return lambda: [{key: value for key, value in task.items()
                         if key not in ("policy", "under_class")}
                        for task in maxctl(*words)["tasks"]]

    compare("class-get", "class", lambda c: c["version"], lambda: [maxctl("status")["class"]],
            do("class-get"))
    compare("price-get", "price", lambda p: (p["cpu"], p["kind"]),
            lambda: maxctl("price", "show")["multipliers"], dump("price-get"))
    compare("price-get of CPU 1", "price", lambda p: (p["cpu"], p["kind"]),
            lambda: maxctl("price", "show", "--cpu", "1")["multipliers"],
            dump("price-get", {"cpus": "1"}))
    compare("bid-get", "bid", lambda t: t["pid"], tasks("list"), dump("bid-get"))
    compare("bid-get of one", "bid", lambda t: t["pid"], tasks("show", str(pid)),
            do("bid-get", {"pid": pid}))
    compare("cpu-get", "cpu", lambda c: c["cpu"], lambda: maxctl("cpus")["cpus"], dump("cpu-get"))
    compare("demand-get", "demand", lambda d: (d["book"], d["bucket"]),
            lambda: maxctl("demand")["demand"], dump("demand-get"))
    compare("demand-get of CPU 1", "demand", lambda d: (d["book"], d["bucket"]),
            lambda: maxctl("demand", "--cpu", "1")["demand"], dump("demand-get", {"cpus": "1"}))
    compare("wallet-get", "wallet", lambda w: w["id"], lambda: maxctl("wallet", "list")["wallets"],
            dump("wallet-get"))
    compare("wallet-get of one", "wallet", lambda w: w["id"],
            lambda: [maxctl("wallet", "show", "theirs")["wallet"]],
            do("wallet-get", {"name": "theirs"}))
    compare("wallet-get of a task", "wallet", lambda w: w["id"],
            lambda: [maxctl("wallet", "show", "--pid", str(pid))["wallet"]],
            do("wallet-get", {"to-pid": pid}))
    compare("wallet-get of the caller", "wallet", lambda w: w["id"],
            lambda: [maxctl("wallet", "show")["wallet"]], do("wallet-get"))
    compare("grant-get", "wallet", lambda g: (g["id"], g.get("to_uid", -1), g.get("to_cgroup", -1)),
            lambda: maxctl("wallet", "grants")["grants"], dump("grant-get"))
    compare("gpu-get", "gpu", lambda g: g["gpu"], lambda: maxctl("gpu")["gpus"], dump("gpu-get"))


def check_writes(ynl, pid):
    def shown(cpu, kind):
        return next(m for m in maxctl("price", "show")["multipliers"]
                    if (m["cpu"], m["kind"]) == (cpu, kind))

    exercised.update({("price-set", "do"), ("bid-set", "do")})
    ynl.do("price-set", {"cpus": "1", "kind": "external", "multiplier": 3 << 15, "slope": -6554,
                         "lease-ms": 86400000})
    now, other = shown(1, "external"), shown(0, "external")
    if (now["multiplier"], now["slope_per_s"], now["lease_ms"], now["state"]) != \
            (1.5, -6554 / 65536, 86400000, "held") or other["state"] != "idle":
        fail(f"price-set by ynl shows as {now}, {other}")
    subprocess.run(["maxctl", "price", "set", "--kind", "gpu", "--cpu", "0", "--slope", "0.5",
                    "--lease", "90s", "2.25"], check=True)
    theirs = [p for p in ynl.dump("price-get", {}) if (p["cpu"], p["kind"]) == (0, "gpu")][0]
    if (theirs["multiplier"], theirs["slope"], theirs["lease-ms"]) != (147456, 32768, 90000):
        fail(f"price set by maxctl shows as {theirs}")

    ynl.do("bid-set", {"pid": pid, "bid": 4321, "book": "feeder"})
    task = maxctl("show", str(pid))["tasks"][0]
    if (task["bid_cents_per_s"], task["book"], task["source"]) != (4321, "feeder", "explicit"):
        fail(f"bid-set by ynl shows as {task}")
    ynl.do("bid-set", {"pid": pid, "use-default": True})
    task = maxctl("show", str(pid))["tasks"][0]
    if (task["book"], task["source"]) != ("feeder", "default"):
        fail(f"use-default by ynl shows as {task}")
    subprocess.run(["maxctl", "set", "--bid", "77", "--general", str(pid)], check=True)
    theirs = ynl.do("bid-get", {"pid": pid})
    if (theirs["bid"], theirs["book"], theirs["source"]) != (77, "general", "explicit"):
        fail(f"a bid set by maxctl shows as {theirs}")
    print("what one sets the other shows")


def check_wallets(ynl, pid):
    """Makes "theirs" and "ours" and leaves them, with grants, to be compared."""
    def shown(name):
        return maxctl("wallet", "show", name)["wallet"]

    def expect(what, thing, **wanted):
        found = {key: thing.get(key) for key in wanted}
        if found != wanted:
            fail(f"{what} shows as {found}, not {wanted}")

    def run(*words):
        subprocess.run(["maxctl", "wallet", *words], check=True, stdout=subprocess.DEVNULL)

    exercised.update((f"wallet-{verb}", "do")
                     for verb in ("new", "set", "del", "fund", "grant", "revoke"))
    cgroup = os.stat("/sys/fs/cgroup").st_ino
    number = ynl.do("wallet-new", {"name": "theirs", "income": 30, "cap-nanocents": 5 * 10**17,
                                   "half-life-ms": 0, "uid": 65534})["id"]
    expect("a wallet made by ynl", shown("theirs"), id=number, kind="named", uid=65534,
           income_cents_per_s=30, cap_nanocents=5 * 10**17, half_life_ms=0, unlimited=False)
    ynl.do("wallet-set", {"id": number, "half-life-ms": 90000, "income": 0})
    expect("wallet-set by ynl", shown("theirs"), half_life_ms=90000, income_cents_per_s=0,
           cap_nanocents=5 * 10**17)
    ynl.do("wallet-fund", {"name": "theirs", "amount-nanocents": 4 * 10**17})
    expect("wallet-fund by ynl", shown("theirs"), grants_nanocents=4 * 10**17, pace=1)

    run("new", "--income", "7", "--cap", "2500.5", "--half-life", "10s", "--owner", "65533", "ours")
    ours = ynl.do("wallet-get", {"name": "ours"})
    expect("a wallet made by maxctl", ours, uid=65533, income=7, **{
        "cap-nanocents": 25005 * 10**8, "half-life-ms": 10000})
    run("set", "--unlimited", "ours")
    ours = ynl.do("wallet-get", {"name": "ours"})
    expect("wallet set by maxctl", ours, unlimited=True, income=None)
    run("set", "--income", "8", "--cap", "9000", "ours")
    run("fund", "ours", "0.000000003")
    expect("wallet fund by maxctl", ynl.do("wallet-get", {"name": "ours"}),
           **{"grants-nanocents": 3, "income": 8, "cap-nanocents": 9000 * 10**9})

    ynl.do("wallet-grant", {"id": number, "to-uid": 65533})
    run("grant", "ours", "--cgroup", "/sys/fs/cgroup")
    grants = sorted((g["name"], g.get("to_uid"), g.get("to_cgroup"))
                    for g in maxctl("wallet", "grants")["grants"])
    if grants != [("ours", None, cgroup), ("theirs", 65533, None)]:
        fail(f"grants by ynl and by maxctl show as {grants}")
    ynl.do("wallet-revoke", {"to-cgroup": cgroup})
    run("revoke", "--user", "65533")
    if ynl.dump("grant-get", {}) or maxctl("wallet", "grants")["grants"]:
        fail("revoked grants are still there")
    ynl.do("wallet-grant", {"name": "ours", "to-pid": pid})
    expect("a wallet given by ynl", maxctl("show", str(pid))["tasks"][0], wallet=ours["id"],
           wallet_source="task")
    run("grant", "theirs", "--pid", str(pid))
    expect("a wallet given by maxctl", ynl.do("bid-get", {"pid": pid}), wallet=number,
           **{"wallet-source": "task"})
    ynl.do("wallet-new", {"name": "short", "unlimited": True})
    run("delete", "short")
    refused(ynl, "no wallet has the name 'short'", "wallet-get", {"name": "short"})
    run("new", "--unlimited", "short")
    ynl.do("wallet-del", {"name": "short"})
    if "short" in [wallet["name"] for wallet in maxctl("wallet", "list")["wallets"]]:
        fail("a wallet deleted by ynl is still shown")
    ynl.do("wallet-grant", {"id": number, "to-uid": 65533})
    ynl.do("wallet-grant", {"name": "ours", "to-uid": 65532})
    print("what one does with a wallet the other shows")


def check_refusals(ynl, pid):
    price = {"kind": "local", "multiplier": 65536}
    refused(ynl, "integer out of range", "price-set", price | {"multiplier": 4095})
    refused(ynl, "integer out of range", "price-set", price | {"kind": 3})
    refused(ynl, "integer out of range", "price-set", price | {"lease-ms": 86400001})
    refused(ynl, "not a CPU list", "price-set", price | {"cpus": "x"})
    refused(ynl, "multiplier is missing", "price-set", {"kind": "local"})
    refused(ynl, "exclude each other", "bid-set", {"pid": pid, "bid": 1, "use-default": True})
    refused(ynl, "no thread has the id", "bid-set", {"pid": 4194303, "bid": 1})
    refused(ynl, "more than the cap leaves room for", "wallet-fund",
            {"name": "theirs", "amount-nanocents": 10**18})
    refused(ynl, "unlimited excludes income", "wallet-set",
            {"name": "theirs", "unlimited": True, "income": 1})
    print("refusals carry their reasons")


def main():
    pid = int(sys.argv[1])
    spec = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    ynl = YnlFamily(str(SPEC), schema="")
    for text in oracle_policy.differences(ynl, spec):
        fail(text)
    print("the kernel's policies are the specification's")
    check_writes(ynl, pid)
    check_wallets(ynl, pid)
    check_reads(ynl, pid)
    check_refusals(ynl, pid)

    specified = {(operation["name"], mode) for operation in spec["operations"]["list"]
                 for mode in ("do", "dump") if mode in operation}
    if specified != exercised:
        fail(f"not compared: {sorted(specified ^ exercised)}")
    for name, attributes in sorted(compared.items()):
        print(f"{name}: {', '.join(sorted(attributes))}")


if __name__ == "__main__":
    main()
