#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The closed loop's own parts, without a guest: the model, the judge, the plot. KTAP.

The judge is shown a good run, and runs of which one thing each is not as it should be.
"""

import copy
import math
import sys
import traceback
import xml.etree.ElementTree

import judge
import plot
import thermal

PHASES = {"plateau": 40, "crisis": 60, "calm": 66, "end": 78}
SVG = "{http://www.w3.org/2000/svg}"


def good():
    """A run as it should be, ten rows a second."""
    times = [n / 10 for n in range(-100, 790)]
    heat = [[t, 77 - 25 * math.exp(-max(t, 0) / 8), 130.0, 0.6, 0, min(52 + max(t, 0), 85.4),
             int(t > 33)] for t in times]
    prices = [[t, 1.0 if t < 10 else 5.0, 8.0 if 60.02 <= t < 66 else 1.0] for t in times]
    prices.append([60.015, 5.0, 8.0])
    samples = [{"t": float(t), "reserve": 10, "share": [99.0, 98.0, 98.0 if t < 10 else 3.0],
                "state": ["running", "running", "running" if t < 10 else "parked"]}
               for t in range(1, 79)]
    return {
        "limit_c": 85.0, "cpus": 3, "base_price": 10, "phases": PHASES,
        "programs": [{"name": name, "bid": bid} for name, bid in
                     (("web", 600), ("mail", 130), ("miner", 25))],
        "heat": heat, "prices": sorted(prices), "samples": samples,
        "crisis": {"node": "n2", "written": 59.95, "edge": 60.0, "heard": 60.01,
                   "priced": 60.015, "kernel": 60.02},
    }


def says(record, words):
    """The judge finds just this."""
    wrong = judge.judge(record)
    assert len(wrong) == 1 and words in wrong[0], f"not just '{words}': {wrong}"


def a_good_run_is_good():
    assert not judge.judge(good()), judge.judge(good())
    got = judge.figures(good())
    assert 76.5 < got["plateau_c"] < 77.1 and got["plateau_price"] == 5.0, got
    assert (got["crisis_priced_ms"], got["crisis_kernel_ms"]) == (15.0, 20.0), got


def overshoot_is_seen():
    record = good()
    record["heat"][300][1] = 85.0
    says(record, "the limit is 85")


def throttling_is_seen():
    record = good()
    record["heat"][300][4] = 1
    says(record, "the limit is 85")


def a_load_that_is_no_danger_is_seen():
    record = good()
    for row in record["heat"]:
        row[5:] = [80.0, 0]
    says(record, "would not have throttled")


def hunting_is_seen():
    record = good()
    for row in record["prices"]:
        row[1] *= 1.4 if row[0] // 2 % 2 else 1
    says(record, "hunting")


def a_wobble_is_no_hunting():
    record = good()
    for row in record["prices"]:
        row[1] *= 1.2 if row[0] // 2 % 2 else 1
    assert not judge.judge(record), judge.judge(record)


def a_temperature_that_wanders_is_seen():
    record = good()
    for row in record["heat"]:
        row[1] += 2.2 * math.sin(row[0]) if row[0] > 40 else 0
    says(record, "went over")


def a_plateau_far_below_is_seen():
    record = good()
    for row in record["heat"]:
        row[1] -= 10
    says(record, "below the limit")


def a_price_that_does_not_move_is_seen():
    record = good()
    for row in record["prices"]:
        row[1] = 1.0
    says(record, "the price did not rise")


def a_cheap_one_that_runs_is_seen():
    record = good()
    for sample in record["samples"]:
        sample["state"][2] = "running"
    says(record, "miner, was not parked")


def a_dear_one_that_is_parked_is_seen():
    record = good()
    record["samples"][45]["state"][0] = "parked"
    says(record, "web, did not run at the plateau")


def who_does_not_run_while_cool_is_seen():
    record = good()
    record["samples"][1]["state"][2] = "parked"
    says(record, "while the node was cool")
    record = good()
    record["samples"][1]["share"][2] = 20.0
    says(record, "while the node was cool")


def a_late_crisis_is_seen():
    record = good()
    record["crisis"]["kernel"] = 60.001 + judge.CRISIS_MS_MAX / 1e3
    says(record, "the scheduler's price rose")


def a_crisis_that_nobody_heard_is_seen():
    record = good()
    record["crisis"] |= {"heard": None, "priced": None, "kernel": None}
    for row in record["prices"]:
        row[2] = 1.0
    assert len(judge.judge(record)) == 3, judge.judge(record)
    assert "not heard" in plot.svg(record)


def turns_are_counted():
    assert judge.turns([1, 2, 4, 8]) == 0
    assert judge.turns([1, 2, 1.5, 4]) == 2
    assert judge.turns([8, 7, 6.9, 7.5, 6]) == 0
    assert judge.turns([4, 2, 4, 2, 4]) == 3
    assert judge.turns([]) == 0


def the_model_heats_as_its_constants_say():
    model = thermal.Thermal()
    idle_c = model.temp_c
    assert abs(idle_c - (thermal.INLET_C + 0.3 * 40)) < 1e-9, idle_c
    for _ in range(6000):
        model.step(0.5, 0.1)
    # 120 W over 0.3 K/W.
    assert abs(model.temp_c - (thermal.INLET_C + 36)) < 0.1, model.temp_c
    assert not model.throttled


def the_model_throttles_at_its_limit():
    model = thermal.Thermal()
    seconds = 0
    while not model.throttled:
        model.step(1, 0.1)
        seconds += 0.1
        assert seconds < 60, "full load for a minute"
    assert seconds > 15, f"{seconds:.0f} s"
    for _ in range(600):
        model.step(1, 0.1)
        assert model.temp_c < thermal.LIMIT_C + 1, model.temp_c


def the_plot_shows_all_of_it():
    root = xml.etree.ElementTree.fromstring(plot.svg(good()))
    words = " ".join(text.text for text in root.iter(SVG + "text"))
    for word in ("web bids 600", "limit 85 °C", "20 ms later", "parked", "miner"):
        assert word in words, f"'{word}' is not in the plot"
    for curve in root.iter(SVG + "polyline"):
        for point in curve.get("points").split():
            x, y = map(float, point.split(","))
            assert plot.LEFT - 1 <= x <= plot.RIGHT + 1 and 0 < y < plot.HEIGHT, point


def hotter_is_higher_in_the_plot():
    record = good()
    root = xml.etree.ElementTree.fromstring(plot.svg(record))
    node = [curve for curve in root.iter(SVG + "polyline") if curve.get("stroke") == plot.HOT][0]
    heights = [float(point.split(",")[1]) for point in node.get("points").split()]
    assert heights[0] > heights[-1] + 50, (heights[0], heights[-1])


def a_price_that_long_stays_is_drawn():
    record = good()
    record["prices"] = [[-40.0, 1.0, 1.0], [10.0, 5.0, 1.0], [60.015, 5.0, 8.0]]
    root = xml.etree.ElementTree.fromstring(plot.svg(record))
    line = [curve for curve in root.iter(SVG + "polyline") if curve.get("stroke") == plot.PRICED][0]
    points = [float(point.split(",")[0]) for point in line.get("points").split()]
    assert (points[0], points[-1]) == (plot.LEFT, plot.RIGHT), (points[0], points[-1])


TESTS = [test for name, test in list(globals().items())
         if callable(test) and getattr(test, "__module__", "") == __name__ and
         name not in ("good", "says")]


def main():
    failed = 0
    print(f"KTAP version 1\n1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print(f"ok {number} loop.{test.__name__}")
        except Exception:
            failed += 1
            print("".join(f"# {line}\n" for line in traceback.format_exc().strip().split("\n")),
                  end="")
            print(f"not ok {number} loop.{test.__name__}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
