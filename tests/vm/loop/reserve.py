#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""From a neighbour's crisis to the scheduler's reserve, inside the guest.

The daemons and the module as in closed_loop.py, the class attached and nothing else to do. A neighbour's
sensor jumps to the limit, again and again; what is measured begins with the edge in that neighbour's
trace, and ends when the daemon here has a higher price, and when the kernel has told of one: from
then on the reserve is that. Prints a line of JSON between markers.

Usage: reserve.py CRISES
"""

import json
import os
import subprocess
import sys
import time

import nodes
from closed_loop import COOL_C, HOT_C, last_line, parse_time
from demo import maxctl
from marker import MARKER

MONITOR = "/tmp/monitor"
CALM = 1.2
CALM_S = 8
CRISIS_S = 0.5
RISE_MIN = 1.05


def external_price(node):
    """The daemon's last, of the neighbourhood; it tells of each change."""
    try:
        return float(last_line(node.path("trace"), " price ")[3])
    except IndexError:
        return 1.0


def kernel_rises(start, since_ns, above, clock_ns):
    """When the kernel first told of a higher price of the neighbourhood, or nothing.

    Only what is there by now: there is more all the time, and faster than it is read.
    """
    with open(MONITOR, "rb") as monitor:
        monitor.seek(start)
        lines = monitor.read(os.path.getsize(MONITOR) - start).decode("ascii").split("\n")
    for line in lines[:-1]:
        event = json.loads(line)
        price = event.get("event", {})
        ns = parse_time(event["time"]) - clock_ns
        if ns >= since_ns and price.get("kind") == "external" and \
                float(price["multiplier"]) > above:
            return ns
    return None


def crisis(lab, number, clock_ns):
    """One of them: milliseconds to the daemon's price and to the kernel's, None if none came."""
    hot, home = lab.neighbours[number % len(lab.neighbours)], lab.home
    end = time.monotonic() + CALM_S
    while external_price(home) > CALM and time.monotonic() < end:
        time.sleep(0.5)
    # It falls slowly, and of those whose sensors jump like that not to 1; a rise is one all the same.
    before = external_price(home) * RISE_MIN
    for node in lab.nodes:
        os.truncate(node.path("trace"), 0)
    # With the power to go with it, or its sensors would be suspect.
    start = os.path.getsize(MONITOR)
    written = hot.heat(HOT_C, power_w=400)
    time.sleep(CRISIS_S)
    events = hot.events(written)
    edge = next((event.ns for event in events if event.about("crisis", hot)), None)
    if edge is None:
        return None
    priced = next((event.ns for event in home.events(edge)
                   if event.kind == "price" and event.external() > before), None)
    kernel = kernel_rises(start, edge, before, clock_ns)
    hot.heat(COOL_C)
    return {"price_ms": priced and (priced - edge) / 1e6,
            "reserve_ms": kernel and (kernel - edge) / 1e6}


def main():
    nr = int(sys.argv[1])
    subprocess.run(("insmod", "/maxwell/sched_maxwell.ko"), check=True)
    maxctl("attach")
    found = []
    try:
        with nodes.Neighbourhood() as lab, open(MONITOR, "ab") as monitor:
            lab.home.heat(COOL_C)
            for node in lab.neighbours:
                node.configure(Sensors_interval="10ms")
            lab.start()
            clock_ns = time.time_ns() - time.monotonic_ns()
            listener = subprocess.Popen(("maxctl", "-j", "monitor", "price"), stdout=monitor)
            try:
                for number in range(nr):
                    found.append(crisis(lab, number, clock_ns))
                    print(number, found[-1], flush=True)
            finally:
                listener.kill()
    finally:
        maxctl("detach")
    print(MARKER)
    print(json.dumps({"kernel": os.uname().release, "cpus": os.cpu_count(), "samples": found}))
    print(MARKER)


if __name__ == "__main__":
    main()
