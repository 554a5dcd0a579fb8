#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A zone of real daemons with InfiniBand beside UDP, in the guest.

Usage: test_zone.py [PATTERN...]
"""

import sys
import time

import fabric
import lab as labs
import silence
from lab import wait_for
from runner import each
from zone import (GROUP, NODES, RAILS, Zone, groups_datagrams, infiniband, promoted, sent, verdicts,
                  wait_promoted)

DELETE_S = 8
SWALLOWS = 3


def all_leave_udp(lab):
    wait_promoted(lab.nodes)
    before = [sent(node) for node in lab.nodes]
    by_udp = groups_datagrams(lab.nodes[0], 10)
    after = [sent(node) for node in lab.nodes]
    for node, (udp_0, ib_0), (udp_1, ib_1) in zip(lab.nodes, before, after):
        print(f"# {node.name} in 10 s: {udp_1 - udp_0} by UDP, {ib_1 - ib_0} by InfiniBand")
        # A beacon every 200 ms, or so, by InfiniBand.
        assert ib_1 - ib_0 >= 30, f"{node.name} sent {ib_1 - ib_0} by InfiniBand in 10 s"
    # And a sign of life now and then to who has nothing else.
    print(f"# {by_udp} to the group by UDP from the {NODES - 1} others", flush=True)
    assert NODES - 1 <= by_udp <= 10 * (NODES - 1), f"{by_udp} by UDP in 10 s"


def a_crisis_takes_all_ways(lab):
    """With the rail that is in use swallowing everything."""
    hot, others = lab.nodes[1], lab.nodes[:1] + lab.nodes[2:]
    fabric.lose(hot.name, 0, 100)
    try:
        began = hot.heat(87)
        for node in others:
            wait_for(lambda node=node: any(event.about("crisis", hot)
                                           for event in node.events(began)), 3, "crisis heard")
    finally:
        hot.heat(40)
        fabric.lose(hot.name, 0, 0)
    wait_for(lambda: any(event.about("crisis", hot, on=False)
                         for event in others[0].events(began)), 30, "the end of the crisis")


def a_rail_that_swallows_everything_is_noticed(lab):
    """Without an error, and with nothing that is urgent."""
    wait_promoted(lab.nodes)
    silences = silence.swallowed(lab, lab.nodes[0], SWALLOWS)
    print(f"# longest silence {max(silences):.0f} ms of {len(silences)}", flush=True)
    assert max(silences) <= silence.BOUND_MS, silences


def loss_on_the_rails_harms_nobody(lab):
    wait_promoted(lab.nodes)
    began = labs.now_ns()
    for node in lab.nodes:
        fabric.lose(node.name, 0, 20)
    time.sleep(15)
    for node in lab.nodes:
        fabric.lose(node.name, 0, 0)
    dead = [found for found in verdicts(lab, began) if found[1] == "member"]
    assert not dead, dead
    lab.wait_converged()


def rails_that_are_lost_are_no_loss(lab):
    """UDP takes over at once, and gives back."""
    wait_promoted(lab.nodes)
    node = lab.nodes[0]
    began = labs.now_ns()
    for rail in range(RAILS):
        fabric.cable(node.name, rail, False)
    wait_promoted(lab.nodes, False)
    time.sleep(5)
    dead = [found for found in verdicts(lab, began) if found[1] == "member"]
    assert not dead, dead
    lab.wait_converged()
    assert not infiniband(node)["up"]
    for rail in range(RAILS):
        fabric.cable(node.name, rail, True)
    wait_promoted(lab.nodes)
    dead = [found for found in verdicts(lab, began) if found[1] == "member"]
    assert not dead, dead


def who_has_udp_alone_is_heard(lab):
    """As soon as there is one, all speak on both."""
    node = lab.nodes[-1]
    node.stop()
    node.configure(InfiniBand_enable="no")
    node.start()
    node.wait_running()
    lab.wait_converged()
    wait_promoted(lab.nodes[:-1], False)
    began = labs.now_ns()
    time.sleep(10)
    assert not verdicts(lab, began), verdicts(lab, began)
    node.stop()
    node.configure(InfiniBand_enable="yes")
    node.start()
    node.wait_running()
    lab.wait_converged()
    wait_promoted(lab.nodes)


def one_that_is_killed_is_missed_and_comes_back(lab):
    wait_promoted(lab.nodes)
    node, others = lab.nodes[1], lab.nodes[:1] + lab.nodes[2:]
    node.kill()
    wait_for(lambda: all(other.states()[node.name] == "dead" for other in others), 30, "its death")
    node.start()
    node.wait_running()
    lab.wait_converged()
    wait_promoted(lab.nodes)


def devices_come_and_go(lab):
    """Of a node that was not asked to wait for them, but does."""
    node = lab.nodes[-1]
    node.stop()
    for rail in range(RAILS):
        fabric.remove_device(node.number, rail, DELETE_S)
    node.configure(InfiniBand_enable="auto")
    node.start()
    node.wait_running()
    lab.wait_converged()
    assert infiniband(node) is None, infiniband(node)
    began = labs.now_ns()
    for rail in range(RAILS):
        fabric.add_device(node.name, node.number, rail)
    wait_promoted(lab.nodes)
    since = node.log()[node.log_start:]
    assert since.count("InfiniBand is waited for") == 1, since
    assert since.count("InfiniBand is there now") == 1, since
    for rail in range(RAILS):
        assert infiniband(node)["up"], infiniband(node)
        took_s = fabric.remove_device(node.number, rail, DELETE_S)
        print(f"# let go within {took_s:.2f} s", flush=True)
    wait_promoted(lab.nodes, False)
    assert not infiniband(node)["up"]
    for rail in range(RAILS):
        fabric.add_device(node.name, node.number, rail)
    wait_promoted(lab.nodes)
    dead = [found for found in verdicts(lab, began) if found[1] == "member"]
    assert not dead, dead


def strange_datagrams_are_counted(lab):
    """From somebody who is in the group, but has no key."""
    node = lab.nodes[1]
    before = node.counters().get("drop_decode", 0)
    fabric.inside("n1", "mckey", "-m", GROUP, "-b", fabric.address4(0, 1), "-s", "-C", "500", "-S",
                  "120")
    wait_for(lambda: node.counters().get("drop_decode", 0) > before, 5, "it is dropped")
    lab.wait_converged()


TESTS = [all_leave_udp, a_crisis_takes_all_ways, a_rail_that_swallows_everything_is_noticed,
         loss_on_the_rails_harms_nobody, rails_that_are_lost_are_no_loss, who_has_udp_alone_is_heard,
         one_that_is_killed_is_missed_and_comes_back, devices_come_and_go,
         strange_datagrams_are_counted]


def main():
    with fabric.Fabric(RAILS) as cables, Zone(cables) as lab:
        lab.start()
        well = each(TESTS, lab)
        if not well:
            for node in lab.nodes:
                print("\n".join(f"# {node.name}: {line}"
                                for line in node.log().strip().split("\n")
                                if "dump:" not in line)[-2500:], flush=True)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
