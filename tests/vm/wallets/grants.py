# SPDX-License-Identifier: GPL-2.0
"""Who draws on a wallet: users, cgroups, threads and what they fork, and what a deletion leaves."""

import os
import pathlib
import signal
import subprocess

from common import (NOBODY, OTHER, SCHED_EXT, draws_on, equal, get, kill_hogs, moves_to, new,
                    refused, root, shows, spend, task, wait_for)

CGROUP = pathlib.Path("/sys/fs/cgroup/maxwell-wallets")


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
