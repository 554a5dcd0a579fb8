#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Beacons over InfiniBand's unreliable datagrams and over UDP side by side, inside the guest.

All members share the guest's one processor, so that a latency is what all of them and the kernel
take one after the other: from before a beacon is sent until the first, and until the last, member
has it. Processor time is that of the whole guest less what the measurement itself takes. Ends with
a line of JSON between markers, of which show.py makes a file.
"""

import json
import statistics
import sys

import fabric
import lab as labs
import railpeers
import silence
import zone
from marker import MARKER

MEMBERS = (2, 8, 16)
TRANSPORTS = ("udp-multicast", "udp-unicast", "ib-multicast")
BEACONS = 2000
URGENT = 10000
# beacons.h
BYTES = 128
# Instructions are counted, and one beacon is as the other.
CPU_BEACONS = 500
INTERVAL_US = 8000
HOSTS = 3
RAILS = 2
FAILOVERS = 100
FAILOVER_INTERVAL_MS = 5
SWALLOWS = 25


def p99(samples):
    """Nearest rank."""
    return sorted(samples)[max(0, -(-len(samples) * 99 // 100) - 1)]


def latencies(transport, members):
    """In us, to the first and to the last member; and how many copies got lost."""
    said = labs.run("beacons", transport, str(members), str(BEACONS), str(INTERVAL_US)).stdout
    rows = [line.split() for line in said.strip().split("\n")]
    came = [[int(word) / 1e3 for word in row] for row in rows if row[0] != "lost"]
    lost = sum(int(row[1]) for row in rows if row[0] == "lost")
    return [row[0] for row in came], [row[1] for row in came], lost


def cpu_us(transport, members):
    """For each beacon: of the guest, the sender, a receiver."""
    said = labs.run("beacons", transport, str(members), str(CPU_BEACONS), str(INTERVAL_US), "cpu")
    return [float(word) for word in said.stdout.split()]


def compare(transport, members, idle_us):
    """One transport to so many members."""
    first, last, lost = latencies(transport, members)
    whole, sender, receiver = cpu_us(transport, members)
    labels = {"transport": transport, "members": members}
    print(f"# {transport}, {members} members: first {statistics.median(first):.0f} us, last "
          f"{statistics.median(last):.0f} us, p99 {p99(last):.0f} us; CPU "
          f"{whole - idle_us:.1f} us, sender {sender:.1f}, receiver {receiver:.1f}; {lost} lost", flush=True)
    return [
        {"name": "beacon_latency_p99_us", "unit": "us", "labels": labels, "value": p99(last),
         "median": statistics.median(last), "max": max(last), "samples": len(last),
         "first_member_median": statistics.median(first), "first_member_p99": p99(first)},
        {"name": "cpu_per_beacon_us", "unit": "us", "labels": labels, "value": whole - idle_us,
         "sender": sender, "receiver": receiver, "of_measurement": idle_us,
         "samples": CPU_BEACONS},
        {"name": "beacons_lost", "unit": "1", "labels": labels, "value": lost,
         "of": BEACONS * (members - 1)},
    ]


def rails():
    """What the plug-in does when a cable is pulled, and when a rail swallows everything."""
    silences, changes = railpeers.failovers(HOSTS, FAILOVERS, FAILOVER_INTERVAL_MS)
    print(f"# a cable in use was pulled {FAILOVERS} times, {changes} times the rail changed: longest "
          f"silence {statistics.median(silences):.1f} ms, p99 {p99(silences):.1f} ms", flush=True)
    fabric.lose("n1", 0, 100)
    with railpeers.Peers(HOSTS, RAILS, URGENT, 1, "urgent") as peers:
        peers.run(120)
        lost = sum(railpeers.lost(peer, URGENT) for peer in peers.others)
    fabric.lose("n1", 0, 0)
    print(f"# of {URGENT} urgent datagrams to {HOSTS - 1} with a rail that swallows everything "
          f"{lost} were lost", flush=True)
    return [
        {"name": "rail_failover_p99_ms", "unit": "ms", "labels": {}, "value": p99(silences),
         "median": statistics.median(silences), "max": max(silences), "samples": len(silences),
         "interval_ms": FAILOVER_INTERVAL_MS, "changes": changes, "pulled": FAILOVERS},
        {"name": "crisis_lost", "unit": "1", "labels": {}, "value": lost,
         "of": URGENT * (HOSTS - 1)},
    ]


def silent():
    """Daemons, and a rail in use that swallows everything without an error."""
    with fabric.Fabric(RAILS) as cables, zone.Zone(cables) as lab:
        lab.start()
        silences = silence.swallowed(lab, lab.nodes[0], SWALLOWS)
    labs.wait_for(fabric.empty, 30, "the zone's devices are gone")
    print(f"# a rail in use swallowed everything {SWALLOWS} times: longest silence "
          f"{statistics.median(silences):.0f} ms, p99 {p99(silences):.0f} ms, with a beacon every "
          f"{silence.INTERVAL_MS} ms", flush=True)
    return [{"name": "rail_silent_failover_p99_ms", "unit": "ms", "labels": {"cause": "swallow"},
             "value": p99(silences), "median": statistics.median(silences), "max": max(silences),
             "samples": len(silences), "interval_ms": silence.INTERVAL_MS, "swallowed": SWALLOWS}]


def main():
    metrics = silent()
    with fabric.Fabric(RAILS) as cables:
        there = 0
        for members in MEMBERS:
            # Only these: a bridge gives a multicast frame to everybody.
            cables.populate(members, there + 1)
            there = members
            idle_us = cpu_us("none", members)[0]
            for transport in TRANSPORTS:
                metrics += compare(transport, members, idle_us)
            if there < HOSTS:
                cables.populate(HOSTS, there + 1)
                there = HOSTS
                metrics += rails()
    record = {"beacons": BEACONS, "bytes": BYTES, "interval_us": INTERVAL_US, "mtu": fabric.MTU,
              "metrics": metrics}
    print(MARKER, json.dumps(record), MARKER, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
