# SPDX-License-Identifier: GPL-2.0
"""A zone of real daemons with InfiniBand beside UDP, for tests and the bench."""

import json
import os
import socket
import time

import lab as labs
from lab import wait_for
from railpeers import PLUGIN

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
