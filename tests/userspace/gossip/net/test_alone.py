# SPDX-License-Identifier: GPL-2.0
"""One daemon, and what its machine or whoever sets it up does to it: paths and addresses that are
not there, a full disk, sockets that break, settings that are wrong, and the manual's first steps."""

import http.client
import itertools
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

import lab as labs
from lab import run, wait_for

# The kernel takes its time to forget a cable: each has a number of its own.
NUMBERS = itertools.count(31)
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "../../../..")
# For documentation (RFC 5737), so nobody has it.
LATE = "192.0.2.7"


def one(**settings):
    """A node of its own."""
    return labs.Lab(sys.argv[1], 1, first=next(NUMBERS), **settings)


def began(node, *arguments):
    """Started, and running."""
    node.start(*arguments)
    node.wait_running()
    return node


def ended(node):
    """Started, and ended by itself; its status and what it said."""
    at = os.path.exists(node.path("log")) and len(node.log())
    node.start()
    try:
        status = node.process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        node.kill()
        raise
    return status, node.log()[at:]


def inside(node, *command, **more):
    """A command in the namespace of a node."""
    return subprocess.run(["nsenter", f"--net=/run/netns/{node.name}", *command],
                          capture_output=True, text=True, check=False, timeout=20, **more)


def beside(program, *arguments):
    """A program that was built with the daemon; a Unix socket is the same in all namespaces of networks."""
    path = os.path.join(os.path.dirname(os.path.abspath(sys.argv[1])), program)
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=False, timeout=20)


def reloaded(node):
    """What it said of its settings when it read them again."""
    at = len(node.log())
    node.signal(signal.SIGHUP)
    wait_for(lambda: re.search("are in force|stay as they were", node.log()[at:]), 5, "the reload")
    return node.log()[at:]


def get(path, what):
    """Status of a page, by the Unix socket."""
    client = http.client.HTTPConnection("localhost", timeout=5)
    client.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.sock.settimeout(5)
    client.sock.connect(path)
    client.request("GET", what)
    status = client.getresponse().status
    client.close()
    return status


def http_that_cannot_be_had_ends_the_start(_):
    with one(Http_enabled="yes", Http_listen="none") as lab:
        node = lab.nodes[0]
        node.configure(Http_unix=node.path("none/http.sock"))
        status, said = ended(node)
        assert status == 6 and f"{node.path('none/http.sock')}: No such file" in said, said
        node.configure(Http_unix="none", Http_listen="[::1]:7462")
        run("ip", "-n", node.name, "addr", "del", "::1/128", "dev", "lo")
        status, said = ended(node)
        assert status == 6 and "[::1]:7462: Cannot assign" in said, said


def http_on_an_address_that_comes_later(_):
    with one(Http_enabled="yes", Http_unix="none", Http_remote="yes",
             Http_listen=f"{LATE}:7462", Http_stream_interval="100ms") as lab:
        node = began(lab.nodes[0])
        assert f"{LATE}:7462 yet, will try again" in node.log(), node.log()
        run("ip", "-n", node.name, "addr", "add", f"{LATE}/32", "dev", "lo")
        wait_for(lambda: f"serves HTTP on {LATE}:7462" in node.log(), 10, "it serves")
        code = ("import urllib.request\n"
                f"print(urllib.request.urlopen('http://{LATE}:7462/healthz', timeout=5).status)")
        answer = inside(node, sys.executable, "-c", code)
        assert answer.stdout == "200\n", answer
        assert node.stop()[0] == 0


def a_second_daemon_leaves_the_first_its_socket(_):
    with one(Http_enabled="yes", Http_listen="none") as lab:
        node = lab.nodes[0]
        path = node.path("http.sock")
        node.configure(Http_unix=path)
        began(node)
        with open(node.path("gossipd.conf"), encoding="ascii") as settings:
            text = settings.read().replace(node.path("state"), node.path("state2"))
        with open(node.path("second.conf"), "w", encoding="ascii") as out:
            out.write(text + "[Node]\nlisten=127.0.0.1:7999\n[Multicast]\nenabled=no\n")
        second = inside(node, lab.gossipd, "--config", node.path("second.conf"))
        assert second.returncode == 1 and f"{path}: Address already in use" in second.stderr, second
        assert get(path, "/healthz") == 200
        # What has been read again has nothing to do with what is taken away at the end.
        node.configure(Gossip_fanout="4")
        node.write_settings()
        reloaded(node)
        assert node.stop()[0] == 0 and not os.path.exists(path), "the socket is left"


def what_is_lost_of_interfaces_is_looked_for(_):
    with one(Multicast_interface="none", Multicast_group6="none") as lab:
        node = lab.nodes[0]

        def route():
            run("ip", "-n", node.name, "route", "add", "239.0.0.0/8", "dev", "eth0")

        route()
        began(node)
        wait_for(lambda: "joined multicast group" in node.log(), 5, "the group")
        node.signal(signal.SIGSTOP)
        lines = "".join(f"addr {what} 10.200.{i >> 8}.{i & 255}/32 dev lo\n"
                        for i in range(2000) for what in ("add", "del"))
        inside(node, "ip", "-batch", "-", input=lines)
        node.signal(signal.SIGCONT)
        time.sleep(0.5)
        at = len(node.log())
        run("ip", "link", "del", f"v{node.name}")
        wait_for(lambda: "cannot join multicast group" in node.log()[at:], 8, "the loss")
        node.make_link()
        route()
        wait_for(lambda: "joined multicast group" in node.log()[at:], 8, "the group again")


def sockets_that_are_broken_go_on(_):
    if not shutil.which("ss"):
        return "there is no ss"
    with labs.Lab(sys.argv[1], 2, first=next(NUMBERS) + 100, Gossip_interval_cool="200ms") as lab:
        lab.start()
        node = lab.nodes[0]
        for port in (labs.PORT, labs.GROUP_PORT):
            inside(node, "ss", "-K", "-u", "-a", "sport", "=", f":{port}")
        try:
            wait_for(lambda: "a socket had an error" in node.log(), 2, "the error")
        except AssertionError:
            return "the kernel cannot destroy sockets"
        before = node.counters()["received"]
        wait_for(lambda: node.counters()["received"] > before + 5, 8, "datagrams")
    return None


def ipv4_is_not_missed_in_silence(_):
    with one() as lab:
        node = lab.nodes[0]
        code = ("import socket, sys\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                "s.bind(('0.0.0.0', 7460))\nprint('bound', flush=True)\nsys.stdin.read()")
        with subprocess.Popen(["nsenter", f"--net=/run/netns/{node.name}", sys.executable, "-c",
                               code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            holder.stdout.readline()
            status, said = ended(node)
            holder.stdin.close()
        assert status == 1 and "cannot listen on" in said and "in use" in said, (status, said)
        for listen in ("[::]:7460\nlisten=0.0.0.0:7460", "0.0.0.0:7460\nlisten=[::]:7460"):
            node.configure(Node_listen=listen)
            assert began(node).stop()[0] == 0, node.log()


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


def who_knows_no_temperature_says_so(_):
    with one(Http_enabled="yes", Http_listen="none", Sensors_stale="1s") as lab:
        node = lab.nodes[0]
        path = node.path("http.sock")
        node.configure(Http_unix=path)
        notify = node.path("notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(notify)
            manager.settimeout(0.01)
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
            said = ""
            try:
                while True:
                    said += manager.recv(4096).decode() + "\n"
            except TimeoutError:
                pass
        assert "nan" not in said and "no reading for 1" in said and "41.0 of 90.0" in said, said


def a_full_disk_does_not_stop_it(_):
    with one() as lab:
        node = lab.nodes[0]
        os.makedirs(node.path("state"))
        run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", node.path("state"))
        try:
            with open(node.path("state/logs"), "wb", buffering=0) as logs:
                try:
                    while True:
                        logs.write(bytes(4096))
                except OSError:
                    pass
            assert began(node).stop()[0] == 0
            assert "goes on with what was kept and the time: No space" in node.log(), node.log()
            os.unlink(node.path("state/logs"))
            assert began(node).stop()[0] == 0
            with open(node.path("state/incarnation"), encoding="ascii") as kept:
                number = int(kept.read().split()[0])
            run("mount", "-o", "remount,ro", node.path("state"))
            began(node)
            assert "the time: Read-only file system" in node.log(), node.log()
            assert int(re.findall(r"incarnation (\d+)$", node.log(), re.M)[-1]) > number
            # Still one at a time.
            second = inside(node, lab.gossipd, "--config", node.path("gossipd.conf"))
            assert second.returncode == 1 and "another gossipd" in second.stderr, second
            assert node.stop()[0] == 0
        finally:
            node.kill()
            run("umount", node.path("state"))


def the_check_says_what_the_start_would(_):
    with one() as lab:
        node = lab.nodes[0]

        def both(word):
            status, said = ended(node)
            check = inside(node, lab.gossipd, "--config", node.path("gossipd.conf"), "--check")
            assert check.returncode == 6 and word in check.stdout, check
            assert "good" not in check.stdout, check
            assert status == 6 and word in said, (status, said)

        os.chmod(node.path("identity"), 0o644)
        both("others may read it")
        os.chmod(node.path("identity"), 0o600)
        os.rename(node.path("zone"), node.path("away"))
        both("zone: No such file")
        os.rename(node.path("away"), node.path("zone"))
        began(node)
        check = inside(node, lab.gossipd, "--config", node.path("gossipd.conf"), "--check")
        assert check.returncode == 0 and ": good" in check.stdout, check
        with open("/dev/full", "w", encoding="ascii") as full:
            for what in ("--example-config", "--help"):
                assert subprocess.run([lab.gossipd, what], stdout=full, stderr=subprocess.DEVNULL,
                                      check=False).returncode == 1, what


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


def a_reload_tells_all(_):
    with one(Log_burst="3") as lab:
        node = lab.nodes[0]
        node.configure(Node_name="first")
        began(node)
        node.write_settings(garbage="[Gossip]\n" + "".join(f"none{i}=3\n" for i in range(20)))
        assert reloaded(node).count("no such key") == 20, node.log()
        node.configure(Gossip_fanout="4", Gossip_ttl="4", Gossip_probe_interval="1100ms",
                       Gossip_probe_timeout="400ms", Gossip_indirect="4", Gossip_confirmations="4")
        node.write_settings()
        assert reloaded(node).count("has changed") == 6, node.log()
        # What waits for a restart goes on to wait; what is in force again is no change.
        node.configure(Node_name="second")
        node.write_settings()
        for _ in range(2):
            assert "Node.name has changed, but takes effect only after" in reloaded(node), node.log()
        node.configure(Node_name="first")
        node.write_settings()
        assert "no setting has changed" in reloaded(node), node.log()
        # Refused by the core: nothing has changed.
        node.configure(Node_expected="2000", Node_members_max="3000")
        node.write_settings()
        said = reloaded(node)
        assert "stay as they were" in said and "has changed" not in said, said
        node.configure(Node_expected="0", Node_members_max="1024")
        node.write_settings()
        assert "no setting has changed" in reloaded(node), node.log()


def programs_inherit_no_descriptors(_):
    with one(Http_enabled="yes", Http_listen="127.0.0.1:7462") as lab:
        node = lab.nodes[0]
        node.configure(Http_unix=node.path("http.sock"))
        began(node)
        assert get(node.path("http.sock"), "/healthz") == 200
        proc = f"/proc/{node.process.pid}"
        seen = 0
        for name in os.listdir(f"{proc}/fd"):
            try:
                what = os.readlink(f"{proc}/fd/{name}")
                with open(f"{proc}/fdinfo/{name}", encoding="ascii") as info:
                    flags = int(re.search(r"flags:\s+(\d+)", info.read())[1], 8)
            except FileNotFoundError:
                # That of the one who asked is closed about now.
                continue
            seen += 1
            assert int(name) < 3 or flags & os.O_CLOEXEC, what
        assert seen > 10, seen


def first_steps():
    """What README.md and gossipd.8 say that one should do as root, up to the service manager."""
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as text:
        readme = re.search(r"sudo make install-gossipd\n(.*?)\n\n", text.read(), re.S)[1]
    readme = [line.strip() for line in readme.split("\n") if "sudo -s" not in line]
    with open(os.path.join(TOP, "gossipd/man/gossipd.8"), encoding="utf-8") as text:
        manual = re.search(r"^\.SH EXAMPLES.*?^\.EX\n(.*?)^\.EE", text.read(), re.S | re.M)[1]
    manual = [line.removeprefix("# ").replace("\\-", "-") for line in manual.strip().split("\n")]
    return readme, manual


def the_first_steps_lead_to_a_daemon(_):
    readme, manual = first_steps()
    steps = [line for line in manual if not line.startswith("systemctl")]
    assert readme == manual, (readme, manual)
    assert len(steps) >= 5, steps
    script = "\n".join([
        "set -e", "umask 022",
        *(f"mount -t tmpfs tmpfs {place}" for place in ("/etc", "/run", "/var/lib")),
        "echo 0123456789abcdef0123456789abcdef > /etc/machine-id",
        # As the unit has it made.
        "mkdir /run/gossipd", *steps, "status=0",
        "timeout 2 gossipd || status=$?", "[ $status = 124 ]"])
    path = os.path.dirname(os.path.abspath(sys.argv[1]))
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True,
                          check=False, env=os.environ | {"PATH": f"{path}:{os.environ['PATH']}"})
    assert ": good" in done.stdout and " runs, incarnation " in done.stderr, done
    assert done.returncode == 0, done


CASES = [http_that_cannot_be_had_ends_the_start, http_on_an_address_that_comes_later,
         a_second_daemon_leaves_the_first_its_socket, what_is_lost_of_interfaces_is_looked_for,
         sockets_that_are_broken_go_on, ipv4_is_not_missed_in_silence,
         a_command_that_fails_is_seen_when_sensors_are_looked_at,
         the_second_trouble_is_told_as_the_first, one_family_is_enough,
         who_knows_no_temperature_says_so, a_full_disk_does_not_stop_it,
         the_check_says_what_the_start_would, a_site_without_the_node_is_told,
         a_hook_that_cannot_be_run_is_told, a_reload_tells_all, programs_inherit_no_descriptors,
         the_first_steps_lead_to_a_daemon]
