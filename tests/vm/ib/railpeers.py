# SPDX-License-Identifier: GPL-2.0
"""Programs that drive the plug-in for InfiniBand alone (rails/railpeer.c), in namespaces."""

import re
import signal
import time

import fabric
from lab import wait_for

PLUGIN = "/maxwell/bin/gossipd-ib.so"
PAYLOAD = 128
PULLS_MAX = 6
AWAY_S = 0.5
BACK_S = 2.0


class Peer:
    """One of them; what it said is in a file."""

    def __init__(self, name, *arguments):
        self.name = name
        self.path = f"/tmp/railpeer.{name}"
        with open(self.path, "w", encoding="ascii") as out, \
                open(f"{self.path}.log", "w", encoding="ascii") as err:
            self.process = fabric.start(name, "railpeer", PLUGIN, *arguments, stdout=out,
                                        stderr=err)

    def said(self):
        """All that is there so far."""
        with open(self.path, encoding="ascii") as file:
            return file.read()

    def log(self):
        """For people."""
        with open(f"{self.path}.log", encoding="ascii") as file:
            return file.read()

    def wait_up(self, rails):
        """Wait until it has joined on so many rails."""
        def joined():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended: {self.process.returncode} {self.log()}")
            return self.log().count("has joined the zone's group") >= rails
        wait_for(joined, 20, f"{self.name} joins on {rails} rails")

    def begin(self):
        """Have a sender begin."""
        self.process.send_signal(signal.SIGUSR1)

    def end(self):
        """Its last words: rails' states and counters."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=10)
        assert status == 0, f"{self.name} ended with {status}: {self.log()}"
        return self

    def kill(self):
        """Whatever it does."""
        self.process.kill()
        self.process.wait()

    def numbers(self, word):
        """What was sent, or heard: times in ns and numbers."""
        return [(int(ns), int(number))
                for ns, number in re.findall(rf"^{word} (\d+) (\d+)$", self.said(), re.M)]

    def counter(self, rail, name):
        """Of the rail with this number."""
        found = re.search(rf"^rail rxe{self.name[1:]}r{rail}:1 {name} (\d+)$", self.said(), re.M)
        return int(found.group(1)) if found else 0

    def states(self):
        """Of its rails at the end."""
        return re.findall(r"^rail \S+ ([a-z]+)$", self.said(), re.M)


class Peers:
    """One that sends, and others that listen, on all rails of the fabric."""

    def __init__(self, hosts, rails, count, interval_ms, *more):
        self.others = [Peer(f"n{number}", "receive") for number in range(2, hosts + 1)]
        self.sender = Peer("n1", "send", str(count), str(interval_ms), *more)
        self.rails = rails

    def __enter__(self):
        for peer in (self.sender, *self.others):
            peer.wait_up(self.rails)
        return self

    def __exit__(self, kind, *_):
        for peer in (self.sender, *self.others):
            if kind:
                print("\n".join(f"# {peer.name}: {line}"
                                for line in peer.log().strip().split("\n")[-12:]), flush=True)
            peer.kill()

    def run(self, timeout_s):
        """Send all, and hear what comes; returns the sender."""
        self.sender.begin()
        self.sender.process.wait(timeout=timeout_s)
        return self.end()

    def end(self):
        """End all."""
        for peer in (self.sender, *self.others):
            peer.end()
        return self.sender


def lost(peer, count):
    """Numbers that did not come, of those from 0."""
    return count - len({number for _, number in peer.numbers("heard")})


def gaps_ms(peer, began_ns, ended_ns):
    """Between one number that was heard and the next, in a time."""
    times = [ns for ns, _ in peer.numbers("heard") if began_ns <= ns <= ended_ns]
    return [(after - before) / 1e6
            for before, after in zip([began_ns, *times], [*times, ended_ns])]


def failovers(hosts, times, interval_ms=5):
    """Pull the sender's cable that is in use, again and again.

    Returns the longest silence at each listener each time, in ms, and how often the sender changed
    over. It goes back to the first rail by itself after 5 s; that is too late here to matter. A rail
    that fails again and again is tried ever more seldom, hence a new start every few times.
    """
    silences, changes = [], 0
    while times:
        some = min(times, PULLS_MAX)
        with Peers(hosts, 2, 10 ** 9, interval_ms) as peers:
            peers.sender.begin()
            time.sleep(1)
            pulls = [pull(number % 2) for number in range(some)]
            sender = peers.end()
            silences += [max(gaps_ms(peer, began, ended)) for peer in peers.others
                         for began, ended in pulls]
            changes += int(re.search(r"^failovers (\d+)$", sender.said(), re.M).group(1))
        times -= some
    return silences, changes


def pull(rail):
    """Pull the sender's cable, and put it back; returns when that began and ended."""
    began_ns = time.monotonic_ns()
    fabric.cable("n1", rail, False)
    time.sleep(AWAY_S)
    fabric.cable("n1", rail, True)
    time.sleep(BACK_S)
    return began_ns, time.monotonic_ns()
