#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Real daemons in network namespaces: how soon a crisis is everybody's price, and what rest costs.

Usage: bench_net.py GOSSIPD OUT.json	NODES=16 CRISES=20 in the environment

A crisis is a hot temperature in one node's sensor file. It begins when that node knows of it, and is
a neighbour's (in the same rack) when he has a higher price for the kernel: both are lines in the
daemons' traces, by the one clock of the machine. It is the zone's when the last node has heard of it.
Traffic at rest is counted on the interface, headers included, and reckoned to 100 nodes. Beside it HashiCorp's serf in the same namespaces: the event begins when the
agent has it from `serf event`, and is somebody's when its handler runs.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time

import lab as labs
from lab import wait_for

NODES = int(os.environ.get("NODES") or 16)
CRISES = int(os.environ.get("CRISES") or 20)
RACKS = 4
REST_S = 20
SERF_EVENTS = 15
CALM = 1.15
SETTLE_S = 20
MS = 1e6


def summary(samples):
    """Figures of a list of numbers."""
    ordered = sorted(samples)
    return {
        "samples": len(ordered),
        "min": ordered[0],
        "median": statistics.median(ordered),
        "p99": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        "max": ordered[-1],
    }


def reaction_ns(node, hot, began):
    """When a node's price rose for a crisis, or nothing."""
    last = None
    heard = None
    for event in node.events():
        if event.ns >= began and event.about("crisis", hot):
            heard = event.ns
        if event.kind == "price":
            if heard and last is not None and event.external() > last:
                return event.ns
            if not heard:
                last = event.external()
    return None


def settle(lab):
    """Wait until nobody's price knows of the last crisis, as a high one hides that it rises.

    Not for ever: where much is lost somebody seems silent now and then, and that has its price.
    """
    def calm():
        prices = [[event.external() for event in node.events() if event.kind == "price"]
                  for node in lab.nodes]
        return all(not of_one or of_one[-1] < CALM for of_one in prices)

    end = time.monotonic() + SETTLE_S
    while not calm() and time.monotonic() < end:
        time.sleep(0.05)
    for node in lab.nodes:
        os.truncate(node.path("trace"), 0)
    time.sleep(0.3)


def crises(lab, percent):
    """Times to the price in the crisis's rack, and to the last of the zone, in ms."""
    neighbour, zone, missed = [], [], 0
    for number in range(CRISES):
        hot = lab.nodes[number * 7 % len(lab.nodes)]
        others = [node for node in lab.nodes if node is not hot]
        settle(lab)
        began = hot.heat(87)
        try:
            wait_for(lambda: any(event.about("crisis", hot) for event in hot.events(began)), 3, "")
            start = next(event.ns for event in hot.events(began) if event.about("crisis", hot))
            wait_for(lambda: all(any(event.about("crisis", hot) for event in node.events(began))
                                 for node in others), 3, "")
        except AssertionError:
            missed += 1
        time.sleep(0.1)
        rack = (hot.number - 1) * RACKS // len(lab.nodes)
        times = {node: reaction_ns(node, hot, began) for node in others}
        for node, when in times.items():
            if when and (node.number - 1) * RACKS // len(lab.nodes) == rack:
                neighbour.append((when - start) / MS)
        heard = [next((event.ns for event in node.events(began) if event.about("crisis", hot)),
                      None) for node in others]
        if all(heard):
            zone.append((max(heard) - start) / MS)
        hot.heat(40)
        try:
            wait_for(lambda: any(event.about("crisis", hot, on=False)
                                 for event in hot.events(began)), 30, "")
        except AssertionError:
            pass
    print(f"# loss {percent} %: neighbours {summary(neighbour)}")
    print(f"# loss {percent} %: zone {summary(zone)}, missed {missed}", flush=True)
    return neighbour, zone, missed


def at_rest(lab):
    """What nothing happening costs: bytes on the wire, CPU and memory of each."""
    def wire(node):
        out = labs.run("nsenter", f"--net=/run/netns/{node.name}", "ip", "-s", "-j", "link",
                       "show", "eth0").stdout
        found = json.loads(out)[0]["stats64"]
        return found["tx"]["bytes"], found["rx"]["bytes"]

    time.sleep(3)
    before = [(wire(node), node.cpu_s()) for node in lab.nodes]
    begin = time.monotonic()
    time.sleep(REST_S)
    seconds = time.monotonic() - begin
    after = [(wire(node), node.cpu_s()) for node in lab.nodes]
    return {
        "tx": [(b[0][0] - a[0][0]) / seconds for a, b in zip(before, after)],
        "rx": [(b[0][1] - a[0][1]) / seconds for a, b in zip(before, after)],
        "cpu": [(b[1] - a[1]) / seconds * 100 for a, b in zip(before, after)],
        "rss": [node.memory_kib()[0] / 1024 for node in lab.nodes],
    }


def serf(lab, percent):
    """Times until a custom event of serf's has reached all agents, in ms."""
    agents = []
    handler = os.path.join(lab.dir, "handler")
    with open(handler, "w", encoding="ascii") as out:
        # No process for the time: what starts one takes longer than what is measured.
        out.write('#!/bin/bash\nread -r up _ < /proc/uptime\n'
                  f'echo "$SERF_USER_EVENT $EPOCHREALTIME" >> {lab.dir}/serf.$SERF_SELF_NAME\n')
    os.chmod(handler, 0o700)
    for node in lab.nodes:
        command = ["nsenter", f"--net=/run/netns/{node.name}", "serf", "agent",
                   f"-node={node.name}", f"-bind={node.address4}", "-profile=lan",
                   f"-event-handler=user={handler}", "-rpc-addr=127.0.0.1:7373"]
        if agents:
            command.append(f"-join={lab.nodes[0].address4}")
        with open(node.path("serf.log"), "w", encoding="ascii") as log:
            agents.append(subprocess.Popen(command, stdout=log, stderr=log))
        time.sleep(0.5 if len(agents) == 1 else 0.05)

    def inside(node, *command):
        return subprocess.run(["nsenter", f"--net=/run/netns/{node.name}", "serf", *command],
                              capture_output=True, text=True, check=False)

    zone, missed = [], 0
    try:
        wait_for(lambda: all(inside(node, "members", "-status=alive").stdout.count("alive") ==
                             len(lab.nodes) for node in lab.nodes), 60, "serf has converged")
        if percent:
            lab.lose(percent)
        for number in range(SERF_EVENTS):
            source = lab.nodes[number * 7 % len(lab.nodes)]
            name = f"crisis{percent}-{number}"

            def arrivals(name=name):
                found = {}
                for node in lab.nodes:
                    try:
                        with open(f"{lab.dir}/serf.{node.name}", encoding="ascii") as lines:
                            for line in lines:
                                word, when = line.split()
                                if word == name:
                                    found[node.name] = float(when.replace(",", "."))
                    except FileNotFoundError:
                        pass
                return found

            inside(source, "event", "-coalesce=false", name)
            try:
                wait_for(lambda: len(arrivals()) == len(lab.nodes), 10, "serf's event")
                found = arrivals()
                zone.append((max(found.values()) - found[source.name]) * 1e3)
            except AssertionError:
                missed += 1
    finally:
        lab.lose(0)
        for agent in agents:
            agent.kill()
            agent.wait()
    print(f"# serf, loss {percent} %: zone {summary(zone) if zone else 'none'}, missed {missed}",
          flush=True)
    return zone, missed


def metric(name, unit, samples, labels=None):
    """A line of the report, with its samples."""
    return {"name": name, "unit": unit, "labels": labels or {}} | summary(samples) | \
        {"raw": [round(sample, 4) for sample in samples]}


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    labs.enter()
    metrics = []
    with labs.Lab(sys.argv[1], NODES, racks=RACKS) as lab:
        lab.start()
        rest = None
        for percent in (0, 30):
            if percent and not lab.lose(percent):
                print("# the kernel has no nftables with numgen: no figures for loss")
                break
            neighbour, zone, missed = crises(lab, percent)
            labels = {"loss": percent}
            metrics += [metric("crisis_neighbour_ms", "ms", neighbour, labels),
                        metric("crisis_zone_ms", "ms", zone, labels),
                        metric("crisis_missed", "1", [missed], labels)]
        lab.lose(0)
        for node in lab.nodes:
            node.configure(Sensors_interval="100ms")
            node.stop()
        for node in lab.nodes:
            # A trace is for looking at crises; at rest nobody has one.
            node.start()
        for node in lab.nodes:
            node.wait_running()
        lab.wait_converged()
        rest = at_rest(lab)
        metrics += [
            metric("idle_traffic_sent_bytes_per_s", "B/s", rest["tx"], {"nodes": NODES}),
            metric("idle_traffic_received_bytes_per_s", "B/s", rest["rx"], {"nodes": NODES}),
            metric("daemon_cpu_percent", "%", rest["cpu"]),
            metric("daemon_rss_mib", "MiB", rest["rss"]),
        ]
        for node in lab.nodes:
            node.kill()
        if shutil.which("serf"):
            for percent in (0, 30):
                zone, missed = serf(lab, percent)
                if zone:
                    metrics.append(metric("serf_event_zone_ms", "ms", zone, {"loss": percent}))
                metrics.append(metric("serf_event_missed", "1", [missed], {"loss": percent}))
    # Of what is sent one part goes to all, and of that each gets (nodes - 1) times as much; the rest
    # goes to a fixed number of nodes, and as much comes back.
    sent, received = statistics.median(rest["tx"]), statistics.median(rest["rx"])
    to_all = (received - sent) / (NODES - 2)
    received_at_100 = 99 * to_all + sent - to_all
    figures = {
        "crisis_neighbour_p99_ms": {m["labels"]["loss"]: m["p99"] for m in metrics
                                    if m["name"] == "crisis_neighbour_ms"},
        "crisis_zone_p99_ms": {m["labels"]["loss"]: m["p99"] for m in metrics
                               if m["name"] == "crisis_zone_ms"},
        "idle_traffic_sent_bytes_per_s": sent,
        "idle_traffic_received_bytes_per_s": received,
        "idle_traffic_bytes_per_s": sent + received_at_100,
        "daemon_cpu_percent": statistics.median(rest["cpu"]),
        "daemon_rss_mib": max(rest["rss"]),
    }
    with open("/proc/loadavg", encoding="ascii") as load:
        busy = load.read().split()[0]
    with open(sys.argv[2], "w", encoding="ascii") as out:
        json.dump({"nodes": NODES, "racks": RACKS, "crises": CRISES, "cpus": os.cpu_count(),
                   "load": float(busy), "figures": figures, "metrics": metrics}, out, indent=1)
        out.write("\n")
    for name, value in figures.items():
        print(f"{name} {value}")


if __name__ == "__main__":
    main()
