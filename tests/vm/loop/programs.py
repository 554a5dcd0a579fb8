# SPDX-License-Identifier: GPL-2.0
"""Programs under the class, one for each CPU, from dear to cheap; and the line that shows them.

All of them take what they can get, and none is pinned: the market decides who runs where.
"""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from demo import Program, maxctl_json

# Name and bid in cents per CPU-second.
BIDS = (("web", 600), ("api", 260), ("mail", 130), ("render", 70), ("index", 42), ("miner", 25))
BAR_FROM_C, BAR_C_PER_CHAR, BAR_CHARS = 50, 2, 20


class Programs:
    """They come one by one, the cheapest first."""

    def __init__(self):
        self.all = []
        self.last = time.monotonic()

    def start_next(self):
        """Start another one."""
        name, bid = BIDS[len(BIDS) - 1 - len(self.all)]
        self.all.insert(0, Program(name, bid, ("spin",), f"0-{os.cpu_count() - 1}"))

    def sample(self):
        """State of each and its share of a CPU since the last time, in percent."""
        tasks = {task["pid"]: task for task in maxctl_json("list")["tasks"]}
        now = time.monotonic()
        states = ["none"] * (len(BIDS) - len(self.all))
        shares = [0.0] * len(states)
        for program in self.all:
            task = tasks.get(program.process.pid, {"state": "starting", "runtime_ns": 0})
            program.sample(task, now - self.last)
            states.append(task["state"])
            shares.append(round(program.share, 1))
        self.last = now
        return states, shares

    def stop(self):
        """End them all."""
        for program in self.all:
            program.process.kill()
            program.process.wait()


def head():
    """What stands above the lines, now and then."""
    bar = "°C from 50 to 90".ljust(BAR_CHARS)
    return (f"\n     s    °C  {bar}     W   local  around  cents/s  "
            + "".join(f"{name:>8}" for name, _ in BIDS)
            + "\n" + " " * 58 + "bid  " + "".join(f"{bid:8}" for _, bid in BIDS))


def line(t, heat, price, cents, states, shares, limit_c):
    """The state of things; @heat is a row of the record, @price local and external multiplier."""
    filled = int((heat[1] - BAR_FROM_C) / BAR_C_PER_CHAR)
    bar = "".join("|" if char == int((limit_c - BAR_FROM_C) / BAR_C_PER_CHAR) else
                  "#" if char < filled else " " for char in range(BAR_CHARS))
    cells = "".join(f"{share:7.0f}{'p' if state == 'parked' else ' '}"
                    for state, share in zip(states, shares))
    return (f"{t:6.1f}  {heat[1]:4.1f}  {bar}  {heat[2]:4.0f}  {price[0]:6.2f}  {price[1]:6.2f}  "
            f"{cents:7}  {cells}")
