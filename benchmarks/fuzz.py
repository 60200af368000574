"""Single faults put into ``data/``, drawn from its own Table Schema, and what ``cyp check`` says of each.

Every fault here changes or breaks a page, or could: each has to be refused, and the refusal has to name the file, and the row
and column where the fault is in a cell.
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pandas as pd

from cyp_helpers.register.checks import check_register
from cyp_helpers.register.tables import find_project, read_table

_WRONG = {
    "integer": ["three", "1.5", "١٢", "9" * 400, "NaN", "1_000", "1,000"], "boolean": ["yes", "TRUE "],
    "number": ["NaN", "inf", "-inf", "1e5", "1,000", "٣", "9" * 400], "date": [
        "31/03/2018", "2018-02-30", "0001-01-01", "9999-12-31", "2018-3-1", "Mar-18", "0000-00-00"],
}  # fmt: skip
_IDS = ["../../../data", "/etc/x", "a/b", "a b", "CON", "aux", "x#1?", "a" * 81, "-x", "x.", "é", "a\\b", "%2e%2e"]
_MARKS = ["\0", "\x07", "\x1b[2J", "\u202e", "\u200b", "\u2066", "\ufeff", "\u00ad", "\n# ", "\x85"]
_MOJIBAKE = ["â€™", "Â£", "â€“", "Ã©"]
_PERIODS = ["FY 0000/01", "CY 99999", "2016/17", "Sep-11", "FY 2016/18", "month 2017-13", "CY 2010.0", "FY ٢٠١٦/17"]
_NUMBERS = ["NaN", "inf", "1e9", "٣٨", "9" * 400, "38,0", "-"]


def run_fuzz(faults=500, seed=20260408, project=None, reviews=0):
    """Put faults one at a time into a copy of ``data/`` and check it each time.

    Parameters
    ----------
    faults : how many; seed : for the drawing; project : folder, the one around the working directory by default; reviews : with how
        many of the registers ``cyp review`` is tried too, which has to refuse them and to leave every file outside ``outputs/``

    Returns
    -------
    DataFrame, one row a fault: ``kind, file, row, column, new`` (what was written), ``outcome`` (refused, refused elsewhere,
    silent, traceback, files changed) and ``said``.
    """
    draw, source = random.Random(seed), find_project(project) / "data"
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        for name in ("data", "notebooks"):
            shutil.copytree(source.parent / name, copy / name)
        clean = check_register(copy)
        if len(clean):
            raise ValueError(f"data/ has {len(clean)} faults of its own: run cyp check first")
        makers = _Faults(copy / "data", draw).kinds()
        for number in range(faults):
            kind, (file, row, column, new) = _draw(makers, number)
            outcome, said = _outcome(copy, file, row, column)
            if number < reviews and outcome.startswith("refused"):
                outcome, said = _reviewed(copy) or (outcome, said)
            rows.append([kind, file, row, column, str(new)[:40], outcome, said])
            _restore(source, copy / "data", file)
    return pd.DataFrame(rows, columns=["kind", "file", "row", "column", "new", "outcome", "said"])


def report(results):
    """Lines of text: a table by kind, and every fault that was not refused where it is."""
    counts = pd.crosstab(results["kind"], results["outcome"])
    lines = [
        counts.to_string(),
        "",
        f"{len(results)} faults: " + ", ".join(f"{n} {o}" for o, n in Counter(results["outcome"]).items()),
    ]
    other = results[results["outcome"] != "refused"]
    lines += [
        f"{one.outcome}: {one.kind}, {one.file}, row {one.row}, column {one.column}: {one.new!r}. {one.said}"
        for one in other.itertuples()
    ]
    return "\n".join(lines)


def _draw(makers, number):
    """The next fault of each kind in turn; a kind that finds no place for one passes it on."""
    kinds = list(makers)
    for step in range(len(kinds)):
        kind = kinds[(number + step) % len(kinds)]
        if made := makers[kind]():
            return kind, made
    raise ValueError("no place for any fault")


def _outcome(copy, file, row, column):
    before = _digest(copy)
    try:
        faults = check_register(copy)
    except Exception as error:  # what is looked for
        return "traceback", f"{type(error).__name__}: {error}"[:200]
    if _digest(copy) != before:
        return "files changed", ""
    if faults.empty:
        return "silent", ""
    told = faults.astype(str)
    here = told[told["file"] == f"data/{file}"]
    if row != "":
        here = here[(here["row"] == str(row)) & here["column"].str.contains(column, regex=False)]
    first = (told if here.empty else here).iloc[0]
    return (
        "refused elsewhere" if here.empty else "refused"
    ), f"{first['file']} {first['row']} {first['column']}: {first['right'][:80]}"


def _reviewed(copy):
    """What is wrong with the end of a review of the register, or None."""
    before, command = _digest(copy), "from cyp_helpers.cli import app; app(['review', '--only', 'board'])"
    told = subprocess.run([sys.executable, "-c", command], cwd=copy, capture_output=True, text=True, check=False)
    if _digest(copy) != before:
        return "files changed", "by cyp review"
    if "Traceback" in told.stderr or told.returncode != 1:
        return "traceback", f"cyp review, exit code {told.returncode}: {told.stderr[-200:]}"


def _digest(folder):
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and "outputs" not in path.parts]
    return sha256(b"".join(str(path).encode() + path.read_bytes() for path in paths)).digest()


def _restore(source, data, file):
    for path in data.rglob("*"):
        if path.is_file() and not (source / path.relative_to(data)).is_file():
            path.unlink()
    shutil.copy2(source / file, data / file) if (source / file).is_file() else None


class _Faults:
    """Makers of faults in a copy of the register, one method a kind: each puts one in and returns (file, row, column, what was
    written), or None where it finds no place."""

    def __init__(self, data, draw):
        self.data, self.draw = data, draw
        self.package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
        self.items = [item for item in self.package["resources"] if len(read_table(data / item["path"]))]
        self.fields = [(item, field) for item in self.items for field in item["schema"]["fields"]]
        self.path_of = {item["name"]: item["path"] for item in self.package["resources"]}
        self.observations = [item["path"] for item in self.items if item["name"].startswith("observations-")]

    def put(self, file, column, new, where=None):
        """Write one cell of a random row (``where`` narrows them; ``new`` is text or a function of the row)."""
        frame = read_table(self.data / file)
        rows = list(frame.index if where is None else frame.index[where(frame)])
        if not rows:
            return None
        at = self.draw.choice(rows)
        value = new(frame.loc[at], frame) if callable(new) else new
        if value is None or value == frame.at[at, column]:
            return None
        frame.at[at, column] = value
        frame.to_csv(self.data / file, index=False, lineterminator="\n", encoding="utf-8")
        return file, at + 2, column, value

    def field_where(self, test):
        return self.draw.choice([(item, field) for item, field in self.fields if test(item, field)])

    def rules(self, field):
        return field.get("constraints", {})

    def wrong_type(self):
        item, field = self.field_where(lambda _, field: field["type"] in _WRONG)
        return self.put(item["path"], field["name"], self.draw.choice(_WRONG[field["type"]]))

    def empty(self):
        item, field = self.field_where(lambda _, field: self.rules(field).get("required"))
        return self.put(item["path"], field["name"], "", lambda frame: frame[field["name"]] != "")

    def not_listed(self):
        item, field = self.field_where(lambda _, field: "enum" in self.rules(field))
        return self.put(item["path"], field["name"], self.draw.choice(["nothing", "NaN", "0", "Yes "]))

    def pattern(self):
        item, field = self.field_where(lambda _, field: "pattern" in self.rules(field))
        return self.put(item["path"], field["name"], self.draw.choice(_IDS))

    def beyond(self):
        item, field = self.field_where(lambda _, field: {"minimum", "maximum"} & set(self.rules(field)))
        rule, day = self.rules(field), field["type"] == "date"
        new = ("1066-10-14" if day else rule["minimum"] - 1) if "minimum" in rule else rule["maximum"] + 1
        return self.put(item["path"], field["name"], str(new))

    def twice(self, change=lambda text: text):
        item, field = self.field_where(
            lambda item, field: self.rules(field).get("unique") and len(read_table(self.data / item["path"])) > 1
        )
        name = field["name"]
        new = lambda row, frame: change(self.draw.choice([one for one in frame[name] if one != row[name]]))
        file, _, column, value = self.put(item["path"], name, new) or (None,) * 4
        # Of two alike the later row is told.
        rows = read_table(self.data / file)[name].str.casefold() == value.casefold() if file else []
        return (file, rows[rows].index[-1] + 2, column, value) if file else None

    def reference(self):
        item = self.draw.choice([item for item in self.items if item["schema"].get("foreignKeys")])
        key = self.draw.choice(item["schema"]["foreignKeys"])
        return self.put(
            item["path"], key["fields"][0], self.draw.choice(["nothing", "E99999999", "re-referral", "../x"])
        )

    def text(self, marks):
        item, field = self.field_where(lambda item, field: field["type"] == "string" and item["name"] != "quarantine")
        return self.put(item["path"], field["name"], lambda row, _: row[field["name"]] + self.draw.choice(marks) + "x")

    def blank(self):
        item, field = self.field_where(
            lambda _, field: field["type"] == "string" and not field["name"].endswith(("prefix", "suffix"))
        )
        return self.put(
            item["path"],
            field["name"],
            lambda row, _: (
                row[field["name"]] and self.draw.choice([" {}", "{} ", "\u00a0{}"]).format(row[field["name"]])
            ),
        )

    def period(self):
        file = self.draw.choice([*self.observations, self.path_of["targets"], self.path_of["stated-comparisons"]])
        return self.put(file, "period", self.draw.choice(_PERIODS))

    def number(self):
        return self.put(self.draw.choice(self.observations), "value", self.draw.choice(_NUMBERS))

    def decimals(self):
        file = self.draw.choice(self.observations)
        new = lambda row, _: row["value"].partition(".")[0] if "." in row["value"] else row["value"] + ".0"
        return self.put(file, "value", new, lambda frame: frame["value"].str.fullmatch(r"[0-9.]+"))

    def tenfold(self):
        """The value and what is printed, in a figure whose year before is known."""
        file = self.path_of["observations-review-2018"]
        frame = read_table(self.data / file)
        known = pd.read_parquet(self.data / "observations/published.parquet", columns=["series_id", "area_id"])
        pairs = set(map(tuple, known.drop_duplicates().to_numpy()))
        rows = [at for at in frame.index if frame.at[at, "value"].isdigit() and (frame.at[at, "series_id"], frame.at[at, "area_id"]) in pairs]  # fmt: skip
        if not rows:
            return None
        at = self.draw.choice(rows)
        for column in ("printed", "value"):
            frame.at[at, column] = frame.at[at, column].replace(frame.at[at, "value"], frame.at[at, "value"] + "00")
        frame.to_csv(self.data / file, index=False, lineterminator="\n")
        return file, at + 2, "value", frame.at[at, "value"]

    def too_late(self):
        return self.put(self.draw.choice(self.observations), "published", "2030-01-31")

    def itself(self):
        name, one, other = self.draw.choice([
            ("series-breaks", "series_id", "successor_series_id"), ("activity-moves", "from_activity_id", "to_activity_id"),
            ("printed-pairings", "observation_id", "comparator_observation_id"), ("governance-links", "body_id", "target_id"),
            ("areas", "area_id", "region_id"), ("neighbours", "area_id", "neighbour_id"),
        ])  # fmt: skip
        return self.put(self.path_of[name], other, lambda row, _: row[one] or None)

    def to_come(self):
        name, column = self.draw.choice([("editions", "edition_date"), ("neighbour-lists", "published"), ("sources", "published")])
        return self.put(self.path_of[name], column, self.draw.choice(["2097-05-31", "2099-12-31"]))

    def status_twice(self):
        file = self.draw.choice(self.observations)
        return self.put(file, "status", lambda row, _: f"{row['status'] or 'p'} e {row['status'] or 'p'}")

    def out_of_nothing(self):
        return self.put(self.draw.choice(self.observations), "denominator", "0", lambda frame: frame["value"] != "")

    def takes_no_value(self):
        none = ["direction", "trend", "in_line", "words", "pending"]
        return self.put(self.path_of["targets"], "value", "12.5", lambda frame: frame["kind"].isin(none))

    def unsaid(self):
        return self.put(
            self.path_of["action-evidence"], self.draw.choice(["said_by"]), "", lambda frame: frame["said_by"] != ""
        )

    def region(self):
        return self.put(
            self.path_of["areas"],
            "region_id",
            self.draw.choice(["E10000024", "E92000001", "E06000016"]),
            lambda frame: frame["region_id"] != "",
        )

    def baseline(self):
        every = [one for file in self.observations for one in read_table(self.data / file).to_dict("records")]
        series = read_table(self.data / self.path_of["series"]).set_index("series_id")["indicator_id"]
        listed = read_table(self.data / self.path_of["plan-indicators"]).set_index("plan_indicator_id")["series_id"]
        new = lambda row, _: self.draw.choice([
            one["observation_id"] for one in every if series[one["series_id"]] != series[listed[row["plan_indicator_id"]]]])  # fmt: skip
        return self.put(
            self.path_of["targets"],
            "baseline_observation_id",
            new,
            lambda frame: frame["baseline_observation_id"] != "",
        )

    def strangers(self):
        name, column = self.draw.choice([("source-queries", "concerns"), ("evidence", "figures"), ("governance-links", "target_id"),
                                    ("printed-pairings", "comparator_observation_id"), ("published-measures", "counterpart_of")])  # fmt: skip
        return self.put(self.path_of[name], column, "nowhere/99", lambda frame: frame[column] != "")

    def days(self):
        name, column = self.draw.choice(
            [("reviews", "as_at"), ("reviews", "period_start"), ("plans", "period_end"), ("reviews", "period_end")]
        )
        return self.put(self.path_of[name], column, "2001-04-02")

    def window(self):
        column, new = self.draw.choice([("edition_source", ""), ("denominator", "series nothing"), ("dataset", "nothing"), ("filters", "x"),
                                   ("first_year", "2098"), ("measure", "")])  # fmt: skip
        where = {"edition_source": lambda f: f["edition_source"] != "", "first_year": lambda f: f["last_year"] != "2099",
                 "measure": lambda f: (f["measure"] != "") & (f["numerator"] == "")}.get(column)  # fmt: skip
        return self.put(self.path_of["published-measures"], column, new, where) if column != "first_year" else None

    def raw(self, change, files=None):
        file = self.draw.choice(files or [item["path"] for item in self.items])
        content = (self.data / file).read_bytes()
        new = change(content)
        if new == content:
            return None
        (self.data / file).write_bytes(new)
        return file, "", "", change.__name__

    def half(self, content):
        return content[: len(content) // 2 - self.draw.randrange(9)]

    def open_quote(self, content):
        lines = content.split(b"\n")
        at = self.draw.randrange(1, len(lines) - 1)
        return b"\n".join([*lines[:at], b'"' + lines[at], *lines[at + 1 :]])

    def cr_only(self, content):
        return content.replace(b"\n", b"\r")

    def semicolons(self, content):
        return content.replace(b",", b";")

    def cell_more(self, content):
        lines = content.split(b"\n")
        at = self.draw.randrange(1, len(lines) - 1)
        return b"\n".join([*lines[:at], lines[at] + b",more", *lines[at + 1 :]])

    def blank_row(self, content):
        return content + b"\n"

    def other_encoding(self, content):
        return content.replace(b"\n", "é\n".encode("latin-1"), 1)

    def header(self, content):
        first, _, rest = content.partition(b"\n")
        return b",".join([b"renamed", *first.split(b",")[1:]]) + b"\n" + rest

    def file_fault(self):
        return self.raw(
            self.draw.choice(
                [
                    self.half,
                    self.open_quote,
                    self.cr_only,
                    self.semicolons,
                    self.cell_more,
                    self.blank_row,
                    self.other_encoding,
                    self.header,
                ]
            )
        )

    def gone(self):
        file = self.draw.choice(self.items)["path"]
        (self.data / file).unlink()
        return file, "", "", "no file"

    def unlisted(self):
        (self.data / "plans/extra.csv").write_text("x\n1\n", encoding="utf-8")
        return "plans/extra.csv", "", "", "a file more"

    def package_fault(self):
        new = json.loads(json.dumps(self.package))
        item = self.draw.choice(new["resources"])
        change = self.draw.choice(
            ["path", "name", "schema", "out", "address", "dialect", "field", "half", "gone", "pattern", "nan"]
        )
        if change in ("path", "name", "schema"):
            del item[change]
        item |= {
            "out": {"path": "../../x.csv"},
            "address": {"path": "http://127.0.0.1:9/x.csv"},
            "dialect": {"dialect": {"delimiter": ";"}},
        }.get(change, {})
        if change == "field":
            del item["schema"]["fields"][0]["type"]
        if change == "pattern":
            item["schema"]["fields"][0].setdefault("constraints", {})["pattern"] = "("
        if change == "gone":
            new["resources"] = [one for one in new["resources"] if one["name"] != "targets"]
        content = json.dumps(new, indent=1).encode()
        content = {
            "half": content[: len(content) // 2],
            "nan": content.replace(b'"title"', b'"x": NaN, "title"', 1),
        }.get(change, content)
        (self.data / "datapackage.json").write_bytes(content)
        return "datapackage.json", "", "", change

    def parquet(self):
        file = "observations/published.parquet"
        frame, at = pd.read_parquet(self.data / file), self.draw.randrange(1000)
        column, new = self.draw.choice([
            ("value", "NaN"), ("value", "12%"), ("value", "inf"), ("area_id", "E99999999"), ("series_id", "nothing"), ("source_id", "lait-1999"),
            ("period", "FY 0000/01"), ("status", "provisional"), ("published", "31/03/2018"), ("published", "0001-01-01"),
            ("published_basis", "cited"), ("numerator", -1.0), ("denominator", float("inf")), ("locator", ""), (None, "half"), (None, "text"),
        ])  # fmt: skip
        if column is None:
            content = (self.data / file).read_bytes()
            (self.data / file).write_bytes(self.half(content) if new == "half" else b"no Parquet")
            return file, "", "", new
        frame.loc[at, column] = new
        frame.to_parquet(self.data / file, index=False)
        return file, at + 2, column, new

    def kinds(self):
        return {
        "wrong type": self.wrong_type, "empty": self.empty, "not in the list": self.not_listed, "pattern": self.pattern, "beyond a limit": self.beyond, "key twice": self.twice,
        "key twice but for capitals": lambda: self.twice(str.upper), "reference": self.reference, "unseen character": lambda: self.text(_MARKS),
        "mojibake": lambda: self.text(_MOJIBAKE), "blank at an end": self.blank, "period": self.period, "odd number": self.number, "decimals": self.decimals,
        "tenfold": self.tenfold, "after the last review": self.too_late, "refers to itself": self.itself, "done, not said by whom": self.unsaid, "region": self.region,
        "baseline of another": self.baseline, "unknown id among several": self.strangers, "days": self.days, "mapping": self.window, "file": self.file_fault,
        "day to come": self.to_come, "status twice": self.status_twice, "out of nothing": self.out_of_nothing, "value not taken": self.takes_no_value,
        "file gone": self.gone, "file more": self.unlisted, "datapackage": self.package_fault, "published figures": self.parquet,
    }  # fmt: skip
