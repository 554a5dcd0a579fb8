# SPDX-License-Identifier: GPL-2.0
"""Real daemons in network namespaces of their own, on one bridge, with files for sensors.

Runs inside the build root (scripts/inroot.sh), whose namespaces of mounts and processes end with the
command: nothing that is made here, by whichever way it ends, is left behind on the host.
"""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid

# A detector that makes up its mind in seconds: what is tested is that it does, not how long it takes.
QUICK = {
    "Gossip_probe_interval": "300ms", "Gossip_probe_timeout": "100ms",
    "Gossip_suspicion_mult": "2", "Gossip_suspicion_max_mult": "3",
    "Gossip_interval_cool": "200ms",
}
BRIDGE = "br0"
PORT = 7460
GROUP_PORT = 7461
SITE = """{{
"schema": 1,
"zones": [{{"number": 0, "name": "zone", "cooling_kw": {cooling}}}],
"nodes": [
{nodes}
]
}}
"""


def run(*command, check=True):
    """A command that says nothing; what it said is in the exception if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done


def now_ns():
    """The clock of the daemons' traces."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


class Event:
    """A line of a trace."""

    def __init__(self, line):
        words = line.split()
        self.ns = int(words[0])
        self.kind = words[1]
        self.words = words[2:]

    def external(self):
        """Multiplier of the neighbourhood, in a line about a price."""
        return float(self.words[1])

    def about(self, kind, node, on=True):
        """Whether this is an event of a kind, of a node, that began or ended."""
        return self.kind == kind and self.words[0] == node.id and self.words[2] == str(int(on))


class Node:
    """A daemon, its namespace and its files."""

    def __init__(self, lab, number):
        self.lab = lab
        self.number = number
        self.name = f"n{number}"
        self.id = str(uuid.UUID(int=0x4d58 << 96 | number))
        self.address4 = f"10.77.{number >> 8}.{number & 255}"
        self.address6 = f"fd00:77::{number:x}"
        self.dir = os.path.join(lab.dir, self.name)
        self.process = None
        self.settings = {}
        self.arguments = []
        self.log_start = 0
        self.environment = {}
        os.makedirs(self.dir)
        self.make_link()
        with open(self.path("identity"), "w", encoding="ascii") as out:
            os.fchmod(out.fileno(), 0o600)
            out.write(lab.key("genkey"))
        self.use_zone_keys(lab.zone_keys)

    def path(self, name):
        """A file of this node."""
        return os.path.join(self.dir, name)

    def make_link(self):
        """Its cable to the bridge."""
        name = self.name
        run("ip", "link", "add", f"v{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "link", "set", f"v{name}", "master", BRIDGE, "up")
        run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", name, "addr", "add", f"{self.address4}/16", "dev", "eth0")
        run("ip", "-n", name, "addr", "add", f"{self.address6}/64", "dev", "eth0", "nodad")
        run("ip", "-n", name, "link", "set", "eth0", "up")

    def cable(self, plugged):
        """Plug the cable in, or out."""
        run("ip", "link", "set", f"v{self.name}", "up" if plugged else "down")

    def use_zone_keys(self, path):
        """Take over a file with the keys of the zone; a reload makes them count."""
        temporary = self.path("zone.new")
        shutil.copyfile(path, temporary)
        os.chmod(temporary, 0o600)
        os.rename(temporary, self.path("zone"))

    def heat(self, temp_c, limit_c=90.0, power_w=100.0):
        """What its sensors say from now on; returns when they began to."""
        temporary = self.path("sensors.new")
        with open(temporary, "w", encoding="ascii") as out:
            out.write(f"temp_c={temp_c}\nlimit_c={limit_c}\npower_w={power_w}\n")
            out.write("power_max_w=400\n")
        began = now_ns()
        os.rename(temporary, self.path("sensors"))
        return began

    def configure(self, **settings):
        """Settings as SECTION_key=value; written when it starts, or by write_settings()."""
        self.settings.update(settings)

    def write_settings(self, garbage=""):
        """The file of settings; @garbage goes at its end."""
        sections = {}
        settings = {
            "Node_id": self.id, "Node_state_directory": self.path("state"),
            "Keys_identity": self.path("identity"), "Keys_zone": self.path("zone"),
            "Sensors_file": self.path("sensors"), "Node_site_file": self.lab.site,
        } | self.lab.settings | self.settings
        for key, value in settings.items():
            section, name = key.split("_", 1)
            sections.setdefault(section, []).append(f"{name}={value}")
        with open(self.path("gossipd.conf"), "w", encoding="ascii") as out:
            for section, lines in sections.items():
                print(f"[{section}]", *lines, sep="\n", file=out)
            print(garbage, file=out)

    def start(self, *arguments):
        """Start the daemon."""
        self.arguments = arguments or self.arguments
        if not os.path.exists(self.path("sensors")):
            self.heat(40)
        self.write_settings()
        self.log_start = os.path.exists(self.path("log")) and len(self.log())
        with open(self.path("log"), "a", encoding="ascii") as log:
            self.process = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{self.name}", self.lab.gossipd, "--config",
                 self.path("gossipd.conf"), "--trace", self.path("trace"), *self.arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=os.environ | self.environment)

    def wait_running(self):
        """Wait until it says that it runs, since it was started last."""
        def runs():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with status {self.process.returncode}")
            return " runs, incarnation " in self.log()[self.log_start:]

        wait_for(runs, 5, f"{self.name} runs")

    def signal(self, number):
        """Send it a signal."""
        self.process.send_signal(number)

    def kill(self):
        """End it without a chance to say anything."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """End it politely; returns exit status and seconds that it took."""
        begin = time.monotonic()
        self.signal(signal.SIGTERM)
        return self.process.wait(timeout=5), time.monotonic() - begin

    def log(self):
        """All that it said so far; nothing if it was never started."""
        if not os.path.exists(self.path("log")):
            return ""
        with open(self.path("log"), encoding="ascii", errors="replace") as log:
            return log.read()

    def events(self, since_ns=0):
        """Its trace."""
        try:
            with open(self.path("trace"), encoding="ascii") as trace:
                lines = trace.read().split("\n")[:-1]
        except FileNotFoundError:
            return []
        return [event for event in map(Event, lines) if event.ns >= since_ns]

    def dump(self):
        """What SIGUSR1 makes it say."""
        at = len(self.log())
        self.signal(signal.SIGUSR1)
        wait_for(lambda: "dump: end" in self.log()[at:], 3, f"the dump of {self.name}")
        return self.log()[at:]

    def states(self):
        """State of each node that it knows of, by name; its own is not among them."""
        found = re.findall(r"dump: node (?:(\S+) \()?([-0-9a-f]{36})\)? at \S+ (\w+)", self.dump())
        names = {node.id: node.name for node in self.lab.nodes}
        return {names.get(uuid_, uuid_): state for _, uuid_, state in found if uuid_ != self.id}

    def counters(self):
        """Its counters by name."""
        found = re.findall(r"dump: (?:counter|udp) (\S+) (\d+)", self.dump())
        return {name: int(value) for name, value in found}

    def memory_kib(self):
        """Resident set, and of that what is its own."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            found = dict(re.findall(r"(VmRSS|RssAnon):\s+(\d+)", status.read()))
        return int(found["VmRSS"]), int(found["RssAnon"])

    def cpu_s(self):
        """CPU time that it used, by the scheduler's own clock."""
        total = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/schedstat", encoding="ascii") as stat:
                total += int(stat.read().split()[0])
        return total / 1e9


def wait_for(condition, timeout_s, what):
    """Look again and again; an exception if it does not come true."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {timeout_s} s")
        time.sleep(0.05)


class Lab:
    """Some nodes on a bridge."""

    def __init__(self, gossipd, number, racks=1, first=1, **settings):
        self.gossipd = os.path.abspath(gossipd)
        self.dir = tempfile.mkdtemp(prefix="gossip-")
        self.number = number
        self.racks = racks
        self.settings = {
            "Multicast_interface": "eth0", "Http_enabled": "no", "Feed_enabled": "no",
            "Sensors_thermal": "no", "Sensors_hwmon": "no", "Sensors_rapl": "no",
            "Sensors_nvml": "no", "Sensors_events": "no", "Sensors_interval": "10ms",
            "Log_burst": "0",
        } | settings
        self.nodes = []
        self.zone_keys = os.path.join(self.dir, "zone")
        self.site = os.path.join(self.dir, "site.json")
        self.key("genzonekey", self.zone_keys)
        if run("ip", "link", "show", BRIDGE, check=False).returncode:
            run("ip", "link", "add", BRIDGE, "type", "bridge", "mcast_snooping", "0")
            run("ip", "link", "set", BRIDGE, "up")
        for node in range(first, first + number):
            if not os.path.exists(f"/run/netns/n{node}"):
                run("ip", "netns", "add", f"n{node}")
            self.nodes.append(Node(self, node))
        self.write_site()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for node in self.nodes:
            node.kill()
            run("ip", "netns", "del", node.name)
        if kind:
            for node in self.nodes:
                lines = node.log().strip().split("\n")[-15:]
                print("\n".join(f"# {node.name}: {line}" for line in lines), flush=True)
        shutil.rmtree(self.dir)

    def key(self, *arguments):
        """A command of gossipd that makes keys."""
        return run(self.gossipd, *arguments).stdout

    def write_site(self):
        """Where the nodes stand: as many racks as were asked for, two nodes to a chassis."""
        lines = []
        for node in self.nodes:
            rack = (node.number - self.nodes[0].number) * self.racks // self.number
            lines.append(f'{{"id": "{node.id}", "name": "{node.name}", "zone": 0, "row": "row", '
                         f'"rack": "rack{rack}", "address": "{node.address4}:{PORT}"}}')
        with open(self.site, "w", encoding="ascii") as out:
            out.write(SITE.format(cooling=100, nodes=",\n".join(lines)))

    def start(self, *arguments):
        """Start all, and wait until all have met."""
        for node in self.nodes:
            node.start(*arguments)
        for node in self.nodes:
            node.wait_running()
        self.wait_converged()

    def wait_converged(self, timeout_s=20, among=None):
        """Wait until each of some nodes sees exactly these as living."""
        nodes = among or self.nodes
        names = {node.name for node in nodes}

        def converged():
            return all({name for name, state in node.states().items() if state == "alive"} ==
                       names - {node.name} for node in nodes)

        try:
            wait_for(converged, timeout_s, "all see each other")
        except AssertionError as error:
            raise AssertionError(f"{error}: " + "; ".join(
                f"{node.name} {node.states()}" for node in nodes)) from None

    def lose(self, percent):
        """Lose datagrams at random where they come in; False if the kernel cannot."""
        for node in self.nodes:
            enter = ("nsenter", f"--net=/run/netns/{node.name}")
            run(*enter, "nft", "delete", "table", "inet", "loss", check=False)
            if percent and run(*enter, "nft", "add table inet loss; add chain inet loss in "
                               "{ type filter hook input priority 0; }; "
                               f"add rule inet loss in meta l4proto udp numgen random mod 100 < "
                               f"{percent} drop", check=False).returncode:
                return False
        return True


def send_from(node, payloads, to):
    """Send datagrams by a socket in a node's namespace, as somebody who is no daemon would."""
    inside = os.open(f"/run/netns/{node.name}", os.O_RDONLY)
    outside = os.open("/proc/self/ns/net", os.O_RDONLY)
    os.setns(inside, os.CLONE_NEWNET)
    try:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    finally:
        os.setns(outside, os.CLONE_NEWNET)
        os.close(inside)
        os.close(outside)
    with sock:
        for payload in payloads:
            sock.sendto(payload, to)


def capture(node, seconds):
    """Datagrams of the gossip that come to a node by its cable, without their headers."""
    inside = os.open(f"/run/netns/{node.name}", os.O_RDONLY)
    outside = os.open("/proc/self/ns/net", os.O_RDONLY)
    os.setns(inside, os.CLONE_NEWNET)
    try:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    finally:
        os.setns(outside, os.CLONE_NEWNET)
        os.close(inside)
        os.close(outside)
    found = []
    end = time.monotonic() + seconds
    with sock:
        sock.settimeout(0.05)
        while time.monotonic() < end:
            try:
                packet, sender = sock.recvfrom(2048)
            except TimeoutError:
                continue
            header = (packet[0] & 15) * 4
            port = int.from_bytes(packet[header + 2:header + 4], "big")
            if sender[2] != socket.PACKET_OUTGOING and packet[9] == 17 and \
                    port in (PORT, GROUP_PORT):
                found.append(packet[header + 8:])
    return found


def enter():
    """Have a network and a /run of our own; only where that leaves nothing behind."""
    if not os.environ.get("MAXWELL_IN_ROOT"):
        raise SystemExit("run this by make test-gossip or make bench-gossip")
    os.unshare(os.CLONE_NEWNET | os.CLONE_NEWNS)
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    run("ip", "link", "set", "lo", "up")
    random.seed(os.environ.get("SEED") or 1)
