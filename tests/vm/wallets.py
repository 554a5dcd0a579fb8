#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Wallets over netlink: what each command does, what it refuses and in which words, and who may.

Speaks through the kernel's own netlink tool, which knows the specification only. Runs in the guest
as root, class attached, nothing else under it.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

SPEC = pathlib.Path(os.environ["MAXWELL_SRC"], "Documentation/netlink/specs/maxwell.yaml")
PARAMS = pathlib.Path("/sys/kernel/maxwell")
CGROUP = pathlib.Path("/sys/fs/cgroup/maxwell-wallets")

sys.path.insert(0, "/usr/src/maxwell-linux/tools/net/ynl/pyynl")
from lib import NlError, YnlFamily  # noqa: E402

SCHED_EXT = 7
NOBODY = 65534
OTHER = 65533
ONE = 65536
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

root = YnlFamily(str(SPEC), schema="")
hogs = []


def fail(text):
    print(f"FAIL: {text}", flush=True)
    raise SystemExit(1)


def equal(what, found, wanted):
    if found != wanted:
        fail(f"{what}: {found!r}, not {wanted!r}")


def shows(what, thing, **wanted):
    """An object has these members; underscores stand for dashes."""
    for key, value in wanted.items():
        equal(f"{what}: {key}", thing.get(key.replace("_", "-")), value)


def refused(text, name, attributes, ynl=None):
    try:
        (ynl or root).do(name, attributes)
    except NlError as error:
        print(f"  {name} {attributes}: {error}")
        if text not in str(error):
            fail(f"{name} {attributes}: refused with '{error}', not '{text}'")
        return
    fail(f"{name} {attributes}: not refused, but should be: '{text}'")


def wait_for(what, condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            fail(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)


def tune(name, value):
    (PARAMS / name).write_text(f"{value}\n", encoding="ascii")


def get(**which):
    return root.do("wallet-get", {key.replace("_", "-"): value for key, value in which.items()})


def new(name, **terms):
    terms = {key.replace("_", "-"): value for key, value in terms.items()}
    return root.do("wallet-new", {"name": name} | terms)["id"]


def spend(uid=0, bid=500):
    """A process of a user that runs under the class for good."""
    pid = os.fork()
    if not pid:
        try:
            os.sched_setscheduler(0, SCHED_EXT, os.sched_param(0))
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            while True:
                pass
        finally:
            os._exit(1)
    hogs.append(pid)
    wait_for(f"{pid} is not under the class",
             lambda: pid in [task["pid"] for task in root.dump("bid-get", {})])
    # It has its user in the end, and its wallet follows.
    wait_for(f"{pid} does not draw on a wallet of user {uid}'s",
             lambda: get(to_pid=pid)["uid"] == uid)
    root.do("bid-set", {"pid": pid, "bid": bid})
    return pid


def kill_hogs():
    for pid in hogs:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    hogs.clear()


def task(pid):
    return root.do("bid-get", {"pid": pid})


def draws_on(pid, wallet, source):
    now = task(pid)
    return (now["wallet"], now["wallet-source"]) == (wallet, source)


def moves_to(pid, wallet, source):
    wait_for(f"{pid} should draw on {wallet} by {source}: {task(pid)}",
             lambda: draws_on(pid, wallet, source))


def balanced(wallet):
    equal(f"books of {wallet}", wallet["income-nanocents"] + wallet["grants-nanocents"],
          wallet.get("balance-nanocents", 0) + wallet["charged-nanocents"] +
          wallet["evaporated-nanocents"])


def as_user(what, function, uid=NOBODY, opener=None):
    """Runs function(ynl) as a user in a process of its own; the socket may be another's."""
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            if opener is not None:
                os.setresuid(opener, opener, 0)
                ynl = YnlFamily(str(SPEC), schema="")
                os.setresuid(0, 0, 0)
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            function(ynl if opener is not None else YnlFamily(str(SPEC), schema=""))
            code = 0
        except BaseException as error:  # noqa: B902 (the parent has to go on)
            print(f"  {what}: {error!r}")
        finally:
            sys.stdout.flush()
            os._exit(code)
    if os.waitpid(pid, 0)[1]:
        fail(f"{what}, as user {uid}")


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


def check_deleting():
    refused("'common' was not made by wallet-new and cannot be deleted", "wallet-del", {"id": 1})
    refused("'uid:0' was not made by wallet-new and cannot be deleted", "wallet-del",
            {"name": "uid:0"})
    own = get(name="uid:0")["id"]
    made = new("gone", income=10**6)
    pids = [spend(), spend()]
    for pid in pids:
        root.do("wallet-grant", {"id": made, "to-pid": pid})
        equal("draws on it", draws_on(pid, made, "task"), True)
    root.do("wallet-grant", {"id": made, "to-uid": OTHER})
    equal("its tasks", get(id=made)["nr-tasks"], 2)
    wait_for("nothing is charged", lambda: get(id=made)["charged-nanocents"] > 0)
    root.do("wallet-del", {"id": made})
    for pid in pids:
        equal("back on the user's wallet", draws_on(pid, own, "user"), True)
    refused(f"no wallet has the id {made}", "wallet-get", {"id": made})
    refused("no wallet has the name 'gone'", "wallet-del", {"name": "gone"})
    ran = [task(pid)["runtime-ns"] for pid in pids]
    wait_for("they do not go on", lambda: all(
        task(pid)["runtime-ns"] > before + 10**7 for pid, before in zip(pids, ran)))
    # The number comes again, and nothing with it.
    again = new("again", income=7, half_life_ms=0)
    equal("number of the next one", again, made)
    shows("the next one", get(id=again), charged_nanocents=0, grants_nanocents=0, nr_tasks=0,
          evaporated_nanocents=0)
    equal("its grants", [g for g in root.dump("grant-get", {}) if g["id"] == again], [])
    kill_hogs()
    root.do("wallet-del", {"id": again})


def check_grants():
    own, users, groups, tasks = (get()["id"], new("users", income=10**6),
                                 new("groups", unlimited=True), new("tasks", income=10**6))
    pid = spend(NOBODY)
    default = get(to_pid=pid)
    shows("a user's own", default, name=f"uid:{NOBODY}", kind="default", uid=NOBODY,
          unlimited=True)
    root.do("wallet-grant", {"name": "users", "to-uid": NOBODY})
    moves_to(pid, users, "user")
    equal("grants", root.dump("grant-get", {}),
          [{"id": users, "name": "users", "to-uid": NOBODY}])

    inner = CGROUP / "inner"
    inner.mkdir(parents=True)
    (inner / "cgroup.procs").write_text(str(pid), encoding="ascii")
    root.do("wallet-grant", {"id": groups, "to-cgroup": os.stat(CGROUP).st_ino})
    moves_to(pid, groups, "cgroup")
    root.do("wallet-grant", {"id": users, "to-cgroup": os.stat(inner).st_ino})
    moves_to(pid, users, "cgroup")
    root.do("wallet-grant", {"id": tasks, "to-pid": pid})
    moves_to(pid, tasks, "task")
    equal("grants", sorted(map(str, root.dump("grant-get", {}))), sorted(map(str, (
        {"id": users, "name": "users", "to-uid": NOBODY},
        {"id": groups, "name": "groups", "to-cgroup": os.stat(CGROUP).st_ino},
        {"id": users, "name": "users", "to-cgroup": os.stat(inner).st_ino}))))
    root.do("wallet-revoke", {"to-pid": pid})
    moves_to(pid, users, "cgroup")
    root.do("wallet-revoke", {"to-cgroup": os.stat(inner).st_ino})
    moves_to(pid, groups, "cgroup")
    # Out of the cgroup.
    pathlib.Path("/sys/fs/cgroup/cgroup.procs").write_text(str(pid), encoding="ascii")
    moves_to(pid, users, "user")
    root.do("wallet-revoke", {"to-uid": NOBODY})
    moves_to(pid, default["id"], "user")
    root.do("wallet-revoke", {"to-cgroup": os.stat(CGROUP).st_ino})
    equal("grants", root.dump("grant-get", {}), [])

    for to in ({"to-uid": NOBODY}, {"to-cgroup": os.stat(CGROUP).st_ino}):
        refused("no wallet is granted to it", "wallet-revoke", to)
    inner.rmdir()
    CGROUP.rmdir()
    for name, wallet in (("wallet-grant", {"id": own}), ("wallet-revoke", {})):
        for to in ({}, {"to-uid": 1, "to-pid": 1}, {"to-uid": 1, "to-pid": 1, "to-cgroup": 1}):
            refused("give exactly one of to-uid, to-pid and to-cgroup", name, wallet | to)
        refused("no user has the id 4294967295", name, wallet | {"to-uid": 2**32 - 1})
        refused("no thread has the id 4194303", name, wallet | {"to-pid": 4194303})
        refused("the thread is not under the class", name, wallet | {"to-pid": 1})
        refused("integer out of range", name, wallet | {"to-pid": 0})
        refused("integer out of range", name, wallet | {"to-cgroup": 0})
    refused(f"no cgroup (v2) has the id {2**64 - 1}", "wallet-grant",
            {"id": own, "to-cgroup": 2**64 - 1})
    check_inheritance(tasks)
    kill_hogs()
    for name in ("users", "groups", "tasks"):
        root.do("wallet-del", {"name": name})


def check_inheritance(wallet):
    """What a task was given, its children get; a wallet of its user they get anew."""
    reader, writer = os.pipe()
    parent = subprocess.Popen(["bash", "-c", "read -r; sleep 1000 & echo $!; wait"],
                              stdin=reader, stdout=subprocess.PIPE, text=True)
    os.sched_setscheduler(parent.pid, SCHED_EXT, os.sched_param(0))
    root.do("wallet-grant", {"id": wallet, "to-pid": parent.pid})
    os.write(writer, b"\n")
    child = int(parent.stdout.readline())
    equal("a child's wallet", draws_on(child, wallet, "task"), True)
    os.kill(child, signal.SIGKILL)
    parent.kill()
    parent.wait()


MANAGE = (("making a wallet", "wallet-new", {"name": "mine", "income": 1}),
          ("changing a wallet", "wallet-set", {"name": "nobodys", "income": 10**9}),
          ("deleting a wallet", "wallet-del", {"name": "nobodys"}),
          ("funding a wallet", "wallet-fund", {"name": "nobodys", "amount-nanocents": 1}))
GIVE = "needs CAP_SYS_NICE: not one's own thread between one's own wallets"
TAKE = "needs CAP_SYS_NICE: not one's own thread on one's own wallet"


def check_permissions():
    """Nobody owns a wallet and runs a task; root does as well."""
    mine, roots = new("nobodys", income=10**6, uid=NOBODY), new("roots", income=10**6)
    thread, other = spend(NOBODY), spend()
    default = get(to_pid=thread)["id"]
    cgroup = os.stat("/sys/fs/cgroup").st_ino

    def nothing_else(ynl):
        for text, name, attributes in MANAGE:
            refused(f"{text} needs CAP_SYS_NICE", name, attributes, ynl)
        for to in ({"to-uid": NOBODY}, {"to-cgroup": cgroup}, {"to-pid": other}):
            refused(GIVE, "wallet-grant", {"id": mine} | to, ynl)
            refused(TAKE, "wallet-revoke", to, ynl)
        refused(GIVE, "wallet-grant", {"id": roots, "to-pid": thread}, ynl)

    def own(ynl):
        nothing_else(ynl)
        ynl.do("wallet-grant", {"name": "nobodys", "to-pid": thread})
        equal("one's own wallet", draws_on(thread, mine, "task"), True)
        ynl.do("wallet-revoke", {"to-pid": thread})
        equal("back", draws_on(thread, default, "user"), True)
        # Reading is open.
        equal("listed", {"common", "nobodys", "roots"} - {w["name"] for w in
                                                         ynl.dump("wallet-get", {})}, set())
        equal("one's own by default", ynl.do("wallet-get", {})["name"], f"uid:{NOBODY}")
        ynl.dump("grant-get", {})

    def not_even_own(ynl):
        nothing_else(ynl)
        refused(GIVE, "wallet-grant", {"id": mine, "to-pid": thread}, ynl)
        refused(TAKE, "wallet-revoke", {"to-pid": thread}, ynl)

    as_user("what is one's own, and nothing else", own)
    as_user("a stranger", not_even_own, uid=OTHER)
    as_user("through a socket of root's", not_even_own, opener=0)
    as_user("root, through a socket of a stranger's", not_even_own, uid=0, opener=OTHER)
    # Nobody leaves a wallet that somebody else put him on.
    root.do("wallet-grant", {"id": roots, "to-pid": thread})
    as_user("held to root's wallet", not_even_own)
    equal("still there", draws_on(thread, roots, "task"), True)
    equal("nothing was granted", root.dump("grant-get", {}), [])
    root.do("wallet-revoke", {"to-pid": thread})

    def elsewhere(_ynl):
        os.unshare(CLONE_NEWNET)
        ynl = YnlFamily(str(SPEC), schema="")
        only = "the market is reachable from the initial network namespace only"
        for _text, name, attributes in MANAGE + (("", "wallet-get", {}),
                                                 ("", "wallet-revoke", {"to-pid": thread}),
                                                 ("", "wallet-grant",
                                                  {"id": mine, "to-pid": thread})):
            refused(only, name, attributes, ynl)

    def mapped(_ynl):
        os.unshare(CLONE_NEWUSER)
        ynl = YnlFamily(str(SPEC), schema="")
        not_even_own_here = {"id": mine, "to-uid": 0}
        refused("no user has the id 0 in this user namespace", "wallet-grant", not_even_own_here,
                ynl)
        for text, name, attributes in MANAGE:
            refused(f"{text} needs CAP_SYS_NICE", name, attributes, ynl)
        equal("an owner that is not mapped", ynl.do("wallet-get", {"id": roots})["uid"], 65534)

    as_user("in a network namespace", elsewhere, uid=0)
    as_user("in a user namespace", mapped, uid=0)
    kill_hogs()
    for name in ("nobodys", "roots"):
        root.do("wallet-del", {"name": name})


def check_events():
    listener = YnlFamily(str(SPEC), schema="")
    listener.ntf_subscribe("wallet")
    told = []

    def heard(event):
        listener.check_ntf()
        while not listener.async_msg_queue.empty():
            told.append(listener.async_msg_queue.get()["msg"])
        return event in [message["event"] for message in told]

    made = new("news", income=1000, half_life_ms=0)
    root.do("wallet-set", {"id": made, "income": 0})
    root.do("wallet-fund", {"id": made, "amount-nanocents": 10**6})
    refused("name is missing", "wallet-new", {})
    root.do("wallet-grant", {"id": made, "to-uid": OTHER})
    root.do("wallet-revoke", {"to-uid": OTHER})
    # It spends what there is, and more.
    pid = spend()
    root.do("wallet-grant", {"id": made, "to-pid": pid})
    wait_for("it never runs out of money", lambda: get(id=made)["balance-nanocents"] < 0, 20)
    equal("in debt", (get(id=made)["pace"], task(pid)["effective-bid"]), (0, 0))
    wait_for("its debt is not told", lambda: heard("debt"))
    kill_hogs()
    lacking = -get(id=made)["balance-nanocents"]
    root.do("wallet-fund", {"id": made, "amount-nanocents": lacking + 5})
    shows("out of debt", get(id=made), balance_nanocents=5)
    wait_for("its recovery is not told", lambda: heard("recovered"))
    balanced(get(id=made))
    root.do("wallet-del", {"id": made})
    wait_for("its end is not told", lambda: heard("deleted"))
    told = [message for message in told if message["id"] == made]
    equal("events", [n["event"] for n in told],
          ["made", "changed", "funded", "changed", "changed", "debt", "funded", "recovered",
           "deleted"])
    shows("made", told[0], id=made, name="news", kind="named", uid=0, income=1000, nr_tasks=0,
          cap_nanocents=10**13, half_life_ms=0, unlimited=None, charged_nanocents=None)
    shows("changed", told[1], income=0, cap_nanocents=10**13)
    equal("debt", told[5]["balance-nanocents"] < 0 and told[5]["pace"] == 0, True)
    shows("recovered", told[7], balance_nanocents=5)
    shows("deleted", told[8], name="news")


def main():
    checks = (check_making, check_naming, check_changing, check_funding, check_limits,
              check_deleting, check_grants, check_permissions, check_events)
    try:
        for check in checks:
            print(f"# {check.__name__}", flush=True)
            check()
    finally:
        kill_hogs()
    equal("what is left over", [w["name"] for w in root.dump("wallet-get", {})
                                if w["kind"] == "named"], ["plain", "free"])


if __name__ == "__main__":
    main()
