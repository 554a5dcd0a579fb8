# SPDX-License-Identifier: GPL-2.0
"""What has to hold all the time, and what has to hold when the class is detached."""

import pathlib
import sys
import time

from world import PATIENCE, Failure, maxctl

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "vm"))
from books import unbalanced  # noqa: E402

# Who gets nothing done for so long has lost a wakeup: no price stays high for longer than seconds.
IDLE_SECONDS = 20 * PATIENCE


def books(world):
    """Every wallet balances to the nanocent. Returns what all of them have paid."""
    wallets = maxctl("wallet", "list")["wallets"]
    for text in unbalanced(wallets):
        raise Failure(text)
    world.counts["books_checked"] += len(wallets)
    return sum(wallet["charged_nanocents"] for wallet in wallets)


def status():
    """Status 3 says detached."""
    return maxctl("status", ok=(0, 3))["class"]


def at_rest(world):
    """Detached: nobody waits, the counters add up, and who ran has paid."""
    end = time.monotonic() + 5 * PATIENCE
    now = status()
    while now["nr_tasks"] and time.monotonic() < end:
        time.sleep(0.1)
        now = status()
    if now["nr_tasks"]:
        raise Failure(f"detached, {now['nr_tasks']} tasks are still under the class")
    if now["queued"] or now["enqueued"] != now["dispatched"] + now["dequeued"]:
        raise Failure(f"detached, the counters do not add up: {now}")
    paid, charged = books(world), now["charged_nanocents"]
    if paid > charged or (paid != charged and not world.wallets_deleted):
        raise Failure(f"detached, the wallets paid {paid} nanocents, the CPUs charged {charged}")
    world.counts["rests"] += 1


def plausible(world):
    """Counters while all of it runs: nothing goes back, nothing is more than there can be."""
    paid = books(world)
    now = status()
    cpus = maxctl("cpus")["cpus"]
    if paid > now["charged_nanocents"]:
        raise Failure(f"the wallets paid {paid} nanocents, more than the CPUs charged: {now}")
    if now["overflowed"]:
        raise Failure(f"{now['overflowed']} tasks found no record, of which there were plenty")
    if now["enqueued"] < now["dispatched"] or now["nr_tasks"] > 2000:
        raise Failure(f"counters that cannot be: {now}")
    elapsed_ns = (time.monotonic() - world.loaded_at) * 1e9
    for cpu in cpus:
        if cpu["runtime_ns"] > elapsed_ns * 1.01 + 1e9:
            raise Failure(f"CPU {cpu['cpu']} ran tasks for longer than the module is there, "
                          f"{elapsed_ns:.0f} ns: {cpu}")
        if cpu["queued"] > now["nr_tasks"] + 100:
            raise Failure(f"more tasks wait on CPU {cpu['cpu']} than there are: {cpu}")
    longest = max((task["wait_max_ns"] for task in maxctl("list")["tasks"]), default=0)
    world.module_wait_ms = max(world.module_wait_ms, longest / 1e6)


def load(report):
    """What the load found out."""
    if report.get("waits_over"):
        raise Failure(f"{report['waits_over']} waits beyond the bound, by "
                      f"{report['over_max_ms']} ms at most")
    if report.get("wrong"):
        raise Failure(f"{report['wrong']} times a child, thread or message was not what it had "
                      "to be")
    if report.get("died"):
        raise Failure(f"{report['died']} workers died")
    if report.get("idle_ms", 0) > IDLE_SECONDS * 1000:
        raise Failure(f"{report['idle_kind']} worker {report['idle_pid']} has got nothing done "
                      f"for {report['idle_ms'] / 1000:.0f} s")


def end(report):
    """The load is over: nobody is missing, and what was counted in two places agrees."""
    load(report)
    if report["left"]:
        raise Failure(f"{report['left']} workers did not come back")
    for one, other in (("forks", "reaped"), ("threads", "joined")):
        if report[one] != report[other]:
            raise Failure(f"{report[one]} {one}, but {report[other]} {other}")
