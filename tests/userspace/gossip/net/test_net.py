#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Real daemons in network namespaces: what a network, a signal or a person does to them.

Usage: test_net.py GOSSIPD [PATTERN]	KTAP on standard output; SLOW=1 in the environment stalls for 30 s
"""

import http.client
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time

import groups
import lab as labs
import test_alone
import test_faults
import test_installed
import test_maxctl
import test_mdns
import test_told
from lab import QUICK, wait_for

NODES = 5
# In a datagram, Documentation/gossip-wire.md.
NODE_AT = 4
KEY_ID_AT = 36
RECORDS_AT = 44
STALL_S = 30 if os.environ.get("SLOW") else 5


def deaths(lab, since_ns):
    """Who was declared dead by whom."""
    return [(node.name, event.words[0]) for node in lab.nodes for event in node.events(since_ns)
            if event.kind == "member" and event.words[1] == "dead"]


def all_meet(lab):
    lab.wait_converged()


def crisis_reaches_everybody(lab):
    hot, others = lab.nodes[0], lab.nodes[1:]
    began = hot.heat(87)
    try:
        for node in others:
            wait_for(lambda node=node: any(event.about("crisis", hot)
                                           for event in node.events(began)), 2, "crisis heard")
        start = next(event.ns for event in hot.events(began) if event.about("crisis", hot))
        for node in others:
            heard = next(event.ns for event in node.events(began) if event.about("crisis", hot))
            prices = [event for event in node.events() if event.kind == "price"]
            before = [event.external() for event in prices if event.ns < heard][-1]
            after = [event for event in prices if event.ns >= heard]
            assert after and max(event.external() for event in after[:3]) > before, \
                f"{node.name} has not raised its price"
            # Here only that it is not the epidemic's time; the bench has the figures.
            assert heard - start < 200e6, f"{node.name} heard after {(heard - start) / 1e6} ms"
    finally:
        hot.heat(40)
    wait_for(lambda: any(event.about("crisis", hot, on=False)
                         for event in others[0].events(began)), 20, "the end of the crisis")


def bad_settings_change_nothing(lab):
    node = lab.nodes[1]
    at = len(node.log())
    node.write_settings(garbage="[Gossip]\nfanout=many\n[Nonsense]\n")
    node.signal(signal.SIGHUP)
    wait_for(lambda: "settings stay as they were" in node.log()[at:], 3, "the refusal")
    said = node.log()[at:]
    assert "fanout" in said and "Nonsense" in said, f"not all errors are named: {said}"
    os.rename(node.path("zone"), node.path("zone.away"))
    node.write_settings()
    at = len(node.log())
    node.signal(signal.SIGHUP)
    wait_for(lambda: "settings stay as they were" in node.log()[at:], 3, "the refusal")
    os.rename(node.path("zone.away"), node.path("zone"))
    lab.wait_converged()


def good_settings_are_taken(lab):
    node = lab.nodes[1]
    at = len(node.log())
    node.configure(Gossip_interval_cool="333ms", Multicast_port="7999")
    node.write_settings()
    node.signal(signal.SIGHUP)
    wait_for(lambda: "are in force" in node.log()[at:], 3, "the reload")
    said = node.log()[at:]
    assert re.search(r"Gossip\.interval_cool has changed$", said, re.M), said
    assert re.search(r"Multicast\.port has changed, but .* restart", said), said
    wait_for(lambda: "interval 333 ms" in node.dump(), 3, "another interval")
    node.configure(Gossip_interval_cool="200ms", Multicast_port="7461")
    node.write_settings()
    node.signal(signal.SIGHUP)
    lab.wait_converged()


def keys_are_rotated_live(lab):
    def everybody():
        for node in lab.nodes:
            at = len(node.log())
            node.use_zone_keys(lab.zone_keys)
            node.signal(signal.SIGHUP)
            wait_for(lambda node=node, at=at: "are in force" in node.log()[at:], 3, "the reload")

    def key_ids():
        return {datagram[KEY_ID_AT] for datagram in labs.capture(lab.nodes[0], 1.5)}

    before = {node.name: node.counters() for node in lab.nodes}
    began = labs.now_ns()
    old = key_ids()
    lab.key("genzonekey", lab.zone_keys)
    everybody()
    lab.key("rotate", lab.zone_keys)
    everybody()
    new = key_ids()
    lab.key("forget", lab.zone_keys)
    everybody()
    assert len(old) == 1 and len(new) == 1 and old != new, f"keys {old}, then {new}"
    lab.wait_converged()
    for node in lab.nodes:
        for name in ("drop_key", "drop_mac"):
            lost = node.counters().get(name, 0) - before[node.name].get(name, 0)
            assert not lost, f"{node.name} lost {lost} datagrams: {name}"
    assert not deaths(lab, began), deaths(lab, began)


def strangers_are_not_heard(lab):
    victim, stranger = lab.nodes[1], lab.nodes[2]
    heard = labs.capture(victim, 2.5)
    assert len(heard) > 3, f"only {len(heard)} datagrams in 2.5 s"
    heard = heard[:50]
    before, states = victim.counters(), victim.states()

    def bent(datagram, at):
        return datagram[:at] + bytes([datagram[at] ^ 1]) + datagram[at + 1:]

    forged = [bent(datagram, RECORDS_AT + 9) for datagram in heard]
    # The name of the sender is in the clear, but the seal is over it as well.
    renamed = [bent(datagram, NODE_AT) for datagram in heard]
    noise = [os.urandom(200) for _ in range(20)] + [b"", b"M", b"M\x01" + bytes(42)]
    labs.send_from(stranger, heard + forged + renamed + noise + [bytes(1400)],
                   (victim.address4, labs.PORT))
    time.sleep(0.3)
    grown = {name: value - before.get(name, 0) for name, value in victim.counters().items()}
    assert grown.get("drop_replay", 0) >= len(heard), f"{len(heard)} replayed: {grown}"
    assert grown.get("drop_mac", 0) >= 2 * len(heard), f"{2 * len(heard)} forged: {grown}"
    assert grown.get("drop_decode", 0) >= 20, f"noise: {grown}"
    assert grown.get("too-long", 0) == 1, f"one too long: {grown}"
    assert victim.states() == states, "it changed its mind about somebody"


def sigterm_says_goodbye(lab):
    leaver, others = lab.nodes[4], lab.nodes[:4]
    began = labs.now_ns()
    status, seconds = leaver.stop()
    assert status == 0 and seconds < 1, f"status {status} after {seconds:.2f} s"
    for node in others:
        wait_for(lambda node=node: node.states().get(leaver.name) == "left", 3,
                 f"{node.name} knows that it left")
    assert not deaths(lab, began), deaths(lab, began)
    leaver.start()
    leaver.wait_running()
    lab.wait_converged()


def who_is_killed_is_missed_and_comes_back(lab):
    victim, others = lab.nodes[3], lab.nodes[:3]
    first = int(re.search(r"self \S+ incarnation (\d+)", victim.dump())[1])
    began = labs.now_ns()
    victim.kill()
    for node in others:
        wait_for(lambda node=node: any(event.about("silent", victim)
                                       for event in node.events(began)), 10, "silence is noticed")
        wait_for(lambda node=node: node.states().get(victim.name) == "dead", 15, "a verdict")
    silent = next(event.ns for event in others[0].events(began) if event.about("silent", victim))
    dead = next(event.ns for event in others[0].events(began)
                if event.kind == "member" and event.words[1] == "dead")
    assert silent < dead, "the verdict came before the silence"
    victim.start()
    victim.wait_running()
    lab.wait_converged()
    second = int(re.search(r"self \S+ incarnation (\d+)", victim.dump())[1])
    assert second > first, f"incarnation {second} after {first}"


def who_stood_still_accuses_nobody(lab):
    sleeper, others = lab.nodes[2], lab.nodes[:2]
    began = labs.now_ns()
    sleeper.signal(signal.SIGSTOP)
    time.sleep(STALL_S)
    woke = labs.now_ns()
    sleeper.signal(signal.SIGCONT)
    lab.wait_converged()
    accused = {event.words[0] for node in lab.nodes for event in node.events(began)
               if event.kind == "member" and event.words[1] == "dead"}
    assert accused <= {sleeper.id}, f"dead by its verdict: {accused - {sleeper.id}}"
    assert any(event.kind == "stall" for event in sleeper.events(woke)), "it has not noticed"
    assert any(event.about("silent", sleeper) for event in others[0].events(began)), \
        "nobody has noticed"


def halves_find_each_other(lab):
    apart, rest = lab.nodes[3:], lab.nodes[:3]
    began = labs.now_ns()
    for node in apart:
        node.cable(False)
    for node in rest:
        wait_for(lambda node=node: any(event.kind == "partition" and event.words[2] == "1"
                                       for event in node.events(began)), 15, "the partition")
    assert max(event.external() for event in rest[0].events(began) if event.kind == "price") > 1, \
        "the price does not know of it"
    for node in apart:
        node.cable(True)
    lab.wait_converged(timeout_s=40)


def another_interface_of_the_same_name(lab):
    node = lab.nodes[4]
    at = len(node.log())
    labs.run("ip", "link", "del", f"v{node.name}")
    wait_for(lambda: "cannot join multicast group" in node.log()[at:], 10, "the loss")
    node.make_link()
    wait_for(lambda: node.log()[at:].count("joined multicast group") == 2, 10, "both groups")
    lab.wait_converged(timeout_s=40)
    group = [datagram for datagram in labs.capture(node, 2.5)]
    assert group, "it hears nothing"


def loss_kills_nobody(lab):
    began = labs.now_ns()
    if not lab.lose(30):
        return "the kernel has no nftables with numgen"
    try:
        time.sleep(8)
        crisis_reaches_everybody(lab)
    finally:
        lab.lose(0)
    lab.wait_converged()
    return deaths(lab, began) and f"FAIL {deaths(lab, began)}"


def torn_state_is_survived(lab):
    node = lab.nodes[4]
    node.kill()
    with open(node.path("state/incarnation"), "w", encoding="ascii") as out:
        out.write("17")
    at = len(node.log())
    node.start()
    node.wait_running()
    assert "makes no sense" in node.log()[at:], node.log()[at:]
    lab.wait_converged()


def the_service_manager_is_told(lab):
    node = lab.nodes[4]
    path = node.path("notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(3)
        node.stop()
        os.environ["NOTIFY_SOCKET"] = path
        os.environ["WATCHDOG_USEC"] = "200000"
        try:
            node.start()
        finally:
            del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]
        said = []
        begin = time.monotonic()
        while time.monotonic() < begin + 6:
            said.append(manager.recv(4096).decode())
            # One before it is ready, one with time.
            if sum(text.startswith("STATUS") for text in said) == 2:
                break
        node.stop()
        manager.settimeout(0.2)
        try:
            while True:
                said.append(manager.recv(4096).decode())
        except TimeoutError:
            pass
    assert said.count("READY=1") == 1, said
    assert said.count("WATCHDOG=1") > 15, said
    status = [text for text in said if re.match(r"STATUS=\d+ nodes live", text)]
    assert len(status) == 2 and said.index(status[0]) < said.index("READY=1"), said
    assert said[-1] == "STOPPING=1" or "STOPPING=1" in said[-3:], said
    node.start()
    node.wait_running()
    lab.wait_converged()


def without_the_module_it_says_so_once(lab):
    node = lab.nodes[4]
    node.stop()
    node.configure(Feed_enabled="yes")
    node.start()
    node.wait_running()
    at = node.log_start
    wait_for(lambda: "takes no prices" in node.log()[at:], 3, "the word")
    time.sleep(1.5)
    assert node.log()[at:].count("takes no prices") == 1, node.log()[at:]
    node.configure(Feed_enabled="no")
    node.stop()
    node.start()
    node.wait_running()
    lab.wait_converged()


def set_hook(node, name, commands, **settings):
    """From now on it runs these commands, of a shell."""
    hook = node.path(name)
    with open(hook, "w", encoding="ascii") as out:
        out.write(f"#!/bin/sh\n{commands}\n")
    os.chmod(hook, stat.S_IRWXU)
    node.configure(Migrate_hook=hook, **settings)
    node.write_settings()
    node.signal(signal.SIGHUP)


def the_hook_is_told_where_to(lab):
    """One that ends has all the time there is to do so, one that hangs is another."""
    node = lab.nodes[0]
    told = node.path("hook.out")
    set_hook(node, "hook", f"{{ echo \"$@\"; env; }} > {told}.new && mv {told}.new {told}",
             Migrate_interval="100ms")
    node.heat(84)
    try:
        wait_for(lambda: os.path.exists(told), 60, "the hook")
        at = len(node.log())
        set_hook(node, "hanging", "sleep 600", Migrate_timeout="500ms")
        wait_for(lambda: "took too long" in node.log()[at:], 60, "the end of the hook")
    finally:
        node.heat(40)
    with open(told, encoding="ascii") as out:
        said = out.read()
    words = said.split("\n", 1)[0].split()
    assert words[0] == "migrate" and words[1] in {other.id for other in lab.nodes[1:]}, said
    assert float(words[2]) >= 1.5, said
    assert f"GOSSIPD_NODE={words[1]}" in said and "GOSSIPD_ADDRESS=10.77." in said, said
    assert re.search(r"dump: hook runs [1-9]\d* skipped \d+ failures [1-9]", node.dump())
    node.configure(Migrate_hook="none")
    node.write_settings()
    node.signal(signal.SIGHUP)


def http_shows_the_state(lab):
    node = lab.nodes[4]
    path = node.path("http.sock")

    def get(what):
        client = http.client.HTTPConnection("localhost", timeout=3)
        client.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.sock.settimeout(3)
        client.sock.connect(path)
        client.request("GET", what)
        answer = client.getresponse()
        text = answer.read().decode()
        client.close()
        return answer.status, text

    node.stop()
    node.configure(Http_enabled="yes", Http_unix=path, Http_listen="none")
    node.start()
    node.wait_running()
    lab.wait_converged()
    assert get("/healthz")[0] == 200, get("/healthz")
    wait_for(lambda: get("/readyz")[0] == 200, 3, "ready")
    status, text = get("/thermal/neighbors")
    assert status == 200 and all(other.id in text for other in lab.nodes[:4]), text
    status, text = get("/metrics")
    assert status == 200 and re.search(r'^gossipd_members\{state="alive"\} [45]$', text, re.M), text
    assert get("/thermal/state")[0] == 200 and get("/nonsense")[0] == 404
    assert re.search(r'^gossipd_up\{source="file"\} 1$', text, re.M), text
    assert re.search(r'^gossipd_key_id_info\{slot="current",key_id="\d+"\} 1$', text, re.M), text

    def count(name):
        return int(re.search(rf"^gossipd_{name}_seconds_count (\d+)$", get("/metrics")[1], re.M)[1])

    wait_for(lambda: count("probe_rtt"), 5, "a round trip")
    crises = count("crisis_latency")
    began = lab.nodes[0].heat(87)
    try:
        wait_for(lambda: any(event.about("crisis", lab.nodes[0]) for event in node.events(began)),
                 3, "the crisis")
        wait_for(lambda: count("crisis_latency") == crises + 1, 3, "a crisis is timed")
    finally:
        lab.nodes[0].heat(40)
    print(f"# resident with HTTP: {node.memory_kib()[0]} KiB")
    node.configure(Http_enabled="no")
    status, seconds = node.stop()
    assert status == 0 and seconds < 1, f"status {status} after {seconds:.2f} s"
    node.start()
    node.wait_running()
    lab.wait_converged()


def what_is_wrong_ends_with_its_status(lab):
    node = lab.nodes[0]

    def status(*arguments):
        return subprocess.run(["nsenter", f"--net=/run/netns/{node.name}", lab.gossipd,
                               *arguments], capture_output=True, text=True, timeout=5,
                              check=False)

    assert status("--nonsense").returncode == 2
    assert status("--lose-permille", "1001").returncode == 2
    assert status("--config", node.path("none"), "--check").returncode == 6
    assert status("--config", node.path("none")).returncode == 6
    assert status("--config", node.path("gossipd.conf"), "--check").returncode == 0
    busy = status("--config", node.path("gossipd.conf"))
    assert busy.returncode == 1 and "another gossipd" in busy.stderr, busy
    with open(node.path("gossipd.conf"), encoding="ascii") as settings:
        text = settings.read().replace(node.path("state"), node.path("state2"))
    with open(node.path("second.conf"), "w", encoding="ascii") as out:
        out.write(text)
    busy = status("--config", node.path("second.conf"))
    assert busy.returncode == 1 and "cannot listen on" in busy.stderr, busy


def static_peers_and_ipv6_alone_do(_):
    settings = QUICK | {"Multicast_enabled": "no", "Peers_address": "[fd00:77::b]:7460",
                        "Node_site_file": "none", "Node_listen": "[::]:7460"}
    with labs.Lab(sys.argv[1], 3, first=11, **settings) as lab:
        lab.start()
        assert "fd00:77::" in lab.nodes[1].dump(), lab.nodes[1].dump()
        began = lab.nodes[0].heat(87)
        for node in lab.nodes[1:]:
            wait_for(lambda node=node: any(event.about("crisis", lab.nodes[0])
                                           for event in node.events(began)), 2, "crisis heard")


# That run side by side, see groups.py.
GROUPS = [
    [all_meet, crisis_reaches_everybody, bad_settings_change_nothing, good_settings_are_taken,
     keys_are_rotated_live, strangers_are_not_heard, sigterm_says_goodbye,
     who_is_killed_is_missed_and_comes_back, who_stood_still_accuses_nobody,
     halves_find_each_other, another_interface_of_the_same_name, loss_kills_nobody,
     torn_state_is_survived, the_service_manager_is_told, without_the_module_it_says_so_once,
     the_hook_is_told_where_to, http_shows_the_state, what_is_wrong_ends_with_its_status,
     static_peers_and_ipv6_alone_do],
    [*test_alone.CASES, *test_faults.CASES, *test_installed.CASES, *test_maxctl.CASES],
    [*test_mdns.CASES, *test_told.CASES],
]


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    pattern = sys.argv[2] if len(sys.argv) > 2 else ""
    chosen = [[case for case in cases if re.search(pattern, case.__name__)] for cases in GROUPS]
    return groups.run(chosen, lambda: labs.Lab(sys.argv[1], NODES, **QUICK))


if __name__ == "__main__":
    sys.exit(main())
