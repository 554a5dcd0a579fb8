#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The closed loop, inside the guest: heat makes prices, prices park programs, and so it stays cool.

gossipd feeds the real scheduler; its sensor is a thermal model (thermal.py) driven by the CPU use of
the guest. Under full load the node heats, the price rises, who bids least parks, and the temperature
settles below the limit. Then a neighbour has a crisis, and the price rises here. Ends with status 0
only if all of that happened (judge.py). The record of the run is a line of JSON between markers, of
which show.py makes files.

Usage: closed_loop.py [--short]
"""

import calendar
import json
import os
import re
import subprocess
import sys
import time

import judge
import nodes
import programs
import thermal
from demo import maxctl
from marker import MARKER

# Seconds since the load began: from when on it is to have settled, when the neighbour's crisis
# begins and ends, and the end.
LONG = {"plateau": 46, "crisis": 62, "calm": 67, "end": 80}
SHORT = {"plateau": 40, "crisis": 52, "calm": 54, "end": 54}
# Daemons that have just started have to find each other.
LEAD_S = 5
ARRIVAL_S = 1.0
SAMPLE_S = 1.0
HEAD_EVERY = 20
HOT_C = 87
COOL_C = 45
BASE_PRICE = 10
TAIL_BYTES = 8192


class Run:
    """What was seen, in the form that judge.py has."""

    def __init__(self, lab, phases):
        self.lab = lab
        self.phases = phases
        self.samples = []
        self.crisis = {"node": lab.neighbours[0].name, "kernel": None}
        self.began_ns = None
        self.clock_ns = time.time_ns() - time.monotonic_ns()

    def seconds(self, ns):
        """Since the load began."""
        return round((ns - self.began_ns) / 1e9, 6)

    def now_s(self):
        return self.seconds(time.monotonic_ns())

    def heat_row(self, line):
        """A line of the model's log."""
        words = line.split()
        return [self.seconds(int(words[0])), *map(float, words[1:4]), int(words[4]),
                float(words[5]), int(words[6])]

    def heat(self):
        """All of the model's log; a line that is being written does not count yet."""
        with open(self.lab.home.path("plant"), encoding="ascii") as log:
            return [self.heat_row(line) for line in log.read().split("\n")[:-1]]

    def prices(self):
        """Local and external multiplier, by time."""
        return [[self.seconds(event.ns), float(event.words[0]), float(event.words[1])]
                for event in self.lab.home.events() if event.kind == "price"]

    def sample(self, load):
        """One line of the picture."""
        states, shares = load.sample()
        t = self.now_s()
        price = [float(word) for word in last_line(self.lab.home.path("trace"), " price ")[2:4]]
        cents = int(BASE_PRICE * price[0] * price[1])
        self.samples.append({"t": t, "reserve": cents, "state": states, "share": shares})
        if len(self.samples) % HEAD_EVERY == 1:
            print(programs.head())
        heat = self.heat_row(" ".join(last_line(self.lab.home.path("plant"), " ")))
        print(programs.line(t, heat, price, cents, states, shares, thermal.LIMIT_C), flush=True)

    def follow(self, load, until):
        """The picture, until a time."""
        while self.now_s() < until:
            time.sleep(max(0.0, SAMPLE_S - self.now_s() % SAMPLE_S))
            self.sample(load)

    def listen(self):
        """Have the kernel's notifications of prices written down, with the time of each."""
        with open(self.lab.home.path("monitor"), "ab") as monitor:
            return subprocess.Popen(("maxctl", "-j", "monitor", "price"), stdout=monitor)

    def neighbour_heats(self):
        """Its sensor jumps to the limit."""
        hot = self.lab.neighbours[0]
        self.crisis["written"] = self.seconds(hot.heat(HOT_C))

    def read_crisis(self):
        """When who knew what."""
        hot, home = self.lab.neighbours[0], self.lab.home
        since = self.began_ns + int(self.crisis["written"] * 1e9)
        edge = next(event.ns for event in hot.events(since) if event.about("crisis", hot))
        heard = next((event.ns for event in home.events(since) if event.about("crisis", hot)), None)
        prices = [event for event in home.events() if event.kind == "price"]
        before = [event.external() for event in prices if event.ns < edge][-1]
        dearer = [event.ns for event in prices
                  if event.ns >= edge and event.external() > before * judge.CRISIS_RISE_MIN]
        self.crisis |= {
            "edge": self.seconds(edge), "heard": heard and self.seconds(heard),
            "priced": self.seconds(dearer[0]) if dearer else None,
            "kernel": self.kernel_raised(edge, before),
        }

    def kernel_raised(self, edge, before):
        """When the kernel told of a higher price of the neighbourhood.

        Of what is there by now: it goes on, and may be faster than it is read.
        """
        with open(self.lab.home.path("monitor"), "rb") as monitor:
            lines = monitor.read(os.path.getsize(monitor.name)).decode("ascii").split("\n")
        for line in lines[:-1]:
            event = json.loads(line)
            ns = parse_time(event["time"]) - self.clock_ns
            price = event.get("event", {})
            if ns >= edge and price.get("kind") == "external" and \
                    float(price["multiplier"]) > before * judge.CRISIS_RISE_MIN:
                return self.seconds(ns)
        return None

    def record(self):
        """All of it."""
        return {
            "limit_c": thermal.LIMIT_C, "cpus": os.cpu_count(),
            "kernel": os.uname().release,
            "programs": [{"name": name, "bid": bid} for name, bid in programs.BIDS],
            "base_price": BASE_PRICE, "phases": self.phases, "crisis": self.crisis,
            "heat": self.heat(), "prices": self.prices(), "samples": self.samples,
        }


def parse_time(text):
    """RFC 3339 with nanoseconds, to nanoseconds since 1970."""
    seconds, nanoseconds = re.fullmatch(r"(.*)\.(\d{9})Z", text).groups()
    return calendar.timegm(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(nanoseconds)


def last_line(path, text):
    """Words of the last whole line with a text in it: what is read is heat, too."""
    with open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - TAIL_BYTES))
        lines = file.read().decode("ascii").split("\n")[:-1]
    return [line for line in lines if text in line][-1].split()


def want(path, share):
    """Tell the model's twin how much work there is."""
    with open(path + ".new", "w", encoding="ascii") as out:
        out.write(str(share))
    os.rename(path + ".new", path)


def start_plant(home):
    """The thermal model; returns when the sensors say something."""
    wanted = home.path("wanted")
    want(wanted, 0)
    plant = subprocess.Popen((sys.executable, "-B", os.path.join(nodes.HERE, "thermal.py"),
                              home.path("sensors"), wanted, home.path("plant")))
    nodes.labs.wait_for(lambda: os.path.exists(home.path("sensors")), 10, "the model's sensors")
    return plant


def scenes(run, children):
    """All that happens."""
    lab = run.lab
    time.sleep(LEAD_S)
    run.began_ns = time.monotonic_ns()
    load = programs.Programs()
    try:
        for number in range(len(programs.BIDS)):
            load.start_next()
            want(lab.home.path("wanted"), min(1, (number + 1) / os.cpu_count()))
            run.follow(load, number * ARRIVAL_S)
        run.follow(load, run.phases["crisis"] - 2)
        children.append(run.listen())
        run.follow(load, run.phases["crisis"] - SAMPLE_S / 2)
        run.neighbour_heats()
        print(f"-- {run.crisis['node']}, next to it in the rack, is at {HOT_C} °C of 90", flush=True)
        run.follow(load, run.phases["calm"])
        run.read_crisis()
        lab.neighbours[0].heat(COOL_C)
        print(f"-- {run.crisis['node']} is at {COOL_C} °C again", flush=True)
        run.follow(load, run.phases["end"])
    finally:
        load.stop()


def play(phases):
    """Returns the record."""
    children = []
    with nodes.Neighbourhood() as lab:
        try:
            children.append(start_plant(lab.home))
            lab.start()
            run = Run(lab, phases)
            scenes(run, children)
            print()
            for what in ("status", "peers", "zone"):
                print(f"# maxctl gossip {what}\n{maxctl('gossip', what)}")
            return run.record()
        finally:
            for child in children:
                child.kill()
                child.wait()


def main():
    phases = SHORT if "--short" in sys.argv[1:] else LONG
    subprocess.run(("insmod", "/maxwell/sched_maxwell.ko"), check=True)
    maxctl("attach")
    try:
        record = play(phases)
    finally:
        maxctl("detach")
    record["figures"] = judge.figures(record)
    wrong = judge.judge(record)
    print(MARKER)
    print(json.dumps(record))
    print(MARKER)
    print(judge.summary(record["figures"], record["limit_c"]))
    print("\n".join(wrong) if wrong else
          "As it should be: it got dearer before it got too hot, and for its neighbour's sake.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
