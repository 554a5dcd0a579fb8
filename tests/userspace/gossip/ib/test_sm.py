#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a subnet manager says to gossipd's group: OpenSM on a simulated fabric (ibsim). KTAP.

Management datagrams alone: a simulated fabric carries no data. The joins are those of sa_join.py.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../net"))
import lab as labs
from lab import wait_for

GROUP = "239.192.0.0"
MGID = "ff12:4001:ffff::fc0:0"
OTHER_GROUP = "239.192.0.7"
OTHER_MGID = "ff12:4001:ffff::fc0:7"
# 2,048 bytes and 10 Gb/s, as InfiniBand numbers them.
MTU, RATE = 4, 3
NOT_ALLOWED = 0x200
PARTITIONS = f"""Default=0x7fff, ipoib, mtu={MTU}, rate={RATE}:
	mgid={MGID},Q_Key=0x01234567
	ALL=full;
"""
OPTIONS = "sminfo_polling_timeout 500\npolling_retry_number 2\n"
HOSTS = 4


def net():
    """One switch, and hosts of one port each."""
    lines = [f'Switch\t{HOSTS} "Switch1"']
    lines += [f'[{n}]\t"Hca{n}"[1]' for n in range(1, HOSTS + 1)]
    for n in range(1, HOSTS + 1):
        lines += ["", f'Hca\t1 "Hca{n}"', f'[1]\t"Switch1"[{n}]']
    return "\n".join(lines) + "\n"


class Fabric:
    """The simulator, and a subnet manager on the first host."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="fabric-")
        self.started = []
        self.write("net", net())
        self.write("partitions.conf", PARTITIONS)
        self.write("osm.conf", OPTIONS)
        self.start("ibsim", "ibsim", "-s", self.path("net"), "--no-console")
        time.sleep(1)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for process in self.started:
            process.kill()
            process.wait()
        shutil.rmtree(self.dir)

    def path(self, name):
        """A file here."""
        return os.path.join(self.dir, name)

    def write(self, name, text):
        """Make one."""
        with open(self.path(name), "w", encoding="ascii") as out:
            out.write(text)

    def start(self, name, *command, **environment):
        """A program that goes on."""
        with open(self.path(f"{name}.out"), "w", encoding="ascii") as out:
            self.started.append(subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.dir,
                env=os.environ | environment))
        return self.started[-1]

    def manager(self, host, priority):
        """A subnet manager on a host."""
        place = self.path(host)
        os.makedirs(place)
        return self.start(f"{host}.sm", "ibsim-run", "opensm", "-F", self.path("osm.conf"), "-P",
                          self.path("partitions.conf"), "-f", os.path.join(place, "log"), "-p",
                          str(priority), SIM_HOST=host, OSM_TMP_DIR=place, OSM_CACHE_DIR=place)

    def said(self, host):
        """What a manager wrote down."""
        try:
            with open(os.path.join(self.path(host), "log"), encoding="ascii",
                      errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def ask(self, *command, **environment):
        """What a program on the last host says."""
        return subprocess.run(["ibsim-run", *command], capture_output=True, text=True, timeout=20,
                              cwd=self.dir, check=False,
                              env=os.environ | {"SIM_HOST": f"Hca{HOSTS}"} | environment).stdout

    def groups(self):
        """Those that there are: MGID to MTU and rate."""
        return {mgid: (int(mtu, 16) & 63, int(rate, 16) & 63) for mgid, mtu, rate in re.findall(
            r"MGID\.+(\S+).*?Mtu\.+(\S+).*?Rate\.+(\S+)", self.ask("saquery", "-g"), re.S)}

    def join(self, group, what="join", **environment):
        """Status, MLID, MTU, rate."""
        said = self.ask("python3", "-B", os.path.join(HERE, "sa_join.py"), group, what,
                        **environment)
        found = re.fullmatch(r"status (\S+) mlid (\S+) mtu (\d+) rate (\d+)\n", said)
        assert found, f"{what} {group}: '{said}'"
        return int(found[1], 16), int(found[2], 16), int(found[3]), int(found[4])


def the_configured_group_is_there(fabric):
    assert fabric.groups().get(MGID) == (MTU, RATE), fabric.groups()


def full_members_and_those_that_only_send_join(fabric):
    status, mlid, mtu, rate = fabric.join(GROUP)
    assert (status, mtu, rate) == (0, MTU, RATE) and mlid >= 0xc000
    assert fabric.join(GROUP, "send-only") == (0, mlid, MTU, RATE)


def who_is_not_in_the_partition_is_refused(fabric):
    assert fabric.join(GROUP, PKEY="0x8061")[0] == NOT_ALLOWED


def joining_makes_a_group_and_leaving_ends_it(fabric):
    assert OTHER_MGID not in fabric.groups()
    status, mlid, _, _ = fabric.join(OTHER_GROUP)
    assert status == 0 and mlid != fabric.join(GROUP)[1]
    assert OTHER_MGID in fabric.groups()
    fabric.join(OTHER_GROUP, "leave")
    wait_for(lambda: OTHER_MGID not in fabric.groups(), 5, "the group is gone")


def another_manager_knows_only_what_is_configured(fabric):
    """So whoever is in another group has to join again, and the kernel says so."""
    fabric.join(OTHER_GROUP)
    fabric.manager("Hca2", 5)
    wait_for(lambda: "Entering STANDBY" in fabric.said("Hca2"), 10, "a second manager stands by")
    fabric.first.kill()
    wait_for(lambda: "Entering MASTER" in fabric.said("Hca2"), 20, "it takes over")
    wait_for(lambda: MGID in fabric.groups(), 10, "it has swept the fabric")
    assert OTHER_MGID not in fabric.groups(), "the new manager knows what nobody told it"
    assert fabric.join(GROUP)[0] == 0
    assert fabric.join(OTHER_GROUP)[0] == 0 and OTHER_MGID in fabric.groups()


TESTS = [the_configured_group_is_there, full_members_and_those_that_only_send_join,
         who_is_not_in_the_partition_is_refused, joining_makes_a_group_and_leaving_ends_it,
         another_manager_knows_only_what_is_configured]


def main():
    failed = 0
    print(f"KTAP version 1\n1..{len(TESTS)}")
    if not shutil.which("opensm") or not shutil.which("ibsim"):
        for number, test in enumerate(TESTS, 1):
            print(f"ok {number} infiniband.{test.__name__} # SKIP there is no opensm or no ibsim")
        return 0
    labs.enter()
    with Fabric() as fabric:
        fabric.first = fabric.manager("Hca1", 10)
        wait_for(lambda: "Entering MASTER" in fabric.said("Hca1"), 20, "the manager is up")
        wait_for(fabric.groups, 20, "it has swept the fabric")
        for number, test in enumerate(TESTS, 1):
            try:
                test(fabric)
                print(f"ok {number} infiniband.{test.__name__}", flush=True)
            except Exception:
                failed += 1
                lines = traceback.format_exc().strip().split("\n")
                print("".join(f"# {line}\n" for line in lines), end="")
                print(f"not ok {number} infiniband.{test.__name__}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
