#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A zone of real daemons with InfiniBand beside UDP, in the guest.

Usage: test_zone.py [PATTERN]
"""

import json
import os
import socket
import sys
import time

import fabric
import lab as labs
from lab import wait_for
from railpeers import PLUGIN
from runner import each

NODES = 4
RAILS = 2
PROMOTE_S = 40
IP = 0x0800
# Of UDP and of InfiniBand, by default.
GROUP = "239.192.0.0"


class Zone(labs.Lab):
    """Nodes that have all rails, and UDP."""

    def __init__(self, cables, **settings):
        os.makedirs("/run/gossipd", exist_ok=True)
        super().__init__("/maxwell/bin/gossipd", NODES, InfiniBand_enable="yes",
                         InfiniBand_plugin=PLUGIN, Sensors_interval="100ms",
                         Http_enabled="yes", Http_listen="none", **labs.QUICK, **settings)
        for node in self.nodes:
            node.configure(Http_unix=node.path("http.sock"))
            cables.plug(node.name, node.number)


def get(node, path):
    """What its HTTP server answers."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(3)
        sock.connect(node.path("http.sock"))
        sock.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        answer = b""
        while True:
            got = sock.recv(65536)
            if not got:
                break
            answer += got
    return answer.split(b"\r\n\r\n", 1)[1].decode()


def infiniband(node):
    """Its own view of the link."""
    links = json.loads(get(node, "/thermal/state"))["links"]
    return next((link for link in links if link["name"] == "infiniband"), None)


def sent(node):
    """Datagrams that it sent by UDP, and by InfiniBand."""
    return node.counters()["sent"], sum(rail["counters"]["sent"]
                                        for rail in infiniband(node)["rails"])


def socket_in(node):
    """A socket that gets all that comes to a node."""
    inside = os.open(f"/run/netns/{node.name}", os.O_RDONLY)
    outside = os.open("/proc/self/ns/net", os.O_RDONLY)
    os.setns(inside, os.CLONE_NEWNET)
    try:
        return socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(IP))
    finally:
        os.setns(outside, os.CLONE_NEWNET)
        os.close(inside)
        os.close(outside)


def groups_datagrams(node, seconds):
    """How many to the group come to a node by UDP."""
    with socket_in(node) as sock:
        sock.settimeout(0.05)
        found = 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                packet, sender = sock.recvfrom(2048)
            except TimeoutError:
                continue
            found += sender[0] == "eth0" and sender[2] == socket.PACKET_MULTICAST and \
                packet[9] == socket.IPPROTO_UDP
    return found


def promoted(nodes, how=True):
    """Whether all of some nodes have left UDP, or none."""
    return all(infiniband(node)["promoted"] == how for node in nodes)


def wait_promoted(nodes, how=True):
    """Wait for that."""
    try:
        wait_for(lambda: promoted(nodes, how), PROMOTE_S, f"promoted: {how}")
    except AssertionError as error:
        raise AssertionError(f"{error}: {[infiniband(node) for node in nodes]}") from None


def verdicts(lab, since_ns):
    """Who was silent, or declared dead, by whom."""
    return [(node.name, event.kind, event.words[0][-2:]) for node in lab.nodes
            for event in node.events(since_ns)
            if (event.kind == "member" and event.words[1] == "dead") or
            (event.kind == "silent" and event.words[2] == "1")]


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


def strange_datagrams_are_counted(lab):
    """From somebody who is in the group, but has no key."""
    node = lab.nodes[1]
    before = node.counters().get("drop_decode", 0)
    fabric.inside("n1", "mckey", "-m", GROUP, "-b", fabric.address4(0, 1), "-s", "-C", "500", "-S",
                  "120")
    wait_for(lambda: node.counters().get("drop_decode", 0) > before, 5, "it is dropped")
    lab.wait_converged()


TESTS = [all_leave_udp, a_crisis_takes_all_ways, loss_on_the_rails_harms_nobody,
         rails_that_are_lost_are_no_loss, who_has_udp_alone_is_heard,
         one_that_is_killed_is_missed_and_comes_back, strange_datagrams_are_counted]


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
