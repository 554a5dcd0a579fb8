# SPDX-License-Identifier: GPL-2.0
"""Wallets themselves: making, naming, changing and funding them, and how many there may be."""

from common import (NOBODY, ONE, OTHER, NlError, balanced, equal, fail, get, new, refused, root,
                    shows, tune, wait_for)


def check_making():
    before = {w["name"] for w in root.dump("wallet-get", {})}
    made = new("plain", income=100)
    wallet = get(id=made)
    shows("a wallet", wallet, id=made, name="plain", kind="named", uid=0, income=100,
          cap_nanocents=100 * 10**9 * 10, half_life_ms=60000, grants_nanocents=0,
          charged_nanocents=0, nr_tasks=0)
    equal("unlimited", "unlimited" in wallet, False)
    equal("by name", get(name="plain")["id"], made)
    balanced(wallet)
    wait_for("it earns nothing", lambda: get(id=made)["balance-nanocents"] > 0)
    balanced(get(id=made))
    longest = "x" * 27 + ".-_9"
    shows("another", get(id=new(longest, income=0, cap_nanocents=5, half_life_ms=0, uid=OTHER)),
          name=longest, uid=OTHER, income=0, cap_nanocents=5, half_life_ms=0, balance_nanocents=0,
          pace=0)
    free = get(id=new("free", unlimited=True))
    shows("an unlimited one", free, unlimited=True, pace=ONE, income_nanocents=0)
    equal("what an unlimited one has not",
          set(free) & {"income", "cap-nanocents", "half-life-ms", "balance-nanocents"}, set())
    listed = {w["name"]: w for w in root.dump("wallet-get", {})}
    equal("made", set(listed) - before, {"plain", longest, "free"})
    shows("the common one", listed["common"], kind="common", unlimited=True, uid=0)
    # The largest that is allowed.
    shows("the richest", get(id=new("rich", income=10**9, cap_nanocents=10**18,
                                    half_life_ms=2**32 - 1)),
          income=10**9, cap_nanocents=10**18, half_life_ms=2**32 - 1)
    # A cap that follows from an income stays within the limit.
    tune("wallet_cap_ms", 86400000)
    shows("the cap by default", get(id=new("capped", income=10**9)), cap_nanocents=10**18)
    tune("wallet_cap_ms", 10000)
    for name in ("rich", "capped", longest):
        root.do("wallet-del", {"name": name})

    refused("name is missing", "wallet-new", {"income": 1})
    refused("the name is empty", "wallet-new", {"name": "", "income": 1})
    for name in ("a b", "uid:0", "a/b", "a\n", "a\x7f"):
        refused("a name has letters, digits, '.', '_' and '-' only", "wallet-new",
                {"name": name, "income": 1})
    refused("failed policy validation", "wallet-new", {"name": "x" * 32, "income": 1})
    refused("there is a wallet named 'plain' already", "wallet-new", {"name": "plain", "income": 1})
    refused("there is a wallet named 'common' already", "wallet-new",
            {"name": "common", "unlimited": True})
    for terms in ({}, {"cap-nanocents": 1}, {"half-life-ms": 1}):
        refused("income is missing: a wallet has an income or is unlimited", "wallet-new",
                {"name": "new"} | terms)
    for terms in ({"income": 1}, {"cap-nanocents": 1}, {"half-life-ms": 0}):
        refused("unlimited excludes income, cap-nanocents and half-life-ms", "wallet-new",
                {"name": "new", "unlimited": True} | terms)
    refused("integer out of range", "wallet-new", {"name": "new", "income": 10**9 + 1})
    refused("integer out of range", "wallet-new",
            {"name": "new", "income": 1, "cap-nanocents": 10**18 + 1})
    refused("no user has the id 4294967295 in this user namespace", "wallet-new",
            {"name": "new", "income": 1, "uid": 2**32 - 1})
    refused("no wallet has the name 'new'", "wallet-get", {"name": "new"})


def check_naming():
    for name, terms in (("wallet-set", {"income": 1}), ("wallet-del", {}),
                        ("wallet-fund", {"amount-nanocents": 1}), ("wallet-grant", {"to-uid": 7})):
        refused("which wallet? Give its id or its name", name, terms)
        refused("id and name exclude each other", name, {"id": 1, "name": "common"} | terms)
        refused("no wallet has the id 1024", name, {"id": 1024} | terms)
        refused("no wallet has the id 4294967295", name, {"id": 2**32 - 1} | terms)
        refused("no wallet has the name 'uid:12345'", name, {"name": "uid:12345"} | terms)
        refused("integer out of range", name, {"id": 0} | terms)
    refused("id and name exclude each other", "wallet-get", {"id": 1, "name": "common"})
    refused("to-pid excludes id and name", "wallet-get", {"id": 1, "to-pid": 1})
    refused("to-pid excludes id and name", "wallet-get", {"name": "common", "to-pid": 1})
    refused("no thread has the id 4194303", "wallet-get", {"to-pid": 4194303})
    shows("the caller's", get(), name="uid:0", kind="default", unlimited=True, uid=0)
    shows("a kernel thread's", get(to_pid=2), name="common")


def check_changing():
    one = get(name="plain")["id"]
    root.do("wallet-set", {"id": one, "income": 200})
    shows("a new income", get(id=one), income=200, cap_nanocents=100 * 10**10, half_life_ms=60000)
    root.do("wallet-set", {"name": "plain", "cap-nanocents": 3 * 10**9})
    shows("a new cap", get(id=one), income=200, cap_nanocents=3 * 10**9, half_life_ms=60000)
    root.do("wallet-set", {"name": "plain", "half-life-ms": 0})
    shows("no half-life", get(id=one), income=200, cap_nanocents=3 * 10**9, half_life_ms=0)
    root.do("wallet-set", {"name": "plain", "unlimited": True})
    shows("unlimited", get(id=one), unlimited=True, income=None, cap_nanocents=None,
          balance_nanocents=None, pace=ONE)
    for terms in ({"cap-nanocents": 1}, {"half-life-ms": 1}):
        refused("income is missing: a wallet has an income or is unlimited", "wallet-set",
                {"id": one} | terms)
    tune("wallet_cap_ms", 2000)
    tune("wallet_half_life_ms", 777)
    root.do("wallet-set", {"name": "plain", "income": 50})
    shows("an income for the first time", get(id=one), income=50, cap_nanocents=10**11,
          half_life_ms=777, unlimited=None)
    tune("wallet_cap_ms", 10000)
    tune("wallet_half_life_ms", 60000)
    shows("terms of its own", get(id=one), cap_nanocents=10**11, half_life_ms=777)
    balanced(get(id=one))

    terms = {"id": one}
    refused("nothing to set: unlimited, income, cap-nanocents, half-life-ms", "wallet-set", terms)
    refused("unlimited excludes", "wallet-set", terms | {"unlimited": True, "income": 9})
    refused("integer out of range", "wallet-set", terms | {"income": 10**9 + 1, "half-life-ms": 1})
    refused("the common wallet pays for the kernel and stays unlimited", "wallet-set",
            {"name": "common", "income": 1})
    shows("after all that", get(id=one), income=50, cap_nanocents=10**11, half_life_ms=777)


def check_funding():
    made = new("fund", income=0, cap_nanocents=1000, half_life_ms=0)
    root.do("wallet-fund", {"name": "fund", "amount-nanocents": 1})
    root.do("wallet-fund", {"id": made, "amount-nanocents": 998})
    refused("more than the cap leaves room for, 1 nanocents", "wallet-fund",
            {"id": made, "amount-nanocents": 2})
    shows("not yet full", get(id=made), balance_nanocents=999, grants_nanocents=999,
          income_nanocents=0)
    root.do("wallet-fund", {"id": made, "amount-nanocents": 1})
    shows("full", get(id=made), balance_nanocents=1000, grants_nanocents=1000, pace=ONE)
    refused("room for, 0 nanocents", "wallet-fund", {"id": made, "amount-nanocents": 1})
    refused("amount-nanocents is missing", "wallet-fund", {"id": made})
    refused("integer out of range", "wallet-fund", {"id": made, "amount-nanocents": 0})
    refused("integer out of range", "wallet-fund", {"id": made, "amount-nanocents": 10**18 + 1})
    refused("the wallet is unlimited", "wallet-fund", {"name": "common", "amount-nanocents": 1})
    # Less cap: what exceeds it is gone, by the books.
    root.do("wallet-set", {"id": made, "cap-nanocents": 400})
    shows("cut", get(id=made), balance_nanocents=400, grants_nanocents=1000,
          evaporated_nanocents=600)
    balanced(get(id=made))
    root.do("wallet-del", {"id": made})


def check_limits():
    tune("user_income_max_cents", 1000)
    one = new("one", income=600, uid=OTHER)
    new("two", income=400, uid=OTHER)
    refused("the owner would earn 1001 cents/s; user_income_max_cents is 1000", "wallet-new",
            {"name": "three", "income": 1, "uid": OTHER})
    refused("the owner would earn 1001 cents/s; user_income_max_cents is 1000", "wallet-set",
            {"id": one, "income": 601})
    shows("refused", get(id=one), income=600)
    root.do("wallet-set", {"id": one, "income": 599})
    new("three", income=1, uid=OTHER)
    new("another", income=900, uid=NOBODY)
    for name in ("one", "two", "three", "another"):
        root.do("wallet-del", {"name": name})
    tune("user_income_max_cents", 0)

    # As many as there is room for.
    made = []
    try:
        while len(made) < 2000:
            made.append(new(f"many{len(made)}", income=1))
        fail("2000 wallets and no end")
    except NlError as error:
        equal("the last one", "all 1024 wallets are in use" in str(error), True)
    equal("all there", len(root.dump("wallet-get", {})), 1024)
    for number in made:
        root.do("wallet-del", {"id": number})
