"""Pictures of many figures as SVG, in the letters of the page: lines over the years, all authorities in a strip or a funnel.

What a page's script moves when another authority is chosen has a class: ``own``, ``region``, ``near``; each authority's mark has its
number in ``data-n``.
"""

import html
import json
import textwrap

import numpy as np
import pandas as pd

from cyp_helpers.register.tables import ENGLAND
from cyp_helpers.show.marks import BLUE, GATE, INK, MIDDLE, PALE, PLUM, SOFT
from cyp_helpers.show.wording import in_html

WIDTH, FONT = 660, 17  # points; a page's letters have 17, too
_LEFT, _TOP, _LINE = 76, 12, 21
_LONGEST = 15  # letters of a name at the end of a line
_LETTER, _BOLD = 10, 10.8  # how broad one is at most, on average, in the letters that any reader's computer may have
# Lines differ in dash and width, so that none needs its colour.
LOOKS = {"own": (BLUE, 3.5, ""), "England": (INK, 2, ""), "region": (SOFT, 2, "7 4"), "near": (PLUM, 2, "2 4")}
_DASHES = ("", "9 4", "3 4", "12 3 2 3")
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
    numbers of the times that stand out.

    >>> years([2015, 2016], ["2015", "2016"], {"own": ("Leicester", [1.0, 2.0])}, 0).count(b'<path class="own"')
    1
    """
    height, bottom = 330, 290
    names = [f"{name} {number:,.{places}f}" for name, number in levels]
    longest = _LONGEST + 1 + max(len(f"{one:,.{places}f}") for _, each in lines.values() for one in each)
    right = round(WIDTH - 8 - (_LETTER * max(map(len, names)) if names else _BOLD * longest), 1)
    inside = [*(each for _, each in lines.values()), [*gate, *(number for _, number in levels)]]
    inside += [spread.to_numpy().ravel()] if spread is not None else []
    low, high, ticks = _axis(np.concatenate(inside))
    x, y = _scale(times[0], times[-1], _LEFT + 8, right - 14), _scale(low, high, bottom, _TOP)
    at = [x(one) for one in times]
    parts = _spread(spread, at, y) + _rulers(ticks, y, right)
    if gate:
        top, end = y(gate[1]), y(gate[0])
        box = f'x="{at[-1] - 9}" y="{top}" width="18" height="{round(end - top, 1)}"'
        parts.append(f'<rect class="gate" {box} fill="{GATE}" stroke="{MIDDLE}"/>')
    for name, (_, number) in zip(names, levels):
        parts.append(f'<path d="M{_LEFT} {y(number)}H{right}" stroke="{SOFT}" stroke-dasharray="6 4"/>')
        parts.append(_text(right + 6, y(number) + 6, name))
    parts += _under(times, labels, x, height - 14)
    ends = {}
    for kind, (name, numbers) in reversed(lines.items()):
        parts.append(_path(kind, LOOKS[kind], at, y, numbers))
        if known := [one for one in numbers if not np.isnan(one)]:
            ends[kind] = (y(known[-1]), f"{_short(name)} {known[-1]:,.{places}f}")
    for n, place in enumerate(at):
        if not np.isnan(one := lines["own"][1][n]):
            stands_out = f'<path d="M{place} {y(one) - 8}l8 8-8 8-8-8z" fill="{PLUM}"/>'
            dot = f'<circle class="own" cx="{place}" cy="{y(one)}" r="4.5" fill="{BLUE}"/>'
            parts.append(stands_out if n in marked else dot)
    if not levels:
        apart = _apart([place for place, _ in ends.values()], bottom)
        told = (_end(kind, place, ends[kind], right + 4) for kind, place in zip(ends, apart))
        parts.append(f'<g class="ends">{"".join(told)}</g>')
    moved = {"x": at, "low": low, "high": high, "bottom": bottom, "top": _TOP, "places": places}
    return _svg(height, parts, f' data-years="{html.escape(json.dumps(moved))}"')


def long_lines(lines, span, places):
    """SVG of lines (name, rows of ``known_figures``) on several definitions or areas over a span of years, told apart
    below."""
    plot, seen = 300, {True: 0, False: 0}
    names = [textwrap.wrap(name, int((WIDTH - _LEFT - 42) / _LETTER)) for name, _ in lines]
    below, height = plot + 14, plot + 20 + _LINE * sum(map(len, names))
    low, high, ticks = _axis(np.concatenate([line["number"] for _, line in lines]))
    times = [year + 0.25 for year in span]
    every = [*times, *(one for _, line in lines for one in in_years(line["end"]))]
    x, y = _scale(min(every) - 0.2, max(every) + 0.2, _LEFT + 8, WIDTH - 20), _scale(low, high, plot - 40, _TOP)
    parts = _rulers(ticks, y, WIDTH - 12) + _under(times, [str(year) for year in span], x, plot - 14)
    for name, (_, line) in zip(names, lines):
        england = line["area_id"].iloc[0] == ENGLAND
        look = (INK, 2, _DASHES[seen[True] % 4]) if england else _SERIES[seen[False] % len(_SERIES)]
        seen[england] += 1
        at = [x(one) for one in in_years(line["end"])]
        parts.append(_path("line", look, at, y, line["number"]))
        for place, number in zip(at, line["number"]):
            dot = f'<circle cx="{place}" cy="{y(number)}" r="{3 if england else 4.5}" fill="{look[0]}">'
            parts.append(f"{dot}<title>{number:,.{places}f}</title></circle>")
        parts.append(f'<path d="M{_LEFT} {below - 6}h34" {_stroke(look)}/>')
        parts += [_text(_LEFT + 42, below + _LINE * n, words) for n, words in enumerate(name)]
        below += _LINE * len(name)
    return _svg(height, parts)


def strip(rows, polarity, england, places):
    """SVG of all authorities (rows of ``views.authorities``) on a line, better to the right, one above the other where
    they stand alike."""
    height, middle = 190, 120
    values = rows["value"].astype(float)
    low, high, ticks = _axis(values.to_numpy())
    x = _scale(*((high, low) if polarity == "lower" else (low, high)), 16, WIDTH - 16)
    at = values.map(x)
    bins = (at / 9).round()
    stack = bins.groupby(bins).cumcount()
    up = stack.where(stack % 2 == 0, -stack - 1) / 2 * 8
    near, far = sorted(x(one) for one in values.quantile([0.25, 0.75]))
    parts = [f'<rect x="{near}" y="20" width="{round(far - near, 1)}" height="{middle + 24}" fill="{PALE}"/>']
    if england is not None:
        parts.append(f'<path d="M{x(england)} 20V{middle + 44}" stroke="{INK}" stroke-width="2"/>')
        parts.append(_middle(x(england), 14, f"England {england:,.{places}f}"))
    parts += [_middle(x(one), height - 6, words) for one, words in zip(ticks, _told(ticks))]
    if polarity != "none":
        parts += [_text(4, 38, "worse", "start"), _text(WIDTH - 4, 38, "better", "end")]
    # How close marks lie above each other, so that the highest stack has room.
    squeeze = min(2.0, 2 * 84 / max(8 * (stack.max() / 2 + 1) * 2, 1)) if len(stack) else 1
    return _svg(height, parts + _marks(rows, at, middle - up * 0.5 * squeeze), ' class="areas"')


def funnel(rows, value, limits, england):
    """SVG of figures (``value``, worked out from the counts of ``rows``) by the size of what they count; ``limits``
    around England have ``size, low_95, high_95, low_998, high_998`` and are cut at the frame that the figures need."""
    height, sizes, floor = 360, limits["size"], 312
    low, high, ticks = _axis(np.append(value.to_numpy(float), england))
    told = np.geomspace(sizes.min(), sizes.max(), 4)
    told = np.unique([round(one, -int(np.log10(one))) for one in told])  # with one digit that is not nought
    ends = np.log([min(*told, sizes.min()), max(*told, sizes.max())])
    x, y = _scale(*ends, _LEFT + 8, WIDTH - 20), _scale(low, high, floor, _TOP)
    parts = _rulers(ticks, y, WIDTH - 12)
    frame = f"{_LEFT} {_TOP} {WIDTH - 12 - _LEFT} {floor - _TOP}"
    place = 'x="{}" y="{}" width="{}" height="{}"'.format(*frame.split())
    at = [x(one) for one in np.log(sizes)]
    drawn = [_path("limit", (SOFT, 1.5, dash), at, y, limits[f"{end}_{share}"])
             for share, dash in (("95", "3 4"), ("998", "")) for end in ("low", "high")]  # fmt: skip
    parts.append(f'<svg {place} viewBox="{frame}">{"".join(drawn)}</svg>')
    parts.append(f'<path d="M{_LEFT} {y(england)}H{WIDTH - 12}" stroke="{INK}" stroke-width="2"/>')
    parts += [_middle(x(np.log(one)), height - 26, f"{one:,.0f}") for one in told]
    parts.append(_text((_LEFT + WIDTH) / 2, height - 5, "Out of how many, in steps of like growth", "middle"))
    return _svg(height, parts + _marks(rows, np.log(rows["denominator"]).map(x), value.map(y)), ' class="areas"')


# ---- parts ----


def _scale(low, high, start, end):
    """From a number to a place."""
    return lambda number: round(float(start + (number - low) / ((high - low) or 1) * (end - start)), 1)


def _axis(numbers):
    """Both ends of an axis that holds the numbers, and its ticks. It begins at nought only where that costs little room."""
    from matplotlib.ticker import MaxNLocator

    numbers = numbers[~np.isnan(numbers)]
    low, high = (numbers.min(), numbers.max()) if len(numbers) else (0, 1)
    low = 0 if 0 < low < 0.25 * high else low
    ticks = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high if high > low else low + 1)
    return float(ticks[0]), float(ticks[-1]), ticks


def _rulers(ticks, y, right):
    """Lines across with their numbers."""
    lines = [f'<path d="M{_LEFT} {y(one)}H{right}" stroke="{PALE}"/>' for one in ticks]
    return [line + _text(_LEFT - 8, y(one) + 6, words, "end") for line, one, words in zip(lines, ticks, _told(ticks))]


def _told(ticks):
    """Numbers of an axis, with as many decimals as the one that needs most."""
    places = max(len(f"{one:.10g}".partition(".")[2]) for one in ticks)
    return [f"{one:,.{places}f}" for one in ticks]


def _under(times, labels, x, y):
    """As many names of years as there is room for, the last among them."""
    wide = max(map(len, labels), default=1) * 9 + 14
    room = max(int((x(times[-1]) - x(times[0])) // wide), 1)
    step = max(-(-(len(times) - 1) // room), 1)
    return [_middle(x(times[n]), y, labels[n]) for n in range(len(times) - 1, -1, -step)]


def _spread(spread, x, y):
    """How all authorities lie each year: nine in ten pale, the middle half darker."""
    parts, bands = [], (((0.05, 0.95), "#f0f0f0"), ((0.25, 0.75), PALE))
    for ends, colour in bands if spread is not None and len(spread) > 1 else ():
        there, back = ([f"{at},{y(number)}" for at, number in zip(x, spread[end])] for end in ends)
        parts.append(f'<polygon points="{" ".join([*there, *reversed(back)])}" fill="{colour}"/>')
    return parts


def _path(kind, look, x, y, numbers):
    """A line, broken where a figure is missing; a figure with none before and after it is a short stroke."""
    steps, gap, numbers = "", [np.nan], list(numbers)
    for at, before, number, after in zip(x, gap + numbers, numbers, numbers[1:] + gap):
        if not np.isnan(number):
            alone = np.isnan(before) and np.isnan(after)
            pen = f"{'M' if np.isnan(before) else 'L'}{at:g} {y(number):g}"
            steps += f"M{at - 5:g} {y(number):g}h10" if alone else pen
    return f'<path class="{kind}" d="{steps}" {_stroke(look)}/>'


def _stroke(look):
    dashed = f' stroke-dasharray="{look[2]}"' if look[2] else ""
    return f'fill="none" stroke="{look[0]}" stroke-width="{look[1]}" stroke-linejoin="round"{dashed}'


def _end(kind, place, told, right):
    look = f'fill="{LOOKS[kind][0]}"' + (' font-weight="700"' if kind == "own" else "")
    at = f'x="{round(right, 1)}" y="{round(place + 6, 1)}" data-at="{told[0]}"'
    return f'<text class="{kind}" {at} {look}>{in_html(told[1])}</text>'


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
    """A mark for each authority with its name; over them those of the neighbours and, largest, of the area."""
    parts, near, own = [], [], []
    for n, at, up, area, text, which in zip(rows["n"], x, y, rows["area"], rows["value_text"], rows["which"]):
        place = f'transform="translate({round(float(at), 1)} {round(float(up), 1)})"'
        mark = f'<circle r="4.5" fill="{MIDDLE}" stroke="#8a8a8a"/><title>{in_html(area)} {text}</title>'
        parts.append(f'<g class="a" data-n="{n}" {place}>{mark}</g>')
        if which == "neighbour":
            look = f'fill="#fff" stroke="{PLUM}" stroke-width="2"'
            near.append(f'<path class="near" {place} d="M0-6l6 6-6 6-6-6z" {look} pointer-events="none"/>')
        elif which == "this review":
            look = f'fill="{BLUE}" stroke="#fff" stroke-width="1.5"'
            own.append(f'<circle class="own" {place} r="8" {look} pointer-events="none"/>')
    return parts + near + own


def _text(x, y, words, anchor="start"):
    return f'<text x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}" fill="{INK}">{in_html(words)}</text>'


def _middle(x, y, words):
    """Words around a place, moved in where the picture would cut them."""
    half = _LETTER * len(words) / 2
    return _text(min(max(x, half), WIDTH - half), y, words, "middle")


def _short(name, longest=_LONGEST):
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def _svg(height, parts, more=""):
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    letters = f'font-family="Arial, Helvetica, sans-serif" font-size="{FONT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {letters}{more}>{"".join(parts)}</svg>'.encode()
