"""Small pictures for one line of a table: where an area stands among all, its years, and signs beside a word."""

import re
from pathlib import Path

import pandas as pd

BLUE, PLUM, INK, SOFT = "#12436D", "#801650", "#1d1d1d", "#565656"
PALE, MIDDLE, GATE = "#e3e3e3", "#b0b0b0", "#dcdcdc"
SPINE, SPARK = (164, 24), (72, 24)  # width and height, in points of their own drawings
ENDS = "M1 3.5h6M157 3.5h6M160 .5v6"  # less and more, of a spine on which neither is better


def svg(width, height, drawn):
    """A drawing of a width and height."""
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{drawn}</svg>'


_SYMBOL = re.compile(r'<symbol id="(.*?)"(?: aria-label="(.*?)")? viewBox="0 0 (\d+) (\d+)">(.*)</symbol>')
_DRAWN = _SYMBOL.findall(Path(__file__).with_name("marks.svg").read_text(encoding="utf-8"))
# SVG of each sign by its name, whoever shows it puts the word beside it; and of the legend's pictures with their words.
SIGNS = {name: svg(*drawn) for name, words, *drawn in _DRAWN if not words}
EXPLAINED = {name: (svg(*drawn), words) for name, words, *drawn in _DRAWN if words}


def spine(everyone, own, england, neighbours, polarity, clear):
    """SVG of an area among all authorities (a Series): nine in ten of them as a pale strip, the middle half darker,
    England the line in the middle, the neighbours' average (which may be missing) a diamond below it, the area a dot,
    filled where it clearly differs from England: ``clear`` is 1 for better, -1 for worse, 2 where neither is better, 0
    for not clear. Right is better; where neither is, right is higher, and the ends are marked with - and +."""
    width, height = SPINE
    middle, quarters = width / 2, everyone.quantile([0.05, 0.25, 0.75, 0.95]).tolist()
    half = max(abs(one - england) for one in (quarters[0], quarters[3], own)) or 1
    turned = -1 if polarity == "lower" else 1

    def at(number):
        return round(middle + turned * (number - england) / half * (middle - 8), 1)

    def bar(one, other, colour):
        left, right = sorted((at(one), at(other)))
        return f'<rect x="{left}" y="6" width="{round(right - left, 1)}" height="12" fill="{colour}"/>'

    colour = {-1: PLUM, 0: SOFT, 1: BLUE, 2: INK}[clear]
    parts = [bar(quarters[0], quarters[3], PALE), bar(quarters[1], quarters[2], MIDDLE)]
    parts.append(f'<path d="M{middle} 0V{height}" stroke="{INK}" stroke-width="1.5"/>')
    fill = colour if clear else "#fff"
    parts.append(f'<circle cx="{at(own)}" cy="12" r="6" fill="{fill}" stroke="{colour}" stroke-width="2.5"/>')
    if polarity == "none":
        parts.append(f'<path d="{ENDS}" fill="none" stroke="{INK}" stroke-width="1.75"/>')
    if not pd.isna(neighbours):
        x = min(max(at(neighbours), 6), width - 6)
        parts.append(f'<path d="M{x} 14l4.5 4.5-4.5 4.5-4.5-4.5z" fill="#fff" stroke="{INK}" stroke-width="1.5"/>')
    return svg(width, height, "".join(parts))


def spark(years, floor, ceiling):
    """SVG of the figures of an area (by time in years, oldest first), and around the last one the gate in which an
    ordinary year keeps it, from ``floor`` to ``ceiling``; missing where that is not known."""
    width, height = SPARK
    right, pad = width - 8, 4
    gated = not pd.isna(floor) and not pd.isna(ceiling) and len(years) > 1
    every = [*years, floor, ceiling] if gated else [*years]
    low, high = min(every), max(every)
    step = min(15, (right - 6) / max(years.index[-1] - years.index[0], 1e-9))

    def y(number):
        share = (number - low) / ((high - low) or 1)
        return round(height / 2 if high == low else height - pad - share * (height - 2 * pad), 1)

    points = [(round(right - (years.index[-1] - time) * step, 1), y(number)) for time, number in years.items()]
    box = ""
    if gated:
        top, bottom = y(ceiling), y(floor)
        box = f'<rect x="{right - 7}" y="{top}" width="14" height="{round(bottom - top, 1)}" fill="{GATE}"/>'
    line = " ".join(f"{x},{y}" for x, y in points)
    line = f'<polyline points="{line}" fill="none" stroke="#3D3D3D" stroke-width="1.75" stroke-linejoin="round"/>'
    return svg(width, height, f'{box}{line}<circle cx="{points[-1][0]}" cy="{points[-1][1]}" r="3.75" fill="{INK}"/>')
