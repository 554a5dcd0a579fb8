# SPDX-License-Identifier: GPL-2.0
"""Network namespaces with RDMA devices, inside the guest: RoCE v2 in software, on cables of veth.

Each rail is a bridge; a host has an interface ibN on rail N, with a device of rdma_rxe on top.
Programs in there use the real librdmacm, libibverbs and kernel. rdma_rxe's devices cannot be moved
to a namespace, so all see all of them; but each namespace has addresses of its own only, and by
these a device is found.
"""

import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../userspace/gossip/net"))
import lab as labs

MODULES = ("veth", "bridge", "rdma_rxe", "ib_uverbs", "rdma_ucm")
GROUPS = "239.0.0.0/8"
# Room for the largest datagram: RoCE takes the next lower power of two, less its own headers.
MTU = 4200


def missing():
    """Why there can be no fabric here, or nothing."""
    for module in MODULES:
        if labs.run("modprobe", module, check=False).returncode:
            return f"this kernel has no {module}"
    return ""


def address4(rail, number):
    """Of a host on a rail."""
    return f"10.{88 + rail}.{number >> 8}.{number & 255}"


def loaded(module):
    """Whether the kernel has it now."""
    return os.path.exists(f"/sys/module/{module}")


def empty():
    """Whether there is no device."""
    return not os.listdir("/sys/class/infiniband")


class Fabric:
    """The rails, and whoever is plugged in."""

    def __init__(self, rails=1, mtu=MTU):
        why = missing()
        if why:
            raise RuntimeError(why)
        self.rails = rails
        self.mtu = mtu
        for rail in range(rails):
            labs.run("ip", "link", "add", f"fab{rail}", "mtu", str(mtu), "type", "bridge",
                     "mcast_snooping", "0")
            labs.run("ip", "link", "set", f"fab{rail}", "up")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for rail in range(self.rails):
            labs.run("ip", "link", "del", f"fab{rail}")

    def populate(self, last, first=1):
        """Namespaces n1, n2, ...; on the common bridge as well, for UDP."""
        if labs.run("ip", "link", "show", labs.BRIDGE, check=False).returncode:
            labs.run("ip", "link", "add", labs.BRIDGE, "type", "bridge", "mcast_snooping", "0")
            labs.run("ip", "link", "set", labs.BRIDGE, "up")
        for number in range(first, last + 1):
            name = f"n{number}"
            labs.run("ip", "netns", "add", name)
            labs.run("ip", "link", "add", f"v{name}", "type", "veth", "peer", "name", "eth0",
                     "netns", name)
            labs.run("ip", "link", "set", f"v{name}", "master", labs.BRIDGE, "up")
            for port in ("lo", "eth0"):
                labs.run("ip", "-n", name, "link", "set", port, "up")
            labs.run("ip", "-n", name, "addr", "add", f"10.77.{number >> 8}.{number & 255}/16",
                     "dev", "eth0")
            self.plug(name, number)

    def plug(self, name, number):
        """Give a namespace its cables and devices."""
        for rail in range(self.rails):
            cable, port = f"c{rail}{name}", f"ib{rail}"
            labs.run("ip", "link", "add", cable, "mtu", str(self.mtu), "type", "veth", "peer",
                     "name", port, "mtu", str(self.mtu), "netns", name)
            labs.run("ip", "link", "set", cable, "master", f"fab{rail}", "up")
            labs.run("ip", "-n", name, "addr", "add", f"{address4(rail, number)}/16", "dev", port)
            labs.run("ip", "-n", name, "addr", "add", f"fd00:{88 + rail}::{number:x}/64", "dev",
                     port, "nodad")
            labs.run("ip", "-n", name, "link", "set", port, "up")
            # The groups of a rail are reached by that rail.
            table = str(100 + rail)
            labs.run("ip", "-n", name, "route", "add", GROUPS, "dev", port, "metric", table)
            labs.run("ip", "-n", name, "route", "add", GROUPS, "dev", port, "table", table)
            labs.run("ip", "-n", name, "rule", "add", "from", address4(rail, number), "table",
                     table)
            add_device(name, number, rail)


def device(number, rail):
    """Name of the RDMA device, of which there is one in all of the kernel."""
    return f"rxe{number}r{rail}"


def add_device(name, number, rail):
    """Put it in."""
    inside(name, "rdma", "link", "add", device(number, rail), "type", "rxe", "netdev", f"ib{rail}")


def remove_device(number, rail, within_s):
    """Pull it out; returns how long it took.

    The kernel waits for who has it open, where no signal ends it: who asks is left there if it is
    too long.
    """
    began = time.monotonic()
    asker = subprocess.Popen(["rdma", "link", "del", device(number, rail)])
    try:
        status = asker.wait(timeout=within_s)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{device(number, rail)} is still open after {within_s} s") from None
    assert status == 0, f"rdma link del: {status}"
    return time.monotonic() - began


def inside(name, *command, check=True):
    """A command in a namespace."""
    return labs.run("ip", "netns", "exec", name, *command, check=check)


def start(name, *command, **more):
    """A program in a namespace, in the background."""
    return subprocess.Popen(["ip", "netns", "exec", name, *command], **more)


def cable(name, rail, plugged):
    """Plug a host into a rail, or pull it out."""
    labs.run("ip", "link", "set", f"c{rail}{name}", "up" if plugged else "down")


def lose(name, rail, percent):
    """Lose frames at random in both directions, from now on."""
    for enter, port in ((("ip", "netns", "exec", name), f"ib{rail}"), ((), f"c{rail}{name}")):
        labs.run(*enter, "tc", "qdisc", "del", "dev", port, "root", check=False)
        if percent:
            labs.run(*enter, "tc", "qdisc", "add", "dev", port, "root", "netem", "limit", "10000",
                     "loss", f"{percent}%")


def state(number, rail):
    """What the kernel says of a host's port: ACTIVE or DOWN."""
    with open(f"/sys/class/infiniband/{device(number, rail)}/ports/1/state",
              encoding="ascii") as file:
        return file.read().split()[-1]
