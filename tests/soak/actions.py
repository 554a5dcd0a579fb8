# SPDX-License-Identifier: GPL-2.0
"""What the soak test does to the class, the module and the tasks under them."""

import os
import time

import checks
from world import CGROUPS, CPUS, HOTPLUG_SEQ, PARAMS, PATIENCE, Failure, maxctl, run

GROUPS = 3
# Prices above all bids of the load park it, and nobody gets much done; not for longer than this.
DEAR_SECONDS = 4
# Said in the log.
SLOW_SECONDS = 8
TUNABLES = {
    "slice_us": (500, 20000),
    "slice_min_us": (100, 500),
    "survival_share_permille": (10, 300),
    "steal_interval_us": (0, 10000),
    "steal_victims": (0, 32),
    "default_bid_cents": (100, 10000),
    "demand_gain_permille": (0, 500),
}


class Actions:
    """The actions by name, and how often each comes up."""

    WEIGHTS = {"bids": 8, "prices": 6, "cgroups": 8, "wallets": 8, "tunables": 3, "storm": 2,
               "hotplug": 3, "reattach": 8, "cycle": 4, "reload": 4}
    # These queue everybody anew, and with that hide a wakeup that was lost: between them there is
    # more time than the watchdog takes to see that.
    TRANSITIONS = ("reattach", "cycle", "reload")
    TRANSITION_SECONDS = 45
    # These want the storm over.
    ALONE = ("storm", "hotplug", "reattach", "cycle", "reload")

    def __init__(self, world):
        self.world = world
        self.random = world.random
        self.groups = []
        self.dear_since = None
        self.transition_at = time.monotonic()
        self.cpus = sorted(int(path.name[3:]) for path in CPUS.glob("cpu[0-9]*"))

    def one(self):
        """One action, at random."""
        settled = time.monotonic() - self.transition_at > self.TRANSITION_SECONDS * PATIENCE
        names = [name for name in self.WEIGHTS if settled or name not in self.TRANSITIONS]
        name = self.random.choices(names, [self.WEIGHTS[name] for name in names])[0]
        if name in self.ALONE:
            self.world.end_storm()
        start = time.monotonic()
        getattr(self, name)()
        took = time.monotonic() - start
        if took > SLOW_SECONDS * PATIENCE:
            print(f"# {name} took {took:.0f} s", flush=True)
        if name in self.TRANSITIONS:
            self.transition_at = time.monotonic()
        self.world.counts[name] += 1
        self.world.expect_state()
        if self.dear_since and time.monotonic() - self.dear_since > DEAR_SECONDS:
            self.cheap()

    # --- bids, prices, tunables ---

    def bids(self):
        bid = int(10 ** self.random.uniform(0, 4))
        book = self.random.choice(["--general", "--feeder"])
        run("maxctl", "set", "--bid", bid, book, *self.world.pick_pids(6))

    def prices(self):
        words = ["--kind", self.random.choice(["local", "external", "gpu"])]
        if self.random.random() < 0.5:
            words += ["--cpu", self.random.choice(self.cpus)]
        if self.random.random() < 0.5:
            words += ["--lease", f"{self.random.randint(50, 3000)}ms"]
        if self.random.random() < 0.3:
            words += ["--slope", round(self.random.uniform(-2, 2), 2)]
        run("maxctl", "price", "set", *words, round(self.random.uniform(0.5, 60), 2))
        self.dear_since = self.dear_since or time.monotonic()

    def cheap(self):
        for kind in ("local", "external", "gpu"):
            run("maxctl", "price", "set", "--kind", kind, 1)
        self.dear_since = None

    def tunables(self):
        name = self.random.choice(list(TUNABLES))
        (PARAMS / name).write_text(f"{self.random.randint(*TUNABLES[name])}\n", encoding="ascii")

    def storm(self):
        self.world.start_storm(self.random.randint(1, 3))
        self.dear_since = self.dear_since or time.monotonic()

    # --- cgroups ---

    def make_groups(self):
        """Those of the controllers that this kernel has."""
        have = (CGROUPS / "cgroup.controllers").read_text(encoding="ascii").split()
        for name in {"cpu", "cpuset"} & set(have):
            (CGROUPS / "cgroup.subtree_control").write_text(f"+{name}", encoding="ascii")
        for i in range(GROUPS):
            path = CGROUPS / f"soak{i}"
            path.mkdir()
            self.groups.append(path)

    def cgroups(self):
        group = self.random.choice(self.groups)
        if self.random.random() < 0.3:
            self.change_group(group)
            return
        # A storm wants its tasks on any CPU.
        movable = self.world.movable()
        free = [pid for pid in (str(worker["pid"]) for worker in self.world.pids)
                if pid not in movable]
        for pid in self.random.sample(free, self.random.randint(1, 4)):
            where = self.random.choice([group, CGROUPS])
            (where / "cgroup.procs").write_text(pid, encoding="ascii")

    def change_group(self, group):
        cpus = self.random.sample(self.cpus, self.random.randint(1, len(self.cpus)))
        for name, value in (("cpuset.cpus", ",".join(map(str, cpus))),
                            ("cpu.weight", str(self.random.randint(1, 1000)))):
            if (group / name).exists():
                (group / name).write_text(value, encoding="ascii")

    def drop_groups(self):
        for group in self.groups:
            for pid in (group / "cgroup.procs").read_text(encoding="ascii").split():
                (CGROUPS / "cgroup.procs").write_text(pid, encoding="ascii")
            group.rmdir()

    # --- wallets ---

    def wallets(self):
        wallets = self.world.wallets
        what = self.random.choice(["new", "new", "fund", "set", "grant", "grant", "delete"])
        if not wallets or (what == "new" and len(wallets) < 6):
            name = f"soak{self.world.counts['wallets']}"
            run("maxctl", "wallet", "new", name, "--income", self.random.randint(1, 2000),
                "--half-life", self.random.choice(["0", "1s", "60s"]))
            wallets.append(name)
            return
        name = self.random.choice(wallets)
        if what == "fund":
            # 1: the cap left no room.
            run("maxctl", "wallet", "fund", name, self.random.randint(1, 50), ok=(0, 1, 2))
        elif what == "set":
            run("maxctl", "wallet", "set", name, "--income", self.random.randint(0, 3000))
        elif what == "grant":
            self.grant(name)
        elif what == "delete" and self.random.random() < 0.2:
            run("maxctl", "wallet", "delete", name)
            wallets.remove(name)
            self.world.wallets_deleted = True

    def grant(self, name):
        if self.random.random() < 0.5:
            run("maxctl", "wallet", "grant", name, "--cgroup", self.random.choice(self.groups))
        else:
            run("maxctl", "wallet", "grant", name, "--pid", self.world.pick_pids(1)[0])

    # --- CPUs, class, module ---

    def hotplug(self):
        cpu = self.random.choice(self.cpus[1:] or self.cpus)
        online = CPUS / f"cpu{cpu}" / "online"
        if not online.exists():
            raise Failure(f"{online}: this CPU cannot go offline: give the guest two at least")
        for value in ("0", "1"):
            online.write_text(value, encoding="ascii")
            self.world.expect_state()
            time.sleep(self.random.uniform(0, 1))

    def reattach(self):
        with self.world.transition():
            self.world.detach()
            checks.at_rest(self.world)
            time.sleep(self.random.uniform(0, 0.5))
            self.world.attach()

    def cycle(self):
        """Detached and attached by the link alone, which is faster than anybody can look."""
        # The core takes no class that was loaded before a CPU came or went.
        if HOTPLUG_SEQ.read_text(encoding="ascii") != self.world.hotplug_seq:
            self.reattach()
        with self.world.transition():
            run("cycle", 3)
        run("maxctl", "set", "--bid", 50_000_000, os.getpid())

    def reload(self):
        with self.world.transition():
            self.world.detach()
            checks.at_rest(self.world)
            self.world.unload_module()
            if PARAMS.exists():
                raise Failure(f"{PARAMS} is left behind by the module")
            self.world.load_module()
            self.world.attach()
        self.dear_since = None
        if maxctl("status")["class"]["attach_count"] != 1:
            raise Failure("a module that was loaded anew says that it was attached before")
