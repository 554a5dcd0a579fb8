#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The plug-in for InfiniBand by itself, in the guest: rails that come and go, loss, a strange peer.

Usage: test_rails.py [PATTERN...]
"""

import subprocess
import sys
import time

import fabric
import lab as labs
from lab import wait_for
from railpeers import PAYLOAD, PULLS_MAX, Peer, Peers, failovers, gaps_ms, lost
from runner import run

HOSTS = 3
RAILS = 2
MANY = 10000
GROUP = "239.77.1.3"
GAP_MS = 100
# What is removed is let go of in milliseconds.
DELETE_S = 8
# Before ports are looked at for the first time after the start.
TOLD_S = 2
# What is there without a device, each after who needs it.
DRIVER = ("rdma_rxe", "rdma_ucm", "rdma_cm", "iw_cm", "ib_cm", "ib_uverbs", "ib_uverbs_support",
          "ib_core")


def ten_thousand_come(_):
    with Peers(HOSTS, RAILS, MANY, 2) as peers:
        sender = peers.run(120)
        for peer in peers.others:
            assert lost(peer, MANY) == 0, f"{peer.name} lost {lost(peer, MANY)} of {MANY}"
            assert len(peer.numbers("heard")) == MANY, "some came twice"
            assert peer.counter(0, "received") == MANY and peer.counter(1, "received") == 0
        assert sender.counter(0, "sent") == MANY and sender.counter(1, "sent") == 0
        assert sender.counter(0, "own") == MANY, f"{sender.counter(0, 'own')} came back"


def urgent_ones_take_all_rails(_):
    """One of them swallows everything."""
    fabric.lose("n1", 0, 100)
    try:
        with Peers(HOSTS, RAILS, MANY, 1, "urgent") as peers:
            peers.run(120)
            for peer in peers.others:
                assert lost(peer, MANY) == 0, f"{peer.name} lost {lost(peer, MANY)} of {MANY}"
                assert peer.counter(0, "received") == 0, "the rail was to swallow everything"
    finally:
        fabric.lose("n1", 0, 0)


def loss_is_seen(_):
    """Half of it on one rail: about half is lost, but nothing of what is urgent."""
    fabric.lose("n1", 0, 50)
    try:
        with Peers(HOSTS, RAILS, 1000, 2) as peers:
            peers.run(60)
            for peer in peers.others:
                assert 350 < lost(peer, 1000) < 650, lost(peer, 1000)
        with Peers(HOSTS, RAILS, 1000, 2, "urgent") as peers:
            peers.run(60)
            for peer in peers.others:
                assert lost(peer, 1000) == 0, lost(peer, 1000)
                assert 1350 < len(peer.numbers("heard")) < 1650, len(peer.numbers("heard"))
    finally:
        fabric.lose("n1", 0, 0)


def a_pulled_cable_is_taken_over(_):
    silences, changes = failovers(HOSTS, PULLS_MAX)
    print(f"# longest silence {max(silences):.1f} ms, {changes} changes of the rail", flush=True)
    assert changes == PULLS_MAX, f"{changes} changes of the rail"
    assert max(silences) < GAP_MS, silences


def a_pulled_cable_is_told_to_who_sends_nothing(_):
    """By the device's event alone: ports are looked at by themselves every five seconds only."""
    listener = Peer("n2", "receive")
    try:
        listener.wait_up(RAILS)
        fabric.cable("n2", 0, False)
        wait_for(lambda: "no longer in the zone's group: the port is down" in listener.log(),
                 TOLD_S, "it is told")
        fabric.cable("n2", 0, True)
        listener.wait_up(RAILS + 1)
        listener.end()
    finally:
        listener.kill()
        fabric.cable("n2", 0, True)


def the_first_rail_is_gone_back_to(_):
    """Some seconds after it is well again, and without a gap."""
    with Peers(HOSTS, RAILS, 10 ** 9, 5) as peers:
        peers.sender.begin()
        fabric.cable("n1", 0, False)
        time.sleep(0.5)
        fabric.cable("n1", 0, True)
        began_ns = time.monotonic_ns()
        time.sleep(4)
        middle_ns = time.monotonic_ns()
        time.sleep(5)
        ended_ns = time.monotonic_ns()
        sender = peers.end()
        assert min(sender.counter(0, "sent"), sender.counter(1, "sent")) > 200, sender.said()[-900:]
        # As many as in the seconds since it went back, and the few before the cable was pulled.
        assert sender.counter(0, "sent") < (ended_ns - middle_ns) / 5e6 + 100
        for peer in peers.others:
            assert max(gaps_ms(peer, began_ns, ended_ns)) < GAP_MS, peer.name


def a_device_goes_and_comes(_):
    """By `rdma link del`, which waits until the last who has it open has let it go."""
    with Peers(HOSTS, RAILS, 10 ** 9, 5) as peers:
        peers.sender.begin()
        time.sleep(0.5)
        began_ns = time.monotonic_ns()
        took_s = fabric.remove_device(1, 0, DELETE_S)
        time.sleep(1)
        joins = peers.sender.log().count("has joined")
        added_ns = time.monotonic_ns()
        fabric.add_device("n1", 1, 0)
        wait_for(lambda: peers.sender.log().count("has joined") > joins, 30, "it joins again")
        # It is gone back to after five seconds.
        time.sleep(7)
        ended_ns = time.monotonic_ns()
        sender = peers.end()
        silences = [max(gaps_ms(peer, began_ns, ended_ns)) for peer in peers.others]
        print(f"# let go within {took_s:.2f} s, longest silence {max(silences):.1f} ms", flush=True)
        assert max(silences) < GAP_MS, silences
        # All that was not sent on the other rail.
        since = sum(ns > began_ns for ns, _ in sender.numbers("sent"))
        away = sum(began_ns < ns < added_ns for ns, _ in sender.numbers("sent"))
        assert away < sender.counter(1, "sent") < since - 100, sender.said()[-900:]


def a_stranger_in_the_group(_):
    """mckey hears what the plug-in sends, and the plug-in what mckey sends."""
    log = "/tmp/mckey.stranger"
    with open(log, "w", encoding="ascii") as out:
        stranger = fabric.start("n3", "stdbuf", "-oL", "mckey", "-m", GROUP, "-b",
                                fabric.address4(0, 3), "-C", "100", "-S", str(PAYLOAD),
                                stdout=out, stderr=subprocess.STDOUT)
    with Peers(HOSTS - 1, RAILS, 200, 5) as peers:
        def joined():
            with open(log, encoding="ascii") as said:
                return "receiving data transfers" in said.read()

        wait_for(joined, 10, "mckey has joined")
        peers.run(30)
        assert stranger.wait(timeout=10) == 0, "mckey has not heard 100"
        assert lost(peers.others[0], 200) == 0
    listener = Peer("n2", "receive")
    listener.wait_up(RAILS)
    fabric.inside("n1", "mckey", "-m", GROUP, "-b", fabric.address4(0, 1), "-s", "-C", "500", "-S",
                  str(PAYLOAD))
    time.sleep(0.5)
    listener.end()
    assert listener.counter(0, "received") >= 1, listener.said()


def the_driver_comes_late_and_the_last_device_goes(_):
    """Modules that are loaded after the program; then a machine with one device and with none."""
    devices = [(number, rail) for number in range(1, HOSTS + 1) for rail in range(RAILS)]
    for number, rail in devices:
        fabric.remove_device(number, rail, DELETE_S)
    for module in filter(fabric.loaded, DRIVER):
        labs.run("modprobe", "--remove", module)
    listener = Peer("n2", "receive")
    try:
        wait_for(lambda: "InfiniBand is waited for: there is no device yet" in listener.log(), 5,
                 "it waits")
        # It looks every five seconds.
        time.sleep(6)
        assert not fabric.loaded("ib_core"), "waiting has the kernel load modules"
        for module in DRIVER[:2]:
            labs.run("modprobe", module)
        time.sleep(6)
        fabric.add_device("n2", 2, 0)
        listener.wait_up(1)
        fabric.remove_device(2, 0, DELETE_S)
        fabric.add_device("n2", 2, 0)
        listener.wait_up(2)
        assert listener.log().count("InfiniBand is there now: rxe2r0:1") == 1, listener.log()
        listener.end()
    finally:
        listener.kill()
        for number, rail in devices:
            if (number, rail) != (2, 0):
                fabric.add_device(f"n{number}", number, rail)


TESTS = [ten_thousand_come, urgent_ones_take_all_rails, loss_is_seen, a_pulled_cable_is_taken_over,
         a_pulled_cable_is_told_to_who_sends_nothing, the_first_rail_is_gone_back_to,
         a_device_goes_and_comes, a_stranger_in_the_group,
         the_driver_comes_late_and_the_last_device_goes]


if __name__ == "__main__":
    sys.exit(run(TESTS, RAILS, HOSTS))
