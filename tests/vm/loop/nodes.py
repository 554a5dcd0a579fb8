# SPDX-License-Identifier: GPL-2.0
"""The daemons of the closed loop: one that feeds the scheduler, and neighbours in namespaces.

Whatever talks to the module has to be in the first network namespace, so that node has the bridge
itself for a cable.
"""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../userspace/gossip/net"))
import lab as labs

HOME_NUMBER = 1
NEIGHBOURS = 3
# As a site would tune it whose sink warms by more than a degree a second: the scheduler parks within
# milliseconds, the default is for who knows nothing; and the target is farther from the limit.
CONTROL = {"Control_actuation_delay_s": "200ms", "Control_integral_s": "8s",
           "Control_target_margin_c": "10C"}


class Home(labs.Node):
    """The node under test: its daemon runs here, beside the module."""

    def make_link(self):
        """The bridge is its interface."""
        labs.run("ip", "addr", "add", f"{self.address4}/16", "dev", labs.BRIDGE)
        labs.run("ip", "addr", "add", f"{self.address6}/64", "dev", labs.BRIDGE, "nodad")

    def start(self, *arguments):
        """In no other namespace than this one."""
        self.write_settings()
        with open(self.path("log"), "a", encoding="ascii") as log:
            self.process = subprocess.Popen(
                [self.lab.gossipd, "--config", self.path("gossipd.conf"), "--trace",
                 self.path("trace"), *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log)


class Neighbourhood(labs.Lab):
    """A rack: home, and its neighbours; each reads a file that says how hot it is."""

    def __init__(self, **settings):
        for module in ("veth", "bridge"):
            labs.run("modprobe", module)
        os.makedirs("/run/gossipd", exist_ok=True)
        super().__init__(shutil.which("gossipd"), NEIGHBOURS, first=HOME_NUMBER + 1,
                         Sensors_interval="100ms", **settings)
        self.neighbours = list(self.nodes)
        self.home = Home(self, HOME_NUMBER)
        self.home.configure(Multicast_interface=labs.BRIDGE, Feed_enabled="yes",
                            Http_enabled="yes", **CONTROL)
        self.nodes.insert(0, self.home)
        self.number += 1
        self.write_site()

    def __exit__(self, kind, *rest):
        self.home.kill()
        self.nodes.remove(self.home)
        if kind:
            print("\n".join(f"# home: {line}" for line in
                            self.home.log().strip().split("\n")[-15:]), flush=True)
        super().__exit__(kind, *rest)
        labs.run("ip", "link", "del", labs.BRIDGE)
