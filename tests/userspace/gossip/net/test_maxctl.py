# SPDX-License-Identifier: GPL-2.0
"""maxctl gossip, against a daemon, against none, and against who only says that it is one."""

import json
import os
import socket
import subprocess
import sys
import threading
import time

import lab as labs

OK, USAGE, REFUSED, INACTIVE, TIMEOUT = 0, 1, 2, 3, 124
DOCUMENTS = ("status", "peers", "zone")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"


def maxctl(node, *arguments):
    """What it says; whatever the other side does it ends within its time, and not by a signal."""
    program = os.path.join(os.path.dirname(os.path.abspath(sys.argv[1])), "maxctl")
    done = subprocess.run(["nsenter", f"--net=/run/netns/{node.name}", program, *arguments],
                          capture_output=True, timeout=8, check=False)
    assert done.returncode >= 0, f"{arguments}: signal {-done.returncode}"
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode()


def ask(node, path, what="status", *options):
    """One of the commands about gossipd."""
    return maxctl(node, *options, "gossip", what, "--socket", path)


def restart(node, **settings):
    """With other settings."""
    node.stop()
    node.configure(**settings)
    node.start()
    node.wait_running()


def shows_what_gossipd_knows(lab):
    node = lab.nodes[4]
    path = node.path("http.sock")
    restart(node, Http_enabled="yes", Http_unix=path, Http_listen="none")
    lab.wait_converged()
    begin = time.monotonic()
    status, text, _ = ask(node, path)
    assert status == OK and time.monotonic() - begin < 2, f"{status} {time.monotonic() - begin} s"
    assert text.startswith("gossipd ") and "  n5  zone 0" in text, text
    assert "at 40.0 °C" in text and "limit 90.0 °C" in text and "at 100.0 W" in text, text
    status, text, _ = ask(node, path, "peers")
    rows = {line.split()[0]: line.split()[1] for line in text.splitlines()[1:]}
    assert status == OK and rows.items() >= {f"n{n}": "alive" for n in range(1, 5)}.items(), text
    status, text, _ = ask(node, path, "zone")
    assert status == OK and text.splitlines()[1].split()[:3] == ["0", "5", "5"], text
    for what, key in zip(DOCUMENTS, ("measured", "neighbors", "zones")):
        status, text, _ = ask(node, path, what, "-j")
        assert status == OK and key in json.loads(text)["gossip"], text
    restart(node, Http_enabled="no")
    lab.wait_converged()


def says_so_without_gossipd(lab):
    node = lab.nodes[0]
    gone = node.path("gone.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
        left.bind(gone)
    for path in (node.path("none.sock"), gone, node.path("sensors")):
        for what in DOCUMENTS:
            status, text, error = ask(node, path, what)
            assert status == INACTIVE and not text, f"{path}: {status} {text}"
            assert "gossipd does not run here" in error and error.count("\n") == 1, error
        status, text, error = ask(node, path, "status", "-j")
        assert status == INACTIVE, f"{status} {text} {error}"
    status, _, error = ask(node, "/" + "x" * 200)
    assert status == USAGE and "longer than" in error, error
    assert ask(node, gone, "nonsense")[0] == USAGE
    assert maxctl(node, "gossip", "status", "--socket", gone, "more")[0] == USAGE


class Impostor:
    """Somebody else at the socket."""

    def __init__(self, path, *pieces, wait_s=0.0, silent=False):
        self.pieces = pieces
        self.wait_s = wait_s
        self.silent = silent
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if os.path.exists(path):
            os.unlink(path)
        self.listener.bind(path)
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def serve(self):
        """The same to each."""
        try:
            while True:
                client = self.listener.accept()[0]
                with client:
                    client.recv(4096)
                    for piece in self.pieces:
                        client.sendall(piece)
                        time.sleep(self.wait_s)
                    while self.silent and client.recv(1):
                        pass
        except OSError:
            pass


def is_not_led_astray(lab):
    node = lab.nodes[0]
    path = node.path("impostor.sock")
    evil = json.dumps({"schema": 1, "name": "\033[2Jx\r\n\u202e", "version": "\007" * 300,
                       "uptime_s": 1e308, "price": {"causes": {"\033]0;x\007": 1}},
                       "neighbors": [{"name": "\033[2J", "state": "\b\b"}], "zones": [{"zone": 1e300}]})
    odd = [json.dumps({"schema": 1, "measured": [], "price": 3, "neighbors": {"a": 1}, "zones": "z"}),
           json.dumps({"schema": 1, "neighbors": [None, [], 1], "zones": [None, [], 1]}),
           json.dumps({"schema": 1})]
    refused = {
        "no HTTP": [b"220 mail\r\n\r\n"], "nothing": [b""],
        "no body": [b"HTTP/1.1 200 OK\r\n"],
        "status": [b"HTTP/1.1 500 Oops\r\n\r\n{}"],
        "cut short": [HEAD + b'{"schema": 1, "measured": {"temp'],
        "no JSON": [HEAD + b"<html>"], "zeros": [HEAD + bytes(1000)],
        "no schema": [HEAD + b"{}"], "other schema": [HEAD + b'{"schema": 2}'],
        "a list": [HEAD + b"[1]"], "deep": [HEAD + b"[" * 100000],
        "twice": [HEAD + b'{"schema": 1, "schema": 1}'],
        "huge": [HEAD, b'{"schema": 1, "x": "', *[b"x" * 1000000] * 40],
    }
    for name, pieces in refused.items():
        with Impostor(path, *pieces):
            status, text, error = ask(node, path, DOCUMENTS[len(name) % 3])
            assert status == REFUSED and not text and error, f"{name}: {status} {text} {error}"
    for document in [evil, *odd]:
        for what in DOCUMENTS:
            with Impostor(path, HEAD + document.encode()):
                status, text, error = ask(node, path, what)
            assert status == OK, f"{what} of {document}: {status} {error}"
            assert all(c in "\n°" or " " <= c <= "~" for c in text), f"{what}: {text!r}"
    begin = time.monotonic()
    with Impostor(path, silent=True):
        status, _, error = ask(node, path)
    assert status == TIMEOUT and "does not answer" in error, f"{status} {error}"
    # Neither does it wait for who says a little now and then.
    with Impostor(path, *[b" "] * 100, wait_s=0.5):
        status, _, error = ask(node, path)
    assert status == TIMEOUT, f"{status} {error}"
    assert time.monotonic() - begin < 14, f"{time.monotonic() - begin:.1f} s"


def case(step):
    """By a name that says whose case it is."""
    def run(lab):
        step(lab)

    run.__name__ = f"maxctl_{step.__name__}"
    return run


CASES = [case(step) for step in (shows_what_gossipd_knows, says_so_without_gossipd,
                                 is_not_led_astray)]
