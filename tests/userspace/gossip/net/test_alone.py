# SPDX-License-Identifier: GPL-2.0
"""One daemon, and what its machine or whoever sets it up does to it: paths and addresses that are
not there, a full disk, sockets that break, settings that are wrong, and the manual's first steps."""

import http.client
import itertools
import os
import re
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


def changes_without_an_end_hold_nothing_up(_):
    churn = "while :; do echo addr add 10.200.0.1/32 dev lo; echo addr del 10.200.0.1/32 dev lo; " \
            "sleep 0.02; done | ip -batch -"
    with one(Multicast_interface="none", Multicast_group6="none") as lab:
        node = lab.nodes[0]
        began(node)
        with subprocess.Popen(["nsenter", f"--net=/run/netns/{node.name}", "sh", "-c", churn],
                              start_new_session=True) as process:
            try:
                wait_for(lambda: "cannot join multicast group" in node.log(), 8, "no route")
                # What came before it is settled by then.
                time.sleep(1)
                run("ip", "-n", node.name, "route", "add", "239.0.0.0/8", "dev", "eth0")
                wait_for(lambda: "joined multicast group" in node.log(), 8, "the group")
            finally:
                os.killpg(process.pid, signal.SIGKILL)


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


def too_few_descriptors_are_said(_):
    """Whatever is the first that cannot be had, from the loop on."""
    with one() as lab:
        node = lab.nodes[0]
        node.write_settings()
        for limit in range(7, 15):
            done = inside(node, "prlimit", f"--nofile={limit}", lab.gossipd, "--config",
                          node.path("gossipd.conf"))
            assert done.returncode in (1, 6), (limit, done)
            assert "too many open files" in done.stderr.lower(), (limit, done)


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
         changes_without_an_end_hold_nothing_up, sockets_that_are_broken_go_on,
         ipv4_is_not_missed_in_silence, a_full_disk_does_not_stop_it,
         the_check_says_what_the_start_would, a_reload_tells_all, programs_inherit_no_descriptors,
         too_few_descriptors_are_said, the_first_steps_lead_to_a_daemon]
