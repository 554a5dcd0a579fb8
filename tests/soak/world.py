# SPDX-License-Identifier: GPL-2.0
"""What the soak test acts on: the module, the class, the load, and this process among them."""

import collections
import contextlib
import json
import mmap
import os
import pathlib
import random
import struct
import subprocess
import time

MODULE = "/maxwell/sched_maxwell.ko"
PARAMS = pathlib.Path("/sys/kernel/maxwell")
STATE = pathlib.Path("/sys/kernel/sched_ext/state")
HOTPLUG_SEQ = pathlib.Path("/sys/kernel/sched_ext/hotplug_seq")
CPUS = pathlib.Path("/sys/devices/system/cpu")
CGROUPS = pathlib.Path("/sys/fs/cgroup")
PATIENCE = int(os.environ.get("MAXWELL_PATIENCE") or 1)
# Above every price that the actions make, so that who acts is not parked himself.
OWN_BID = 50_000_000
# In what the load shares with us.
STOP, EPOCH, BEGIN_NS, END_NS = 0, 4, 8, 16
# In its first line, of a worker.
CPU_MOVABLE = -1


class Failure(Exception):
    """An invariant does not hold, or something was refused; the text says what."""


def run(*words, ok=(0,), seconds=60):
    """A command; its output. Anything but the expected status is a failure."""
    words = [str(word) for word in words]
    text = " ".join(words)
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=seconds * PATIENCE, check=False)
    except subprocess.TimeoutExpired as late:
        raise Failure(f"'{text}' not done after {late.timeout:.0f} s") from late
    if done.returncode not in ok:
        raise Failure(f"'{text}' ended with {done.returncode}: {done.stdout.strip()}")
    return done.stdout


def maxctl(*words, ok=(0,)):
    """What maxctl says, as an object."""
    return json.loads(run("maxctl", "-j", *words, ok=ok))


class World:
    """Module, class and load of one run."""

    def __init__(self, seed, directory):
        self.random = random.Random(seed)
        self.seed = seed
        self.directory = pathlib.Path(directory)
        self.counts = collections.Counter()
        self.attached = False
        self.load = None
        self.storm = None
        self.shared = None
        self.pids = []
        # Since the module was loaded: wallets that are gone took what they had paid with them.
        self.wallets_deleted = False
        self.wallets = []
        self.loaded_at = 0.0
        self.hotplug_seq = ""
        # The longest wait of any task by the module's own account.
        self.module_wait_ms = 0.0

    # --- module and class ---

    def load_module(self):
        run("insmod", MODULE)
        self.loaded_at = time.monotonic()
        self.wallets, self.wallets_deleted = [], False

    def unload_module(self):
        """The kernel frees detached programs after a grace period, and they hold the module."""
        end = time.monotonic() + 10 * PATIENCE
        while True:
            try:
                return run("rmmod", "sched_maxwell")
            except Failure:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def attach(self):
        run("maxctl", "attach", "--all")
        self.attached = True
        self.hotplug_seq = HOTPLUG_SEQ.read_text(encoding="ascii")
        self.expect_state()
        # The driver, and whatever it starts.
        run("maxctl", "set", "--bid", OWN_BID, os.getpid())

    def detach(self):
        run("maxctl", "detach")
        self.attached = False
        self.expect_state()

    def expect_state(self):
        wanted = "enabled" if self.attached else "disabled"
        state = STATE.read_text(encoding="ascii").strip()
        if state != wanted:
            raise Failure(f"sched_ext is {state}, not {wanted}")

    @contextlib.contextmanager
    def transition(self):
        """While the class comes and goes the bound of waits is not its to keep: see soak.h."""
        for offset in (BEGIN_NS, END_NS):
            epoch = struct.unpack_from("=I", self.shared, EPOCH)[0]
            struct.pack_into("=Q", self.shared, offset, time.monotonic_ns())
            struct.pack_into("=I", self.shared, EPOCH, epoch + 1)
            if offset == BEGIN_NS:
                yield

    # --- load ---

    def start_load(self, bound_ms, margin_ms):
        file = self.directory / "shared"
        # In the fair class they leave room for who attaches.
        with open(self.directory / "load", "wb") as out:
            self.load = subprocess.Popen(
                ["nice", "--adjustment=10", "soak", str(file), str(bound_ms), str(margin_ms),
                 str(self.seed)], stdout=out)
        end = time.monotonic() + 30 * PATIENCE
        while not self.lines():
            if self.load.poll() is not None or time.monotonic() > end:
                raise Failure("the load did not start")
            time.sleep(0.1)
        with open(file, "r+b") as mapped:
            self.shared = mmap.mmap(mapped.fileno(), 0)
        self.pids = json.loads(self.lines()[0])["pids"]

    def lines(self):
        """What the load has printed, whole lines only."""
        return (self.directory / "load").read_text(encoding="ascii").split("\n")[:-1]

    def report(self):
        """The load's last report."""
        lines = self.lines()
        return json.loads(lines[-1]) if len(lines) > 1 else {}

    def stop_load(self):
        """Tells all to stop, and waits until they have. Returns the last report."""
        struct.pack_into("=I", self.shared, STOP, 1)
        try:
            self.load.wait(400)
        except subprocess.TimeoutExpired as late:
            raise Failure("the load does not end, and neither does who watches it") from late
        return self.report()

    def pick_pids(self, most):
        """Some workers."""
        pids = [worker["pid"] for worker in self.pids]
        return self.random.sample(pids, self.random.randint(1, most))

    def movable(self):
        """Who may be moved and is in no cgroup: the ones that a storm throws about."""
        return [str(worker["pid"]) for worker in self.pids
                if worker["kind"] in ("burn", "nap") and worker["cpu"] == CPU_MOVABLE]

    def start_storm(self, seconds):
        """Changes of bids, policies and prices as fast as they come, beside what else goes on."""
        self.storm = subprocess.Popen(
            ["storm", str(seconds), str(self.random.randrange(1 << 31)), *self.movable()],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end_storm(self):
        """Waits for the storm, if there is one: it wants all CPUs, and the class."""
        if not self.storm:
            return
        output, _ = self.storm.communicate(timeout=60 * PATIENCE)
        if self.storm.returncode:
            raise Failure(f"storm: {output.strip()}")
        run("renice", "--priority", 10, *self.movable())
        for words in output.strip().split(", "):
            number, what = words.split()
            self.counts[f"storm_{what}"] += int(number)
        self.storm = None
