"""The catalogue: what a publisher's dictionary makes of it, which figures are read, and what may be said of them."""

import pandas as pd
import pytest
from importing import empty_register, import_lait, save

from cyp_helpers import indicators
from cyp_helpers.compare.comparison import compare
from cyp_helpers.importers.run import import_files
from cyp_helpers.register.catalogue import OWN
from cyp_helpers.register.checks import check_register
from cyp_helpers.register.tables import load_register, read_table

COLUMNS = ["Measure_code", "Measure_short", "Measure", "Chart_title", "Topic", "Polarity", "y_axis_name", "Year_Type", "Last Update", "Next Update", "dps"]
ROWS = [
    ["1", "Made_Rate", "Children  made up", "", "Made up", "-", "Rate per 10,000", "Annual", "45809", "46174", "NA"],
    ["1", "Made_Rate", "Children made up, again", "", "Other topic", "-", "Rate per 10,000", "Annual", "45000", "46000", "2"],
    ["2", "Made_Num", "Number made up", "", "Made up", "High", "Number", "Annual", "New Data", "TBC", "0"],
    ["3", "FSP_Made", "Profile made up", "", "Made up", "High", "% achieving", "Academic Year", "45809", "Discontinued", "NA"],
    ["4", "PrevRegCPR", "Second plans", "", "Child Protection", "Low", "% plans", "Financial Year", "45809", "46174", "1"],
]  # fmt: skip
FIGURES = [("Made_Rate", str(year), "891", str(year - 2000)) for year in range(2021, 2026)]
FIGURES += [("FSP_Made", year, "891", "70.5") for year in ("2019", "2022", "2023")] + [("Made_Num", "2025", "891", "12")]


@pytest.fixture
def register(tmp_path):
    """A register without figures whose catalogue is that of ``ROWS``."""
    folder = empty_register(tmp_path / "project")
    dictionary(folder, tmp_path)
    return folder


def dictionary(folder, where, rows=ROWS, edition="2025-06-01"):
    path = save(pd.DataFrame(rows, columns=COLUMNS, dtype="str"), where / "dictionary.csv")
    return import_files(folder, "lait", [path], edition=edition)


def catalogue(folder):
    return read_table(folder / "data/reference/catalogue.csv").set_index("series_id")


def test_a_dictionary_becomes_facts(register):
    rows = catalogue(register)
    rate = rows.loc["lait-made-rate"]
    facts = ["name", "topic", "unit", "polarity", "year_type", "total", "last_update", "next_update"]
    assert rate[facts].tolist() == ["Children made up", "Made up", "rate per 10,000", "none", "FY", "no", "2025-06-01", "2026-06-01"]
    count = rows.loc["lait-made-num"]  # no count has a polarity, whatever its dictionary says; TBC is no day
    assert count[["unit", "total", "polarity", "last_update", "next_update", "next_note"]].tolist() == ["count", "yes", "none", "", "", "TBC"]
    assert rows["measure"].value_counts()["Made_Rate"] == 1  # of two topics that last brought up to date
    assert rows.loc["child-protection-repeat", "measure"] == "PrevRegCPR"  # what the register has goes before
    assert rows.loc["lait-fsp-made-2022", "what_changed"] == "the early years profile was reformed in September 2021"


def test_a_definition_that_turned_is_two_series_and_figures_have_a_file_of_their_own(register, tmp_path):
    import_lait(register, tmp_path, FIGURES, "2025-07-01")
    rows = pd.read_parquet(register / "data/observations/catalogue.parquet")
    assert rows.groupby("series_id")["period"].agg(list).to_dict() == {
        "lait-fsp-made": ["AY 2018/19"],
        "lait-fsp-made-2022": ["AY 2021/22", "AY 2022/23"],
        "lait-made-num": ["FY 2024/25"],
        "lait-made-rate": [f"FY {year}/{year - 1999}" for year in range(2020, 2025)],
    }
    assert not pd.read_parquet(register / "data/observations/published.parquet")["series_id"].str.startswith(OWN).any()
    assert catalogue(register).loc["lait-fsp-made-2022", "decimals"] == "1"
    assert catalogue(register).loc["lait-made-rate", "lag_months"] == "3"  # 31 March to June
    whole = load_register(register)
    assert "lait-made-rate" not in set(whole.table("published")["series_id"])
    assert len(whole.holding(["lait-made-rate"]).table("published").query("series_id == 'lait-made-rate'")) == 5
    assert "lait-fsp-made-2022" in set(whole.table("series-breaks")["successor_series_id"])


def test_another_unit_in_a_later_dictionary_goes_on_as_another_series(register, tmp_path):
    turned = [[*row[:6], "Rate per 100,000", *row[7:]] if row[1] == "Made_Rate" else row for row in ROWS]
    imported, *_ = dictionary(register, tmp_path, turned, "2026-06-01")
    assert "Made_Rate: its unit or kind of year is another" in imported[0].told[0]
    rows = catalogue(register)
    assert rows.loc["lait-made-rate", ["unit", "last_edition"]].tolist() == ["rate per 10,000", "2026-05-31"]
    assert rows.loc["lait-made-rate-2026-06-01", ["unit", "first_edition"]].tolist() == ["rate per 100,000", "2026-06-01"]
    assert len(rows) == len(catalogue(register)[~catalogue(register).index.duplicated()])


def test_an_axis_without_a_unit_is_refused_with_the_measure(register, tmp_path):
    odd = [[*ROWS[0][:6], "Furlongs", *ROWS[0][7:]]]
    with pytest.raises(ValueError, match="'Made_Rate'.*'Furlongs'.*catalogue_rules.csv"):
        dictionary(register, tmp_path, odd)


# ---- the shipped one ----


@pytest.fixture(scope="module")
def shipped():
    return load_register()


def test_every_measure_is_a_series(shipped):
    rows = shipped.table("catalogue")
    assert rows["series_id"].isin(shipped.table("series")["series_id"]).all()
    named = shipped.table("published-measures").query("dataset == 'lait'")["measure"]
    assert set(named) <= set(rows["measure"])
    totals = rows[rows["total"] == "yes"]
    assert (totals["polarity"] == "none").all() and totals["unit"].isin(["count", "pounds"]).all()


def test_a_total_is_never_ranked_and_no_polarity_is_told_higher_or_lower(shipped):
    rows = compare(shipped, "2026-04-30", "East Midlands", ["lait-lacnum", "lait-lac", "lait-lac-over-abs"])
    total, rate = (rows[rows["series_id"] == one] for one in ("lait-lacnum", "lait-lac"))
    assert total["rank"].isna().all() and set(total.query("comparator == 'england'")["gap"]) <= {"total", "other period"}
    assert rate["rank"].notna().any() and rate["band"].isna().all()
    words = set(rate.loc[rate["evidence"] == "clear", "verdict"])
    assert words and words <= {"higher", "lower", "increased", "decreased", "increasing", "decreasing", "gaining ground", "falling behind"}
    assert rows.loc[rows["evidence"] == "clear", "promise"].between(75, 100).all()


def test_indicators_are_found_by_word_and_topic(shipped):
    rows = indicators(search="absence", topic="looked after", register=shipped)
    assert {"lait-lac-over-abs", "lait-lac-unauth"} <= set(rows["series_id"])
    assert set(rows["topic"]) == {"Children Looked After"} and (rows["areas"] > 100).all()


def test_the_catalogue_is_held_to_the_register(project):
    path = project / "data/reference/catalogue.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",two-year-old-take-up,", ",two-year-olds,"), encoding="utf-8")
    faults = check_register(project)
    assert faults.loc[faults["column"] == "series_id", "found"].tolist() == ["two-year-olds"]
