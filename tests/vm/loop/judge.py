# SPDX-License-Identifier: GPL-2.0
"""What a run of the closed loop came to, and what is wrong with it.

A record is what closed_loop.py writes as JSON: "heat" has rows of time, °C, W, CPU use, throttled,
twin's °C, twin throttled; "prices" of time, local and external multiplier; "samples" are the
programs' states and shares of a CPU, the dearest first. All times are in seconds since the load began.
"""

import statistics

# The price has turned when it has come back by so much from where it was.
TURN_RATIO = 1.25
TURNS_MAX = 3
RANGE_MAX_C = 4.0
MARGIN_MAX_C = 14.0
MARGIN_MIN_C = 3.0
SETTLED_C = 2.0
# Shares of a CPU in percent. Who is parked lives on the survival share, 5 % of a CPU for all.
RUNS_AT_LEAST = 80
# While all of them run, the daemons and who looks at them take theirs off the cheapest.
COOL_AT_LEAST = 35
PARKED_AT_MOST = 15
MOSTLY = 0.8
# On emulated CPUs of some 40 million instructions a second, where to sign and to verify takes most of
# it; a beacon that is not urgent would take 200 ms and more.
CRISIS_MS_MAX = 100
CRISIS_RISE_MIN = 1.25


def between(rows, begin, end, key=lambda row: row[0]):
    """Rows of a time."""
    return [row for row in rows if begin <= key(row) < end]


def turns(prices, ratio=TURN_RATIO):
    """How often a series changed its direction, by more than a ratio each time."""
    if not prices:
        return 0
    low = high = prices[0]
    direction = count = 0
    for price in prices:
        low, high = min(low, price), max(high, price)
        if direction >= 0 and price * ratio < high:
            count += direction > 0
            direction, low = -1, price
        elif direction <= 0 and price > low * ratio:
            count += direction < 0
            direction, high = 1, price
    return count


def settling_s(heat, plateau_c):
    """From when on the temperature stays near what it comes to."""
    for row in reversed(heat):
        if abs(row[1] - plateau_c) > SETTLED_C:
            return row[0]
    return 0.0


def figures(record):
    """The run in numbers."""
    phases = record["phases"]
    begin, end = phases["plateau"], phases["crisis"]
    flat = between(record["heat"], begin, end)
    prices = between(record["prices"], begin, end)
    samples = between(record["samples"], begin, end, lambda sample: sample["t"])
    crisis = record["crisis"]
    before = [row[2] for row in record["prices"] if row[0] < crisis["edge"]]
    after = [row[2] for row in between(record["prices"], crisis["edge"], phases["calm"])]
    temps = [row[1] for row in flat]
    plateau_c = statistics.mean(temps)
    until_crisis = between(record["heat"], 0, end)
    return {
        "temp_max_c": max(row[1] for row in record["heat"]),
        "plateau_c": round(plateau_c, 2),
        "plateau_range_c": round(max(temps) - min(temps), 2),
        "plateau_price": round(statistics.mean(row[1] * row[2] for row in prices), 2),
        "plateau_power_w": round(statistics.mean(row[2] for row in flat), 1),
        "plateau_turns": turns([row[1] * row[2] for row in prices]),
        "settling_s": round(settling_s(until_crisis, plateau_c), 1),
        "throttled": sum(row[4] for row in record["heat"]),
        "twin_max_c": max(row[5] for row in record["heat"]),
        "twin_throttled": sum(row[6] for row in record["heat"]),
        "parked": [share_of(samples, number, "parked") for number in
                   range(len(record["programs"]))],
        "share": [round(statistics.mean(sample["share"][number] for sample in samples), 1)
                  for number in range(len(record["programs"]))],
        "crisis_priced_ms": milliseconds(crisis, "priced"),
        "crisis_kernel_ms": milliseconds(crisis, "kernel"),
        "crisis_rise": round(max(after, default=0) / before[-1], 2) if before else 0,
    }


def milliseconds(crisis, what):
    """From the edge to what it caused; None if it never came."""
    return None if crisis[what] is None else round((crisis[what] - crisis["edge"]) * 1e3, 2)


def share_of(samples, number, state):
    """How often a program was seen in a state, from 0 to 1."""
    return round(statistics.mean(sample["state"][number] == state for sample in samples), 2)


def full_house(samples):
    """Shares and states over the first second in which all programs were there."""
    for before, sample in zip(samples, samples[1:]):
        if not {"none", "starting"} & set(before["state"]):
            return sample["share"], sample["state"]
    return [], []


def judge(record):
    """What is wrong with a run, in sentences."""
    got = figures(record)
    limit_c = record["limit_c"]
    names = [program["name"] for program in record["programs"]]
    wrong = judge_heat(got, limit_c)
    for name, share, state in zip(names, *full_house(record["samples"])):
        if state == "parked" or share < COOL_AT_LEAST:
            wrong.append(f"{name} did not run while the node was cool: {state}, {share:.0f} %")
    if got["parked"][-1] < MOSTLY or got["share"][-1] > PARKED_AT_MOST:
        wrong.append(f"the cheapest, {names[-1]}, was not parked at the plateau: "
                     f"{got['share'][-1]:.0f} % of a CPU")
    if got["parked"][0] or got["share"][0] < RUNS_AT_LEAST:
        wrong.append(f"the dearest, {names[0]}, did not run at the plateau: "
                     f"{got['share'][0]:.0f} % of a CPU")
    for what, key in (("the daemon's price", "crisis_priced_ms"),
                      ("the scheduler's price", "crisis_kernel_ms")):
        if got[key] is None:
            wrong.append(f"{what} did not rise for the neighbour's crisis")
        elif not 0 <= got[key] <= CRISIS_MS_MAX:
            wrong.append(f"{what} rose {got[key]} ms after the neighbour's crisis began")
    if got["crisis_rise"] < CRISIS_RISE_MIN:
        wrong.append(f"the crisis made the external price {got['crisis_rise']} times as high")
    return wrong


def judge_heat(got, limit_c):
    """What is wrong with temperature and price until the crisis."""
    wrong = []
    if got["temp_max_c"] >= limit_c or got["throttled"]:
        wrong.append(f"{got['temp_max_c']} °C, the limit is {limit_c}")
    if got["twin_max_c"] < limit_c or not got["twin_throttled"]:
        wrong.append(f"without a price it would not have throttled: {got['twin_max_c']} °C")
    margin_c = limit_c - got["plateau_c"]
    if not MARGIN_MIN_C <= margin_c <= MARGIN_MAX_C:
        wrong.append(f"it settled {margin_c:.1f} K below the limit")
    if got["plateau_range_c"] > RANGE_MAX_C:
        wrong.append(f"at the plateau the temperature went over {got['plateau_range_c']} K")
    if got["plateau_price"] <= 1.05:
        wrong.append("the price did not rise")
    if got["plateau_turns"] > TURNS_MAX:
        wrong.append(f"hunting: the price turned {got['plateau_turns']} times at the plateau")
    return wrong


def summary(got, limit_c):
    """The figures for people."""
    rows = (
        ("highest temperature", f"{got['temp_max_c']:.1f} °C of {limit_c:.0f}"),
        ("without a price", f"{got['twin_max_c']:.1f} °C, throttling"
         if got["twin_throttled"] else f"{got['twin_max_c']:.1f} °C"),
        ("settled at", f"{got['plateau_c']:.1f} °C within {got['plateau_range_c']:.1f} K, "
                       f"after {got['settling_s']:.0f} s"),
        ("there", f"{got['plateau_power_w']:.0f} W, {got['plateau_price']:.1f} times the price, "
                  f"which turned {got['plateau_turns']} times"),
        ("neighbour's crisis", f"daemon's price after {got['crisis_priced_ms']} ms, scheduler's "
                               f"after {got['crisis_kernel_ms']} ms, "
                               f"{got['crisis_rise']} times as high"),
    )
    return "\n".join(f"  {name:20} {text}" for name, text in rows)
