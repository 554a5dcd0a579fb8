# SPDX-License-Identifier: GPL-2.0
"""One daemon, and what it says of what it lacks: a temperature, a group, the kernel, a sensor that it
had, itself in the site's file, a hook. Whoever runs it sees nothing else of that."""

import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time

from lab import run, wait_for
from test_alone import began, ended, get, inside, one, reloaded


def beside(program, *arguments):
    """A program that was built with the daemon; a Unix socket is the same in all namespaces of networks."""
    path = os.path.join(os.path.dirname(os.path.abspath(sys.argv[1])), program)
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=False, timeout=20)


def a_command_that_fails_is_seen_when_sensors_are_looked_at(_):
    with one() as lab:
        node = lab.nodes[0]
        node.heat(40)

        def look(command):
            node.configure(Sensors_exec=command)
            node.write_settings()
            done = inside(node, lab.gossipd, "--config", node.path("gossipd.conf"), "--sensors")
            assert done.returncode == 0, done
            return done

        said = look("echo temp_c=50")
        assert "exec0" in said.stdout and not said.stderr and "how hot" not in said.stdout, said
        said = look("/usr/none")
        assert "exec0: No such file" in said.stderr and "how hot" not in said.stdout, said
        os.rename(node.path("sensors"), node.path("away"))
        said = look("echo power_w=50")
        assert "no sensor says how hot this node is" in said.stdout, said


def the_second_trouble_is_told_as_the_first(_):
    with one(Http_enabled="yes", Http_listen="none", Feed_enabled="yes") as lab:
        node = lab.nodes[0]
        path = node.path("http.sock")
        broken = node.path("broken")
        node.configure(Http_unix=path, Sensors_command_interval="1s", Sensors_command_timeout="1s",
                       Sensors_exec=f"test ! -e {broken} && echo temp_c=50")
        began(node)
        state = json.loads(beside("maxctl", "-j", "gossip", "status", "--socket", path).stdout)["gossip"]
        assert state["name"] == node.name, state["name"]
        wait_for(lambda: "takes no prices" in node.log(), 3, "that there is no module")
        # Another reason than the one that was told.
        most = resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE, (8, most[1]))
        wait_for(lambda: node.log().count("takes no prices") == 2, 12, "the other reason")
        resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE, most)
        wait_for(lambda: node.log().count("takes no prices") == 3, 12, "the first reason again")
        said = beside("maxctl", "gossip", "status", "--socket", path).stdout
        assert "is not told the price: the kernel has no netlink family" in said, said

        def told():
            return node.log().count("exec0: Input/output error")

        # The same one again, but not for each reading.
        with open(broken, "w", encoding="ascii"):
            pass
        wait_for(told, 4, "that the sensor fails")
        os.unlink(broken)
        wait_for(lambda: "exec0: can be read again" in node.log(), 20, "that it is well")
        before = told()
        with open(broken, "w", encoding="ascii"):
            pass
        wait_for(lambda: told() > before, 4, "that it fails again")
        time.sleep(3)
        assert told() == before + 1, node.log()
        node.stop()
        node.configure(Feed_enabled="no")
        began(node)
        said = beside("maxctl", "gossip", "status", "--socket", path).stdout
        assert "is not told the price: it is turned off in the settings" in said, said


def one_family_is_enough(_):
    with one(Multicast_interface="none", Http_enabled="yes", Http_listen="none") as lab:
        node = lab.nodes[0]
        path = node.path("http.sock")
        node.configure(Http_unix=path)

        def udp_up():
            status = ("maxctl", "-j", "gossip", "status", "--socket", path)
            return json.loads(beside(*status).stdout)["gossip"]["links"][0]["up"]

        off = inside(node, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6")
        assert not off.returncode, off
        run("ip", "-n", node.name, "route", "add", "239.0.0.0/8", "dev", "eth0")
        began(node)
        wait_for(lambda: "cannot join multicast group [ff15" in node.log(), 3, "the one that fails")
        wait_for(lambda: get(path, "/readyz") == 200, 3, "that it is ready")
        assert udp_up() and "in no multicast" not in beside("maxctl", "gossip", "status", "--socket",
                                                            path).stdout
        run("ip", "link", "del", f"v{node.name}")
        wait_for(lambda: get(path, "/readyz") == 503, 8, "that it is not ready any more")
        assert not udp_up()
        assert "in no multicast" in beside("maxctl", "gossip", "status", "--socket", path).stdout
        lost = node.counters().get("no-route", 0)
        wait_for(lambda: node.counters().get("no-route", 0) > lost, 4, "what is lost is counted")


def hear(manager, said):
    """Collect what a manager is told, until its socket is closed."""
    while True:
        try:
            said.append(manager.recv(4096).decode())
        except TimeoutError:
            continue
        except OSError:
            return


def who_knows_no_temperature_says_so(_):
    with one(Http_enabled="yes", Http_listen="none", Sensors_stale="1s") as lab:
        node = lab.nodes[0]
        path = node.path("http.sock")
        node.configure(Http_unix=path)
        notify = node.path("notify")
        said = []
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(notify)
            # As it comes: its queue is short, and who tells a manager that does not listen waits.
            manager.settimeout(0.1)
            listener = threading.Thread(target=hear, args=(manager, said), daemon=True)
            listener.start()
            node.environment = {"NOTIFY_SOCKET": notify}
            began(node)
            os.unlink(node.path("sensors"))
            wait_for(lambda: get(path, "/readyz") == 503, 13, "that it is not ready")
            wait_for(lambda: "no sensor says how hot" in node.log(), 7, "the word")
            # As if there never was one.
            node.stop()
            with open(node.path("sensors"), "w", encoding="ascii") as sensors:
                sensors.write("power_w=100\n")
            began(node)
            at = node.log_start
            assert get(path, "/readyz") == 503
            wait_for(lambda: "no sensor says how hot" in node.log()[at:], 17, "the word")
            node.heat(41)
            wait_for(lambda: "there is a temperature again" in node.log()[at:], 7, "the end of that")
            assert get(path, "/readyz") == 200
            wait_for(lambda: "41.0 of 90.0" in "\n".join(said), 5, "the manager is told")
        listener.join()
        text = "\n".join(said)
        assert "nan" not in text and "inf" not in text and "no reading for 1" in text, text


def a_site_without_the_node_is_told(_):
    with one() as lab:
        node = lab.nodes[0]
        with open(lab.site, encoding="ascii") as good:
            text = good.read()

        def described(site):
            with open(lab.site, "w", encoding="ascii") as out:
                out.write(site)
            return inside(node, lab.gossipd, "--config", node.path("gossipd.conf"), "--check")

        began(node)
        assert "not this node" not in described(text).stdout
        assert "does not have this node" not in node.log(), node.log()
        # Another one of that zone, and this one elsewhere.
        other = text.replace(node.id, node.id[:-1] + "0")
        check = described(other)
        assert check.returncode == 0 and "but not this node" in check.stdout, check
        assert f"does not have this node, {node.id}" in reloaded(node), node.log()
        elsewhere = other.replace('"nodes": [', '"nodes": [{"id": "' + node.id +
                                  '", "name": "me", "zone": 7},').replace(
                                      '"zones": [', '"zones": [{"number": 7},')
        check = described(elsewhere)
        assert check.returncode == 6 and "has this node, me, in zone 7" in check.stdout, check
        said = reloaded(node)
        assert "in zone 7" in said and "stay as they were" in said, said
        node.stop()
        status, said = ended(node)
        assert status == 6 and "in zone 7" in said, (status, said)


def a_hook_that_cannot_be_run_is_told(_):
    with one() as lab:
        node = lab.nodes[0]
        hook = node.path("hook")
        node.configure(Migrate_hook=hook)
        began(node)
        assert f"the hook {hook} cannot be run: No such file" in node.log(), node.log()
        with open(hook, "w", encoding="ascii") as out:
            out.write("#!/bin/sh\n")
        assert f"{hook} cannot be run: Permission denied" in reloaded(node), node.log()
        os.chmod(hook, 0o755)
        assert "cannot be run" not in reloaded(node), node.log()


CASES = [a_command_that_fails_is_seen_when_sensors_are_looked_at,
         the_second_trouble_is_told_as_the_first, one_family_is_enough,
         who_knows_no_temperature_says_so, a_site_without_the_node_is_told,
         a_hook_that_cannot_be_run_is_told]
