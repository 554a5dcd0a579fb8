# SPDX-License-Identifier: GPL-2.0
"""Cases with daemons that hear one side only, that get too little CPU, and with slow listeners."""

import os
import random
import re
import signal
import socket
import sys
import threading
import time

import lab as labs
from lab import QUICK, wait_for

ONE_WAY_S = 10
STARVE_S = 10
LISTEN_S = 6
UPGRADE = (b"GET /thermal/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
           b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")


def verdicts(lab, since_ns, kind="dead"):
    """Who was thought so of by whom."""
    return [(node.name, event.words[0]) for node in lab.nodes for event in node.events(since_ns)
            if event.kind == "member" and event.words[1] == kind]


def deafen(node, speaker, deaf):
    """Whether one does not hear another; False if the kernel cannot."""
    enter = ("nsenter", f"--net=/run/netns/{node.name}")
    labs.run(*enter, "nft", "delete", "table", "inet", "deaf", check=False)
    return not deaf or not labs.run(
        *enter, "nft", "add table inet deaf; add chain inet deaf in "
        "{ type filter hook input priority 0; }; "
        f"add rule inet deaf in ip saddr {speaker.address4} counter drop; "
        f"add rule inet deaf in ip6 saddr {speaker.address6} counter drop", check=False).returncode


def one_way_loss_kills_nobody(lab):
    speaker, deaf = lab.nodes[0], lab.nodes[1]
    began = labs.now_ns()
    if not deafen(deaf, speaker, True):
        return "the kernel has no nftables"
    try:
        time.sleep(ONE_WAY_S)
        states = {node.name: node.states() for node in lab.nodes}
        dropped = labs.run("nsenter", f"--net=/run/netns/{deaf.name}", "nft", "list", "table",
                           "inet", "deaf").stdout
        crisis = speaker.heat(87)
        # By the others, who hear both.
        wait_for(lambda: any(event.about("crisis", speaker) for event in deaf.events(crisis)), 3,
                 "the crisis of who is not heard")
    finally:
        speaker.heat(40)
        deafen(deaf, speaker, False)
    packets = sum(map(int, re.findall(r"packets (\d+)", dropped)))
    assert packets > ONE_WAY_S, f"only {packets} datagrams were lost"
    assert not verdicts(lab, began), verdicts(lab, began)
    for node in lab.nodes:
        assert "dead" not in states[node.name].values(), states
    lab.wait_converged()
    return None


class Starver:
    """Daemons that get a quarter of their CPU, in turns of which nobody knows how long they are."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.end = threading.Event()
        self.dice = random.Random(random.random())
        self.threads = [threading.Thread(target=self.starve, args=(node,)) for node in nodes]

    def starve(self, node):
        """One of them."""
        while not self.end.is_set():
            run_s = self.dice.uniform(0.02, 0.12)
            node.signal(signal.SIGSTOP)
            time.sleep(3 * run_s)
            node.signal(signal.SIGCONT)
            time.sleep(run_s)

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.end.set()
        for thread in self.threads:
            thread.join()


def a_quarter_that_starves_kills_nobody(_):
    with labs.Lab(sys.argv[1], 8, first=51, **QUICK) as lab:
        lab.start()
        began = labs.now_ns()
        with Starver(lab.nodes[3:5]):
            time.sleep(STARVE_S)
            hot = lab.nodes[0].heat(87)
            for node in lab.nodes[1:]:
                wait_for(lambda node=node: any(event.about("crisis", lab.nodes[0])
                                               for event in node.events(hot)), 3, "crisis heard")
        assert not verdicts(lab, began), verdicts(lab, began)
        lab.nodes[0].heat(40)
        lab.wait_converged()


def incarnation(node):
    """Its own, of this life."""
    return int(re.search(r"self \S+ incarnation (\d+)", node.dump())[1])


def a_rack_that_loses_its_power_comes_back(_):
    with labs.Lab(sys.argv[1], 6, racks=2, first=61, **QUICK) as lab:
        lab.start()
        rack, others = lab.nodes[:3], lab.nodes[3:]
        first = {node.name: incarnation(node) for node in rack}
        for node in rack:
            node.process.kill()
        for node in rack:
            node.kill()
        # Dead for all others, so that an accusation waits for each; one has lost its disk as well.
        for node in others:
            wait_for(lambda node=node: {node.states().get(dead.name) for dead in rack} == {"dead"},
                     20, f"{node.name} knows that they are dead")
        os.unlink(rack[0].path("state/incarnation"))
        began = labs.now_ns()
        for node in rack:
            node.start()
        for node in rack:
            node.wait_running()
        lab.wait_converged()
        assert not verdicts(lab, began), verdicts(lab, began)
        for node in rack:
            assert incarnation(node) > first[node.name], f"{node.name} has not begun a new life"


def a_rotation_that_half_of_them_miss_cuts_nobody_off(_):
    # A group of their own: the nodes of the other cases are on the same bridge, with other keys.
    group = {"Multicast_group4": "239.192.77.7", "Multicast_group6": "ff15::4d58:7707"}
    with labs.Lab(sys.argv[1], 4, first=71, **QUICK | group) as lab:
        lab.start()
        here, there = lab.nodes[:2], lab.nodes[2:]

        def take_over(nodes):
            for node in nodes:
                at = len(node.log())
                node.use_zone_keys(lab.zone_keys)
                node.signal(signal.SIGHUP)
                wait_for(lambda node=node, at=at: "are in force" in node.log()[at:], 3,
                         "the reload")

        lab.key("genzonekey", lab.zone_keys)
        take_over(lab.nodes)
        for node in there:
            node.cable(False)
        for node in here:
            wait_for(lambda node=node: {node.states().get(away.name) for away in there} <=
                     {"suspect", "dead"}, 15, "that they are away")
        lab.key("rotate", lab.zone_keys)
        take_over(here)
        before = {node.name: node.counters() for node in lab.nodes}
        for node in there:
            node.cable(True)
        # One half still seals with the key before.
        lab.wait_converged(timeout_s=40)
        take_over(there)
        lab.wait_converged()
        for node in lab.nodes:
            for name in ("drop_key", "drop_mac"):
                lost = node.counters().get(name, 0) - before[node.name].get(name, 0)
                assert not lost, f"{node.name} lost {lost} datagrams: {name}"


def who_listens_slowly_holds_nobody_up(lab):
    node = lab.nodes[4]
    path = node.path("http.sock")
    node.stop()
    node.configure(Http_enabled="yes", Http_unix=path, Http_listen="none",
                   Http_stream_interval="10ms", Http_queue="8")
    node.start()
    node.wait_running()
    lab.wait_converged()

    def dial(request):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(3)
        client.connect(path)
        client.sendall(request)
        return client

    def metric(name):
        with dial(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as client:
            text = b"".join(iter(lambda: client.recv(65536), b"")).decode()
        return float(re.search(rf"^gossipd_{name} (\S+)$", text, re.M)[1])

    listeners = [dial(UPGRADE) for _ in range(8)]
    try:
        wait_for(lambda: metric("stream_clients") == 8, 3, "listeners")
        wait_for(lambda: metric("stream_dropped_total") > 100, 30, "messages are dropped")
        before = node.memory_kib()[1]
        time.sleep(LISTEN_S)
        grown = node.memory_kib()[1] - before
        dropped = metric("stream_dropped_total")
        # Some 5,000 messages of a kilobyte and more each, none of which anybody has read. The thread
        # sanitizer remembers who has touched what.
        assert grown < (2048 if "TSAN_OPTIONS" in os.environ else 512), f"{grown} KiB more after {dropped:.0f} messages"
        begin = time.monotonic()
        metric("uptime_seconds")
        assert time.monotonic() - begin < 0.5, "the others wait for it"
        # It is told that it missed some once it reads on.
        text = b""
        listeners[0].settimeout(1)
        while b'"event":"dropped"' not in text[-65536:] and len(text) < 1 << 22:
            text += listeners[0].recv(65536)
        assert b'"event":"dropped"' in text, f"{len(text)} bytes, and no word of it"
    finally:
        for listener in listeners:
            listener.close()
    wait_for(lambda: metric("stream_clients") == 0, 5, "they are let go")
    node.configure(Http_enabled="no")
    status, seconds = node.stop()
    assert status == 0 and seconds < 1, f"status {status} after {seconds:.2f} s"
    node.start()
    node.wait_running()
    lab.wait_converged()


CASES = [one_way_loss_kills_nobody, a_quarter_that_starves_kills_nobody,
         a_rack_that_loses_its_power_comes_back, a_rotation_that_half_of_them_miss_cuts_nobody_off,
         who_listens_slowly_holds_nobody_up]
