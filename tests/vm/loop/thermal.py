#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A thermal model of a node, driven by the CPU use of the machine that it runs on.

A die on a sink in an air stream, with the constants that gossipd's controller assumes by default, in
air of 36.5 °C: full load for half a minute makes it throttle. As a program it steps the model by the
CPU use in /proc/stat, for ever, and writes what a sensor would say to a file, which it replaces by
rename(2). Beside it goes the model of a twin that runs all that wants to run, as a node does whose
price stays at 1.

Usage: thermal.py SENSORS WANTED LOG
WANTED is a file with the share of the CPUs that there is work for. LOG gets a line for each step:
monotonic time in ns, °C, W, share of the CPUs in use, throttled or not; of the twin °C, throttled or not.
"""

import math
import os
import sys
import time

LIMIT_C = 85.0
INLET_C = 36.5
POWER_MAX_W = 200.0
IDLE_RATIO = 0.2
# Of the way from inlet to die at full power: 20 K over the die's resistance, 40 K over the sink's.
DIE_C_PER_W = 0.1
SINK_C_PER_W = 0.2
DIE_S = 1.0
SINK_S = 30.0
LAG_S = 0.5
# What hardware does: it halves the power of the load at the limit, until it is 2 K below.
THROTTLE_BAND_C = 2.0
STEP_S = 0.1
STEP_MAX_S = 0.05


def towards(value, target, dt_s, constant_s):
    """A first-order lag, exact for any step."""
    return target + (value - target) * math.exp(-dt_s / constant_s)


class Thermal:
    """The model; it begins as it is after a long time without load."""

    def __init__(self):
        self.power_w = self.power_of(0)
        self.die_c = DIE_C_PER_W * self.power_w
        self.sink_c = SINK_C_PER_W * self.power_w
        self.throttled = False

    @staticmethod
    def power_of(share):
        """What is drawn in the end if this share of the CPUs is busy."""
        return POWER_MAX_W * (IDLE_RATIO + (1 - IDLE_RATIO) * share)

    @property
    def temp_c(self):
        """What the sensor on the die says."""
        return INLET_C + self.sink_c + self.die_c

    def step(self, share, dt_s):
        """Goes on by some time in which this share of the CPUs was busy."""
        steps = max(1, math.ceil(dt_s / STEP_MAX_S))
        for _ in range(steps):
            self.small_step(share, dt_s / steps)

    def small_step(self, share, dt_s):
        if self.throttled:
            share /= 2
        self.power_w = towards(self.power_w, self.power_of(share), dt_s, LAG_S)
        self.sink_c = towards(self.sink_c, SINK_C_PER_W * self.power_w, dt_s, SINK_S)
        self.die_c = towards(self.die_c, DIE_C_PER_W * self.power_w, dt_s, DIE_S)
        if self.temp_c >= LIMIT_C:
            self.throttled = True
        elif self.temp_c < LIMIT_C - THROTTLE_BAND_C:
            self.throttled = False


class CpuUse:
    """Share of all CPUs that was busy since the last call."""

    def __init__(self):
        self.last = self.read()

    @staticmethod
    def read():
        with open("/proc/stat", encoding="ascii") as stat:
            row = [int(word) for word in stat.readline().split()[1:9]]
        return row[3] + row[4], sum(row)

    def share(self):
        """From 0 to 1."""
        (idle, total), self.last = self.last, self.read()
        idle, total = self.last[0] - idle, self.last[1] - total
        return 1 - min(max(idle / total, 0), 1) if total > 0 else 0


def write_sensors(path, model):
    """Half a file is never seen."""
    with open(path + ".new", "w", encoding="ascii") as out:
        out.write(f"temp_c={model.temp_c:.1f}\nlimit_c={LIMIT_C}\ninlet_c={INLET_C}\n"
                  f"power_w={model.power_w:.1f}\npower_max_w={POWER_MAX_W}\n")
    os.rename(path + ".new", path)


def main():
    sensors, wanted, log_path = sys.argv[1:]
    node, twin = Thermal(), Thermal()
    use = CpuUse()
    last = time.monotonic()
    with open(log_path, "w", encoding="ascii", buffering=1) as log:
        while True:
            time.sleep(STEP_S)
            now = time.monotonic()
            share = use.share()
            with open(wanted, encoding="ascii") as file:
                twin_share = float(file.read())
            node.step(share, now - last)
            twin.step(twin_share, now - last)
            write_sensors(sensors, node)
            print(int(now * 1e9), f"{node.temp_c:.2f}", f"{node.power_w:.1f}", f"{share:.3f}",
                  int(node.throttled), f"{twin.temp_c:.2f}", int(twin.throttled), file=log)
            last = now


if __name__ == "__main__":
    main()
