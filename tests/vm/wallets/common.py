# SPDX-License-Identifier: GPL-2.0
"""What the checks of wallets share: the family, as root has it, tasks that spend, and users."""

import os
import pathlib
import signal
import sys
import time

SPEC = pathlib.Path(os.environ["MAXWELL_SRC"], "Documentation/netlink/specs/maxwell.yaml")
PARAMS = pathlib.Path("/sys/kernel/maxwell")

sys.path.insert(0, "/usr/src/maxwell-linux/tools/net/ynl/pyynl")
from lib import NlError, YnlFamily  # noqa: E402

SCHED_EXT = 7
NOBODY = 65534
OTHER = 65533
ONE = 65536

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
