#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A run of the closed loop as a picture: temperature, price and programs above one axis of time.

Usage: plot.py RECORD.json OUT.svg
"""

import json
import math
import sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 1000, 800
LEFT, RIGHT = 70, 880
TEMP = (70, 300)
PRICE = (345, 545)
STRIPS = (590, 740)
INK, GREY, GRID = "#222222", "#767676", "#e4e4e4"
HOT, TWIN, PRICED, RUNS, PARKED = "#c0392b", "#ca6f1e", "#1f618d", "#52a370", "#d5d8dc"
BEGIN_S = -5
STATES = (("share of a CPU", RUNS), ("parked", PARKED))


class Canvas:
    """Lines of SVG."""

    def __init__(self, begin_s, end_s):
        self.begin_s, self.end_s = begin_s, end_s
        self.lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']

    def x(self, t):
        """Where a time is."""
        return LEFT + (t - self.begin_s) / (self.end_s - self.begin_s) * (RIGHT - LEFT)

    def text(self, x, y, text, colour=INK, anchor="start", size=13):
        """Some words."""
        self.lines.append(f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" '
                          f'text-anchor="{anchor}">{escape(text)}</text>')

    def line(self, x1, y1, x2, y2, colour, dashes=""):
        """A straight one."""
        self.lines.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                          f'stroke="{colour}"' + (f' stroke-dasharray="{dashes}"' if dashes else "")
                          + "/>")

    def box(self, x, y, width, height, colour):
        """A filled one."""
        self.lines.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                          f'height="{height:.1f}" fill="{colour}"/>')

    def curve(self, points, colour, dashes=""):
        """Through all points of screen."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                          'stroke-width="2"' +
                          (f' stroke-dasharray="{dashes}"' if dashes else "") + "/>")

    def done(self):
        """The document."""
        return "\n".join(self.lines + ["</svg>"]) + "\n"


def linear(low, high, place):
    """A function from values to heights."""
    top, bottom = place
    return lambda value: bottom - (min(max(value, low), high) - low) / (high - low) * (bottom - top)


def logarithmic(low, high, place):
    """Likewise, for what goes over orders of magnitude."""
    scale = linear(math.log(low), math.log(high), place)
    return lambda value: scale(math.log(max(value, low)))


def draw_temperature(canvas, record):
    """The node, its twin without a price, the limit."""
    limit_c = record["limit_c"]
    heat = [row for row in record["heat"] if canvas.begin_s <= row[0] <= canvas.end_s]
    y = linear(40, limit_c + 5, TEMP)
    for mark in range(40, int(limit_c) + 5, 10):
        canvas.line(LEFT, y(mark), RIGHT, y(mark), GRID)
        canvas.text(LEFT - 8, y(mark) + 4, f"{mark}", GREY, "end")
    canvas.line(LEFT, y(limit_c), RIGHT, y(limit_c), HOT, "2 3")
    canvas.text(RIGHT + 8, y(limit_c) + 4, f"limit {limit_c:.0f} °C", HOT)
    canvas.curve([(canvas.x(row[0]), y(row[5])) for row in heat], TWIN, "5 3")
    canvas.curve([(canvas.x(row[0]), y(row[1])) for row in heat], HOT)
    canvas.text(RIGHT + 8, max(y(heat[-1][1]) + 4, y(limit_c) + 22), "this node", HOT)
    canvas.text(RIGHT + 8, y(limit_c) - 30, "with the price", TWIN, size=12)
    canvas.text(RIGHT + 8, y(limit_c) - 15, "held at 1 (model)", TWIN, size=12)
    canvas.text(LEFT, TEMP[0] - 10, "Temperature, °C")


def draw_price(canvas, record):
    """The reserve price that the daemon asks for, among what the programs bid."""
    base = record["base_price"]
    # There is a row for each change: what holds at the left edge began before it.
    prices = [[max(row[0], canvas.begin_s), *row[1:]] for row, after in
              zip(record["prices"], record["prices"][1:] + [[canvas.end_s + 1]])
              if after[0] > canvas.begin_s and row[0] <= canvas.end_s]
    top = 1.3 * max([base * row[1] * row[2] for row in prices] +
                    [program["bid"] for program in record["programs"]])
    y = logarithmic(base / 1.3, top, PRICE)
    for program in record["programs"]:
        canvas.line(LEFT, y(program["bid"]), RIGHT, y(program["bid"]), GRID)
        canvas.text(RIGHT + 8, y(program["bid"]) + 4, f"{program['name']} bids {program['bid']}",
                    GREY, size=12)
    for mark in (10, 100, 1000):
        if mark < top:
            canvas.text(LEFT - 8, y(mark) + 4, f"{mark}", GREY, "end")
    points = []
    for (t, local, external), after in zip(prices, prices[1:] + [[canvas.end_s]]):
        height = y(base * local * external)
        points += [(canvas.x(t), height), (canvas.x(min(after[0], canvas.end_s)), height)]
    canvas.curve(points, PRICED)
    canvas.text(LEFT, PRICE[0] - 10, "Reserve price, cents per CPU-second")


def draw_programs(canvas, record):
    """A strip for each: its share of a CPU, before grey while it bids too little."""
    top, bottom = STRIPS
    pitch = (bottom - top) / len(record["programs"])
    for number, program in enumerate(record["programs"]):
        floor = top + (number + 1) * pitch - 3
        begin = 0.0
        for sample in record["samples"]:
            left, width = canvas.x(begin), canvas.x(sample["t"]) - canvas.x(begin)
            # On its turns on the survival share it runs, and is still who cannot pay.
            if sample["state"][number] == "parked" or program["bid"] < sample["reserve"]:
                canvas.box(left, floor - (pitch - 5), width, pitch - 5, PARKED)
            height = (pitch - 5) * min(sample["share"][number], 100) / 100
            canvas.box(left, floor - height, width, height, RUNS)
            begin = sample["t"]
        canvas.text(LEFT - 8, floor - 5, program["name"], INK, "end", 12)
    for number, (words, colour) in enumerate(STATES):
        canvas.box(RIGHT + 8, top + 4 + 20 * number, 12, 12, colour)
        canvas.text(RIGHT + 26, top + 15 + 20 * number, words, GREY, size=12)
    canvas.text(LEFT, top - 10, "Programs, the dearest above")


def draw_crisis(canvas, record):
    """A mark over everything."""
    crisis, calm = record["crisis"], record["phases"]["calm"]
    x = canvas.x(crisis["edge"])
    canvas.line(x, TEMP[0] - 22, x, STRIPS[1], INK, "4 3")
    canvas.line(canvas.x(calm), TEMP[0], canvas.x(calm), STRIPS[1], GREY, "1 4")
    if crisis["kernel"] is None:
        words = f"crisis at {crisis['node']}: not heard"
    else:
        words = (f"crisis at {crisis['node']}: the scheduler's price is up "
                 f"{(crisis['kernel'] - crisis['edge']) * 1e3:.0f} ms later")
    canvas.text(x - 6, TEMP[0] - 12, words, anchor="end")


def svg(record):
    """The whole picture, as text."""
    canvas = Canvas(BEGIN_S, record["phases"]["end"])
    canvas.text(LEFT, 24, "The closed loop: heat, price, and who runs", size=17)
    for t in range(0, int(canvas.end_s) + 1, 10):
        for top, bottom in (TEMP, PRICE, STRIPS):
            canvas.line(canvas.x(t), top, canvas.x(t), bottom, GRID)
        canvas.text(canvas.x(t), STRIPS[1] + 18, f"{t}", GREY, "middle")
    canvas.text((LEFT + RIGHT) / 2, STRIPS[1] + 38, "seconds since the first program came", GREY,
                "middle")
    draw_programs(canvas, record)
    draw_temperature(canvas, record)
    draw_price(canvas, record)
    draw_crisis(canvas, record)
    return canvas.done()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        record = json.load(file)
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write(svg(record))


if __name__ == "__main__":
    main()
