#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""InfiniBand's unreliable datagrams in the guest: the fabric itself, by programs that are not ours.

Usage: test_ib.py [PATTERN...]
"""

import subprocess
import sys
import time

import fabric
from lab import wait_for
from runner import run

GROUP4 = "239.77.9.9"
GROUP6 = "ff15::4d58"
MCKEY_SENDS = "500"
HOSTS = 3
RAILS = 2


def joined(program, log):
    """Whether a mckey is a member of the group; its words are in @log by then."""
    def looks():
        with open(log, encoding="ascii") as file:
            said = file.read()
        if program.poll() is not None:
            raise AssertionError(f"mckey ended with status {program.returncode}: {said}")
        return "joined dgid" in said
    return looks


def mckey(group, addresses, *arguments):
    """The first host sends to the group; how many of the others hear it."""
    others = []
    for number, address in enumerate(addresses[1:], 2):
        log = f"/tmp/mckey.{number}"
        with open(log, "w", encoding="ascii") as out:
            others.append(fabric.start(f"n{number}", "stdbuf", "-oL", "mckey", "-m", group, "-b",
                                       address, "-C", "1", stdout=out, stderr=out))
        wait_for(joined(others[-1], log), 10, "mckey joins")
    # It ends as soon as it has posted them, and most are not sent by then and never will be.
    fabric.inside("n1", "mckey", "-m", group, "-b", addresses[0], "-s", "-C", MCKEY_SENDS,
                  *arguments)
    time.sleep(1)
    got = sum(other.poll() == 0 for other in others)
    for other in others:
        other.kill()
        other.wait()
    return got


def ipv4_group(_):
    got = mckey(GROUP4, [fabric.address4(0, number) for number in range(1, HOSTS + 1)])
    assert got == HOSTS - 1, f"{got} of {HOSTS - 1} got it"


def ipv4_group_on_the_second_rail(_):
    got = mckey(GROUP4, [fabric.address4(1, number) for number in range(1, HOSTS + 1)])
    assert got == HOSTS - 1, f"{got} of {HOSTS - 1} got it"


def ipv6_group_is_refused(_):
    """By the kernel, which has them on InfiniBand proper only: cma_iboe_join_multicast()."""
    done = fabric.inside("n1", "mckey", "-m", GROUP6, "-b", "fd00:88::1", "-s", check=False)
    assert done.returncode and "failure joining: Unknown error 524" in done.stderr, \
        done.stdout + done.stderr


def send_only_member(_):
    got = mckey(GROUP4, [fabric.address4(0, number) for number in range(1, HOSTS + 1)], "-o")
    assert got == HOSTS - 1, f"{got} of {HOSTS - 1} got it"


def who_lost_the_cable_gets_nothing(_):
    addresses = [fabric.address4(0, number) for number in range(1, HOSTS + 1)]
    fabric.cable("n1", 0, False)
    assert fabric.state(1, 0) == "DOWN", fabric.state(1, 0)
    fabric.cable("n1", 0, True)
    wait_for(lambda: fabric.state(1, 0) == "ACTIVE", 5, "the port is back")
    fabric.lose("n2", 0, 100)
    try:
        assert mckey(GROUP4, addresses) == HOSTS - 2
    finally:
        fabric.lose("n2", 0, 0)
    assert mckey(GROUP4, addresses) == HOSTS - 1


def beacons_come_complete(_):
    said = subprocess.run(["beacons", "ib-multicast", str(HOSTS), "1000", "2000"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip().split("\n")
    assert len(said) == 1000 and not any(line.startswith("lost") for line in said), \
        [line for line in said if line.startswith("lost")]


TESTS = [ipv4_group, ipv4_group_on_the_second_rail, ipv6_group_is_refused, send_only_member,
         who_lost_the_cable_gets_nothing, beacons_come_complete]


if __name__ == "__main__":
    sys.exit(run(TESTS, RAILS, HOSTS))
