"""Pictures of many figures as SVG, in the letters of the page: lines over years, all authorities as strip or funnel.

The places are worked out here; ``drawing.svg.j2`` draws them.
"""

import json
import re
import textwrap

import numpy as np
import pandas as pd

from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.show.marks import BLUE, GATE, INK, MIDDLE, PALE, PLUM, SOFT
from cyp_helpers.show.table import render

WIDTH, FONT = 660, 17  # points; a page's letters have 17, too
_LEFT, _TOP, _LINE = 76, 12, 21
_LONGEST = 15  # letters of a name at the end of a line
_LETTER, _BOLD = 10, 10.8  # how broad one is at most, on average, in the letters that any reader's computer may have
# Lines differ in dash and width, so that none needs its colour.
LOOKS = {"own": (BLUE, 3.5, ""), "England": (INK, 2, ""), "region": (SOFT, 2, "7 4"), "near": (PLUM, 2, "2 4")}
_DASHES = ("", "9 4", "3 4", "12 3 2 3")
_COLOURS = {"blue": BLUE, "plum": PLUM, "ink": INK, "soft": SOFT, "pale": PALE, "middle": MIDDLE, "grey": GATE}
_SERIES = [(BLUE, 3, ""), ("#28A197", 2.5, "9 4"), (PLUM, 2.5, "3 4"), ("#8a6fc0", 2.5, "12 3 2 3"), (SOFT, 2.5, "1 5")]


def in_years(ends):
    """Days as numbers of years: what the pictures call times."""
    ends = pd.DatetimeIndex(ends)
    return (ends.year + ends.day_of_year / 366).tolist()


def years(times, labels, lines, places, spread=None, gate=(), levels=(), marked=()):
    """SVG of lines over the years; a missing figure leaves a gap.

    ``lines`` leads from a class of ``LOOKS`` to (name, list of figures, NaN where there is none); each is named at its
    end. ``spread`` has ``0.05, 0.25, 0.75, 0.95``, how all authorities lie each year; ``gate`` both ends of what an
    ordinary year would have brought at the end; ``levels`` are pairs of name and number, drawn across; ``marked`` are
    numbers of the times that stand out."""
    height, bottom = 330, 290
    names = [f"{name} {number:,.{places}f}" for name, number in levels]
    longest = _LONGEST + 1 + max(len(f"{one:,.{places}f}") for _, each in lines.values() for one in each)
    right = round(WIDTH - 8 - (_LETTER * max(map(len, names)) if names else _BOLD * longest), 1)
    inside = [*(each for _, each in lines.values()), [*gate, *(number for _, number in levels)]]
    inside += [spread.to_numpy().ravel()] if spread is not None else []
    low, high, ticks = _axis(np.concatenate(inside))
    x, y = _scale(times[0], times[-1], _LEFT + 8, right - 14), _scale(low, high, bottom, _TOP)
    at = [x(one) for one in times]
    ends = {}
    for kind, (name, numbers) in reversed(lines.items()):
        if known := [one for one in numbers if not np.isnan(one)]:
            ends[kind] = (y(known[-1]), f"{_short(name)} {known[-1]:,.{places}f}")
    apart = _apart([place for place, _ in ends.values()], bottom)
    moved = {"x": at, "low": low, "high": high, "bottom": bottom, "top": _TOP, "places": places}
    return _drawn(
        "years", height, right=right, bands=_bands(spread, at, y), rulers_at=_told(ticks, y),
        gate=gate and {"x": at[-1] - 9, "y": y(gate[1]), "height": round(y(gate[0]) - y(gate[1]), 1)},
        levels=[(y(number), name) for name, (_, number) in zip(names, levels)], looks=LOOKS,
        lines=[(kind, _steps(at, y, numbers)) for kind, (_, numbers) in reversed(lines.items())],
        dots=[(at[n], y(one), n in marked) for n, one in enumerate(lines["own"][1]) if not np.isnan(one)],
        ends=[(kind, place, free, words) for (kind, (place, words)), free in zip(ends.items(), apart)],
        under=_under(times, labels, x), moved=json.dumps(moved),
    )


def long_lines(lines, span, places):
    """SVG of lines (name, rows of ``known_figures``) on several definitions or areas over a span of years, told apart
    below."""
    plot, seen, drawn = 300, {True: 0, False: 0}, []
    low, high, ticks = _axis(np.concatenate([line["number"] for _, line in lines]))
    times = [year + 0.25 for year in span]
    every = [*times, *(one for _, line in lines for one in in_years(line["end"]))]
    x, y = _scale(min(every) - 0.2, max(every) + 0.2, _LEFT + 8, WIDTH - 20), _scale(low, high, plot - 40, _TOP)
    below = plot + 14
    for name, line in lines:
        england = line["area_id"].iloc[0] == ENGLAND
        look = (INK, 2, _DASHES[seen[True] % 4]) if england else _SERIES[seen[False] % len(_SERIES)]
        seen[england] += 1
        at = [x(one) for one in in_years(line["end"])]
        dots = [(place, y(number), f"{number:,.{places}f}") for place, number in zip(at, line["number"])]
        keys = list(enumerate(textwrap.wrap(name, int((WIDTH - _LEFT - 42) / _LETTER))))
        drawn.append((look, _steps(at, y, line["number"]), dots, [(below + _LINE * n, words) for n, words in keys]))
        below += _LINE * len(keys)
    shown = {"lines": drawn, "under": _under(times, [str(year) for year in span], x), "rulers_at": _told(ticks, y)}
    return _drawn("lines", below + 6, right=WIDTH - 12, foot=plot - 14, **shown)


def strip(rows, polarity, england, places):
    """SVG of all authorities (rows of ``views.authorities``) on a line, better to the right, one above the other where
    they stand alike."""
    values = rows["value"].astype(float)
    low, high, ticks = _axis(values.to_numpy())
    x = _scale(*((high, low) if polarity == "lower" else (low, high)), 16, WIDTH - 16)
    at = values.map(x)
    bins = (at / 9).round()
    stack = bins.groupby(bins).cumcount()
    up = stack.where(stack % 2 == 0, -stack - 1) / 2 * 8
    near, far = sorted(x(one) for one in values.quantile([0.25, 0.75]))
    # How close marks lie above each other, so that the highest stack has room.
    squeeze = min(2.0, 2 * 84 / max(8 * (stack.max() / 2 + 1) * 2, 1)) if len(stack) else 1
    return _drawn(
        "strip", 190, half=(near, round(far - near, 1)), better=polarity != "none",
        england=[] if england is None else [(x(england), *_within(x(england), f"England {england:,.{places}f}"))],
        under=[_within(x(one), words) for one, (_, words) in zip(ticks, _told(ticks, x))],
        areas=_marks(rows, at, 120 - up * 0.5 * squeeze),
    )


def funnel(rows, value, limits, england):
    """SVG of figures (``value``, worked out from the counts of ``rows``) by the size of what they count; ``limits``
    around England have ``size, low_95, high_95, low_998, high_998`` and are cut at the frame that the figures need."""
    sizes, floor = limits["size"], 312
    low, high, ticks = _axis(np.append(value.to_numpy(float), england))
    told = np.geomspace(sizes.min(), sizes.max(), 4)
    told = np.unique([round(one, -int(np.log10(one))) for one in told])  # with one digit that is not nought
    ends = np.log([min(*told, sizes.min()), max(*told, sizes.max())])
    x, y = _scale(*ends, _LEFT + 8, WIDTH - 20), _scale(low, high, floor, _TOP)
    at = [x(one) for one in np.log(sizes)]
    kinds = [("3 4", "low_95"), ("3 4", "high_95"), ("", "low_998"), ("", "high_998")]
    return _drawn(
        "funnel", 360, right=WIDTH - 12, floor=floor, rulers_at=_told(ticks, y), england=y(england),
        limits=[(dash, _steps(at, y, limits[kind])) for dash, kind in kinds],
        under=[_within(x(np.log(one)), f"{one:,.0f}") for one in told],
        areas=_marks(rows, np.log(rows["denominator"]).map(x), value.map(y)),
    )


# ---- parts ----


def _scale(low, high, start, end):
    """From a number to a place."""
    return lambda number: round(float(start + (number - low) / ((high - low) or 1) * (end - start)), 1)


def _axis(numbers):
    """Both ends of an axis that holds the numbers, and its ticks. It begins at nought where that costs little room."""
    from matplotlib.ticker import MaxNLocator

    numbers = numbers[~np.isnan(numbers)]
    low, high = (numbers.min(), numbers.max()) if len(numbers) else (0, 1)
    low = 0 if 0 < low < 0.25 * high else low
    ticks = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high if high > low else low + 1)
    return float(ticks[0]), float(ticks[-1]), ticks


def _told(ticks, scale):
    """Places and numbers of an axis, with as many decimals as the one that needs most."""
    places = max(len(f"{one:.10g}".partition(".")[2]) for one in ticks)
    return [(scale(one), f"{one:,.{places}f}") for one in ticks]


def _under(times, labels, x):
    """As many names of years as there is room for, the last among them, with their places."""
    wide = max(map(len, labels), default=1) * 9 + 14
    room = max(int((x(times[-1]) - x(times[0])) // wide), 1)
    step = max(-(-(len(times) - 1) // room), 1)
    return [_within(x(times[n]), labels[n]) for n in range(len(times) - 1, -1, -step)]


def _bands(spread, x, y):
    """How all authorities lie each year: nine in ten pale, the middle half darker."""
    parts, bands = [], (((0.05, 0.95), "#f0f0f0"), ((0.25, 0.75), PALE))
    for ends, colour in bands if spread is not None and len(spread) > 1 else ():
        there, back = ([f"{at},{y(number)}" for at, number in zip(x, spread[end])] for end in ends)
        parts.append((" ".join([*there, *reversed(back)]), colour))
    return parts


def _steps(x, y, numbers):
    """A line, broken where a figure is missing; a figure with none before and after it is a short stroke."""
    steps, gap, numbers = "", [np.nan], list(numbers)
    for at, before, number, after in zip(x, gap + numbers, numbers, numbers[1:] + gap):
        if not np.isnan(number):
            alone = np.isnan(before) and np.isnan(after)
            pen = f"{'M' if np.isnan(before) else 'L'}{at:g} {y(number):g}"
            steps += f"M{at - 5:g} {y(number):g}h10" if alone else pen
    return steps


def _apart(places, bottom):
    """Places of words, moved apart where one would cover another."""
    order, moved, last = np.argsort(places), [0.0] * len(places), -1e9
    for n in order:
        moved[n] = last = max(places[n], last + _LINE)
    last = bottom + _LINE
    for n in reversed(order):
        moved[n] = last = min(moved[n], last - _LINE)
    return moved


def _marks(rows, x, y):
    """Number, place, name, figure and kind of each authority."""
    return list(zip(rows["n"], x.round(1), y.round(1), rows["area"], rows["value_text"], rows["which"]))


def _within(x, words):
    """Words and the place around which they stand, moved in where the picture would cut them."""
    half = _LETTER * len(words) / 2
    return min(max(x, half), WIDTH - half), words


def _short(name):
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def _drawn(picture, height, **places):
    """SVG, without the space between its marks."""
    size = {"width": WIDTH, "height": height, "left": _LEFT, "top": _TOP, "font": FONT}
    return re.sub(r">\s+<", "><", render("drawing.svg", picture=picture, **size, **_COLOURS, **places)).strip().encode()
