# SPDX-License-Identifier: GPL-2.0
"""Cases with mDNS: Avahi's own library in the daemon, and on its bus an Avahi of ours (avahi.py)."""

import ctypes
import signal
import sys
import time

import avahi
import lab as labs
from lab import wait_for

QUICK = {
    "Gossip_probe_interval": "300ms", "Gossip_probe_timeout": "100ms",
    "Gossip_interval_cool": "200ms", "Multicast_enabled": "no", "Node_site_file": "none",
    "Mdns_enabled": "yes",
}
TYPE = "_maxwell-gossip._udp"


class MdnsLab(labs.Lab):
    """Nodes that have nothing but mDNS to find each other, each with a bus of its own."""

    def __init__(self, gossipd, number, first, **settings):
        super().__init__(gossipd, number, first=first, **QUICK | settings)
        self.link = avahi.Link()
        self.machines = {}
        for node in self.nodes:
            bus = node.path("bus")
            node.environment["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={bus}"
            node.configure(Node_name=node.name)
            self.machines[node.name] = avahi.Machine(bus, self.link, node.address4)

    def open_buses(self):
        """All machines have an Avahi."""
        for machine in self.machines.values():
            machine.start()


def reload_with(node, **settings):
    """Other settings, taken over."""
    at = len(node.log())
    node.configure(**settings)
    node.write_settings()
    node.signal(signal.SIGHUP)
    wait_for(lambda: "are in force" in node.log()[at:], 3, "the reload")


def counter(node, name):
    """What became of announcements."""
    return node.counters().get(f"mdns-{name}", 0)


def nodes_meet(lab):
    lab.open_buses()
    lab.start()
    service = lab.link.find(lab.nodes[0].name)
    assert service.port == labs.PORT and service.subtype == f"_z0._sub.{TYPE}", vars(service)
    assert sorted(service.txt) == sorted([b"v=1", b"zone=0", b"id=" + lab.nodes[0].id.encode()]), \
        service.txt


def strangers_are_not_asked(lab):
    node = lab.nodes[0]
    nobody = "7d2b1c4e-90f3-4a56-8e21-5f0a3c9b7d10"
    before = {name: counter(node, name) for name in ("foreign", "rubbish", "own", "found")}
    services = [
        avahi.Service("other zone", 7460, ["v=1", "zone=9", f"id={nobody}"], "10.77.0.99"),
        avahi.Service("no id", 7460, ["v=1", "zone=0"], "10.77.0.99"),
        avahi.Service("other version", 7460, ["v=2", "zone=0", f"id={nobody}"], "10.77.0.99"),
        avahi.Service("bytes", 7460, [b"\xff\xfe", b"zone=\x00", b""], "10.77.0.99"),
        avahi.Service("no port", 0, ["v=1", "zone=0", f"id={nobody}"], "10.77.0.99"),
        avahi.Service("loopback", 7460, ["v=1", "zone=0", f"id={nobody}"], "127.0.0.1"),
        avahi.Service("group", 7460, ["v=1", "zone=0", f"id={nobody}"], "239.1.2.3"),
        avahi.Service("itself", 7460, ["v=1", "zone=0", f"id={node.id}"], node.address4),
    ]
    for service in services:
        lab.link.announce(service)
    wait_for(lambda: counter(node, "rubbish") - before["rubbish"] == 6, 3, "six kinds of rubbish")
    grown = {name: counter(node, name) - value for name, value in before.items()}
    assert grown == {"foreign": 1, "rubbish": 6, "own": 1, "found": 0}, grown
    for service in services:
        lab.link.withdraw(service)
    lab.wait_converged()


def a_flood_is_bounded(lab):
    node = lab.nodes[0]
    began = time.monotonic()
    services = [avahi.Service(f"flood {number}", 7460,
                              ["v=1", "zone=0", f"id=7d2b1c4e-90f3-4a56-8e21-{number:012x}"],
                              f"10.77.200.{number % 250 + 1}") for number in range(1000)]
    sent = node.counters()["sent"]
    for service in services:
        lab.link.announce(service)
    wait_for(lambda: counter(node, "found") + counter(node, "dropped") >= 1000, 20, "all were seen")
    assert "hints 64" in node.dump(), node.dump()
    assert counter(node, "displaced"), node.counters()
    time.sleep(1)
    rate = (node.counters()["sent"] - sent) / (time.monotonic() - began)
    # Some 20/s are its own business, and at most 16/s greet those who are not there.
    assert rate < 60, f"{rate:.0f} datagrams a second"
    for service in services:
        lab.link.withdraw(service)
    wait_for(lambda: counter(node, "gone") + counter(node, "dropped") >= 1000, 20, "all are gone")
    lab.wait_converged()


def a_taken_name_is_left_to_who_has_it(lab):
    node, machine = lab.nodes[1], lab.machines[lab.nodes[1].name]
    node.stop()
    machine.collide = 1
    machine.collide_late = 1
    node.start()
    node.wait_running()
    wait_for(lambda: f"announced as {node.name} #3" in node.log()[node.log_start:], 3, "another name")
    assert lab.link.find(f"{node.name} #3") and not lab.link.find(node.name), "the link does not know it"
    lab.wait_converged()


def a_reload_turns_it_off_and_on(lab):
    node = lab.nodes[0]
    reload_with(node, Mdns_enabled="no")
    wait_for(lambda: not lab.link.find(lab.nodes[0].name), 3, "its announcement is gone")
    assert "dump: mdns" not in node.dump(), "it is still there"
    reload_with(node, Mdns_enabled="yes", Mdns_type="_other._udp")
    wait_for(lambda: lab.link.find(lab.nodes[0].name) and lab.link.find(lab.nodes[0].name).type == "_other._udp", 3,
             "its announcement is back")
    reload_with(node, Mdns_type=TYPE)
    wait_for(lambda: lab.link.find(lab.nodes[0].name) and lab.link.find(lab.nodes[0].name).type == TYPE, 3, "as it was")
    lab.wait_converged()


def it_is_missed_once_and_taken_back(lab):
    node, machine = lab.nodes[0], lab.machines[lab.nodes[0].name]
    at = len(node.log())
    machine.stop()
    wait_for(lambda: "avahi-daemon has gone" in node.log()[at:], 3, "the word")
    # It has tried again by then, in vain.
    time.sleep(6)
    assert node.log()[at:].count("mDNS: ") == 1, node.log()[at:]
    machine.start()
    wait_for(lambda: f"announced as {node.name}" in node.log()[at:], 8, "it is back")
    machine.stop()
    machine.avahi = False
    machine.start()
    wait_for(lambda: node.log()[at:].count("mDNS: ") == 3, 3, "the word, once more")
    lab.wait_converged()
    machine.stop()
    machine.avahi = True
    machine.start()
    wait_for(lambda: node.log()[at:].count(f"announced as {node.name}") == 2, 12, "it is back")


def who_does_not_answer_stops_nobody(lab):
    node, machine = lab.nodes[2], lab.machines[lab.nodes[2].name]
    node.stop()
    machine.mute = True
    machine.calls.clear()
    node.configure(Peers_address=f"{lab.nodes[0].address4}:{labs.PORT}")
    node.start()
    node.wait_running()
    wait_for(lambda: machine.calls, 3, "a call without an answer")
    began = time.monotonic()
    node.dump()
    assert time.monotonic() - began < 0.5, "the loop waits for Avahi"
    lab.wait_converged()
    reload_with(node, Mdns_enabled="no")
    reload_with(node, Mdns_enabled="yes")
    status, seconds = node.stop()
    assert status == 0 and seconds < 1, f"status {status} after {seconds:.2f} s"
    machine.mute = False
    node.start()
    node.wait_running()
    lab.wait_converged()


STEPS = [
    nodes_meet, strangers_are_not_asked, a_flood_is_bounded, a_taken_name_is_left_to_who_has_it,
    a_reload_turns_it_off_and_on, it_is_missed_once_and_taken_back,
    who_does_not_answer_stops_nobody,
]


def case(step):
    """A case of a step, with nodes of its own."""
    def run(_):
        try:
            ctypes.CDLL("libavahi-client.so.3")
        except OSError:
            return "no libavahi-client3"
        # Other names each time: the kernel takes its time to take interfaces away.
        with MdnsLab(sys.argv[1], 3, 21 + 3 * STEPS.index(step)) as lab:
            nodes_meet(lab)
            if step is not nodes_meet:
                step(lab)
        return None

    run.__name__ = f"mdns_{step.__name__}"
    return run


CASES = [case(step) for step in STEPS]
