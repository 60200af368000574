"""Kinds of wrong file: another topic, another unit, a part of the whole, two words for one area. Each kind of ../shared/cases with
its right answer, and two inputs more."""

import pandas as pd
import pytest
from conftest import PROJECT
from importing import (
    DAY,
    DERBYSHIRE,
    ENGLAND,
    FINGERTIPS_ROWS,
    KEYS,
    LATER,
    LEICESTERSHIRE,
    NEW,
    NOTTS,
    NUMBERS,
    OLD,
    ONE,
    figure,
    fingertips_frame,
    import_lait,
    lait_frame,
    published,
    referrals,
    refused,
    register,
    save,
    shares,
    snapshot,
    take,
)
from typer.testing import CliRunner

from cyp_helpers.cli import app
from cyp_helpers.importers.reading import UnreadableFile
from cyp_helpers.importers.run import _without_gaps_of, import_files
from cyp_helpers.register.checks import check_register
from cyp_helpers.register.tables import load_register, read_table

# ---- what a file is ----


@pytest.mark.parametrize(
    "columns, reason",
    [
        ({"category": ["Referrals and Re-referrals", "Referrals from schools"]}, "category is 'Referrals from schools'"),
        ({"time_identifier": ["Reporting year", "Financial year Q1"]}, "time 'Financial year Q1' is no financial year"),
        ({"time_identifier": ["Reporting year", "Academic year"]}, "time 'Academic year' is no financial year"),
        ({"time_identifier": ["Reporting year", "March"]}, "time 'March'"),
        ({"geographic_level": ["Local authority", "School"]}, "level 'School' is no authority"),
        ({"geographic_level": ["Local authority", "Ward"]}, "level 'Ward' is no authority"),
        ({"geographic_level": ["Local authority", "Local authority district"], "lad_name": ["", "Ashfield"]}, "level 'Local authority district'"),
        ({"geographic_level": ["Local authority", "Parliamentary constituency"]}, "level 'Parliamentary constituency'"),
    ],
)  # fmt: skip
def test_rows_of_another_kind_are_left_out_and_counted(register, tmp_path, columns, reason):
    one = take(register, tmp_path, referrals(ONE, LATER, **columns), name="x_2026-11-20.csv")
    assert len(one.skipped) == 1 and one.skipped[0].startswith("1 row: ") and reason in one.skipped[0]
    assert shares(register) == {"FY 2024/25": "23.1"}


@pytest.mark.parametrize(
    "columns", [{"geographic_level": "School"}, {"time_identifier": "Week 12"}, {"category": "Assessments"}]
)
def test_a_file_with_nothing_left_is_refused_with_the_reasons(register, tmp_path, columns):
    refused(register, tmp_path, referrals(ONE, **columns), "not one row .* 1 row: ")


@pytest.mark.parametrize(
    "column, values",
    [("characteristic", ["Total", "Boys"]), ("placement", ["Foster care", "Residential"])],
)
def test_a_column_that_tells_rows_apart_and_is_not_named_is_refused(register, tmp_path, column, values):
    refused(
        register,
        tmp_path,
        referrals(ONE, LATER, **{column: values}),
        f"'{column}' tells rows apart by '{values[0]}', '{values[1]}'",
    )
    take(register, tmp_path, referrals(ONE, **{column: values[:1]}))
    assert shares(register) == {"FY 2024/25": "23.1"}


def test_a_lait_file_with_a_column_that_tells_rows_apart(register, tmp_path):
    rows = lait_frame([("PrevRegCPR", "2024", "891", "25.1"), ("PrevRegCPR", "2023", "891", "24.2")])
    refused(register, tmp_path, rows.assign(Sex=["Male", "Female"]), "'Sex' tells rows apart", "lait")


def test_a_file_about_another_topic_that_has_a_needed_column(register, tmp_path):
    frame = (
        referrals(ONE, ONE)
        .drop(columns=KEYS[-3:])
        .assign(population_estimate=["170000", "2"], cla_group=["All", "Adopted"])
    )
    refused(register, tmp_path, frame, "nearest is ees-population: no column 'age_group'")


def test_the_nearest_dataset_is_named_with_what_it_lacks(register, tmp_path):
    renamed = referrals(ONE).rename(
        columns={"referral_count": "referrals_number", "rereferral_count": "rereferrals_number"}
    )
    refused(
        register,
        tmp_path,
        renamed,
        "nearest is ees-referrals: no column 'referral_count'.*no column 'rereferral_count'",
    )
    months = (
        referrals(ONE)
        .rename(columns={"rereferral_percent": "April"})
        .drop(columns=["referral_count", "rereferral_count"])
    )
    refused(register, tmp_path, months, "nearest is ees-")


@pytest.mark.parametrize("name", ["Referral_Count", "referral count ", " REFERRAL_COUNT"])
def test_header_names_equal_but_for_capitals_or_blanks(register, tmp_path, name):
    refused(register, tmp_path, referrals(ONE, **{name: "1"}), "two columns are called 'referral_count' and")


@pytest.mark.parametrize("age, indicator", [("0-14 yrs", "90284"), ("<5 yrs", "90284"), ("<15 yrs", "90285")])
def test_fingertips_rows_of_another_age_or_indicator(register, tmp_path, age, indicator):
    frame = fingertips_frame().assign(Age=age, **{"Indicator ID": indicator})
    refused(
        register, tmp_path, frame, f"age is '{age}', not '<15 yrs'|indicator 90285; the mapping has 90284", "fingertips"
    )


# ---- areas ----


@pytest.mark.parametrize("number, code", [("", NOTTS), ("z", NOTTS), ("891.0", ""), ("891", "z"), ("891", "E99999999")])
def test_number_or_code_alone_serves(register, tmp_path, number, code):
    take(register, tmp_path, referrals(ONE, old_la_code=number, new_la_code=code))
    assert shares(register) == {"FY 2024/25": "23.1"}


@pytest.mark.parametrize("number, code", [("891", DERBYSHIRE), ("999", NOTTS), ("891", "E10000099")])
def test_number_and_code_that_disagree_are_held_back(register, tmp_path, number, code):
    frame = referrals(ONE, ("2025", LEICESTERSHIRE, "3000", "563", "18.8"))
    one = take(register, tmp_path, frame.assign(old_la_code=[number, "855"], new_la_code=[code, LEICESTERSHIRE]))
    assert set(one.held["rule"]) == {"keys-disagree"} and shares(register) == {}
    assert shares(register, LEICESTERSHIRE) == {"FY 2024/25": "18.8"}


@pytest.mark.parametrize("number, code, words", [
    ("z", "z", "no area is named"), ("", "E99999999", "no area is named"), ("314 / 318", "z", "two authorities together"),
    ("944", "E06000099", "new to the register, --new-areas"), ("944", "", "does not stand in data/reference/areas.csv"),
])  # fmt: skip
def test_areas_that_are_none_are_told_for_what_they_are(register, tmp_path, number, code, words):
    refused(register, tmp_path, referrals(ONE, old_la_code=number, new_la_code=code), words)


@pytest.mark.parametrize("number", ["E10000024", "Nottinghamshire", "-891"])
def test_a_lait_file_whose_numbers_are_none(register, tmp_path, number):
    frame = lait_frame([("PrevRegCPR", "2024", number, "25.1")])
    refused(register, tmp_path, frame, "not one row .* does not stand in data/reference/areas.csv", "lait")


def test_a_new_area_comes_in_only_when_asked_for_and_with_a_plain_name(register, tmp_path):
    frame = referrals(ONE, old_la_code="944", new_la_code="E06000099", la_name="New\u202eshire")
    refused(register, tmp_path, frame, "new to the register", new_areas=True)
    for name in ("nottinghamshire", "N" * 3000):
        refused(register, tmp_path, frame.assign(la_name=name), "new to the register", new_areas=True)
    take(register, tmp_path, frame.assign(la_name="Newshire"), new_areas=True)
    assert shares(register, "E06000099") == {"FY 2024/25": "23.1"}
    assert "data/reference/areas.csv" not in set(check_register(register)["file"])


def test_codes_of_abolished_authorities_stand_for_themselves():
    areas = load_register().table("areas").set_index("area_id")["former_codes"]
    assert {"E06000028", "E10000021", "E10000006"} <= set(areas.index) and areas[
        "E06000066"
    ] == "E10000027"  # Somerset's own bounds


# ---- days ----


@pytest.mark.parametrize(
    "name, option, words",
    [
        ("bds_long_2026-13-01.csv", None, "no day"), ("bds_long_2099-01-01.csv", None, "in the future"),
        ("bds_long.csv", "2025-02-30", "no day"), ("bds_long.csv", "2012-13-2016", "no day"),
        ("bds_long_2012-13-2016-17.csv", None, "no day in the file's name"), ("bds_long.csv", "2098-01-01", "in the future"),
    ],
)  # fmt: skip
def test_days_that_are_none(register, tmp_path, name, option, words):
    refused(register, tmp_path, lait_frame(), words, "lait", name, edition=option)


@pytest.mark.parametrize(
    "name", ["exclusions_2006-07-2016-17.csv", "referrals_2012-13-2016-17.csv", "referrals 2013-14 to 2024-25.csv"]
)
def test_a_name_with_school_years_has_no_day(register, tmp_path, name):
    assert (
        take(register, tmp_path, referrals(ONE), name=name).source_id == "ees-referrals-2025-10-31"
    )  # by its newest figures


def test_a_name_in_another_encoding(register, tmp_path):
    path = tmp_path / b"r\xe9f\xe9rrals.csv".decode("utf-8", "surrogateescape")
    save(referrals(ONE), tmp_path / "x.csv").rename(path)
    with pytest.raises(UnreadableFile, match="another encoding"):
        import_files(register, "ees", [path])


@pytest.mark.parametrize("year", ["2024/25", "202426", "202525", "soon"])
def test_years_that_cannot_be_read_are_held_back_each(register, tmp_path, year):
    refused(
        register,
        tmp_path,
        referrals((year, NOTTS, "1", "1", "100"), (year, LEICESTERSHIRE, "1", "1", "100")),
        "4 held back, the year label",
    )


# ---- what the figures say, beside the edition before ----

COUNTIES = ["881", "855", "830", "891", "919", "850", "886", "931", "873", "878", "926", "935", "885", "916", "937", "938", "925", "860", "933",
            "815", "916", "888", "845"]  # fmt: skip


def lait_edition(value, measure="Level3Age19", years=("2023", "2024"), numbers=COUNTIES):
    """A measure for counties and years; ``value`` is a function of place and year."""
    return [(measure, year, la, value(at, int(year))) for at, la in enumerate(dict.fromkeys(numbers)) for year in years]


def usual(at, year):
    return f"{50 + at + (year - 2023) / 2:.1f}"


TURNED = [
    ("scale-turned", lambda at, year: f"{float(usual(at, year)) / 100:.5f}"),
    ("scale-turned", lambda at, year: "0"),
    ("scale-turned", lambda at, year: usual(at, year) if year == 2023 else f"{float(usual(at, year)) / 100:.5f}"),
    ("scale-turned", lambda at, year: usual(at, year) if year == 2023 else f"{float(usual(at, year)) / 2:.1f}"),
    ("share-inverted", lambda at, year: usual(at, year) if year == 2023 else f"{100 - float(usual(at, year)):.1f}"),
    ("measure-emptied", lambda at, year: "-" if year == 2024 else usual(at, year)),
    ("measure-emptied", lambda at, year: "-" if year == 2024 and at % 2 else usual(at, year)),
    ("measure-emptied", lambda at, year: "-" if at else usual(at, year)),
    ("all-moved", lambda at, year: f"{float(usual(at, year)) + 2:.1f}"),
    ("all-moved", lambda at, year: usual(at + 3, year)),
]


@pytest.mark.parametrize("rule, value", TURNED)
def test_a_measure_that_turned_is_held_back_until_accepted(register, tmp_path, rule, value):
    other = [("PrevRegCPR", "2024", "891", "25.1")]
    import_lait(register, tmp_path, [*lait_edition(usual), *other], OLD)
    before = published(register)
    rows = [*lait_edition(value), *other]
    imported, *_ = import_lait(register, tmp_path, rows, NEW)
    assert set(imported[0].held["rule"]) == {rule} and "--accept level-3-by-19" in imported[0].held["reason"].iloc[0]
    assert published(register).equals(before)  # nothing of it, and nothing of the others
    path = save(lait_frame(rows), tmp_path / f"bds_long_{NEW}.csv")
    import_files(register, "lait", [path], accept=["level-3-by-19"])
    assert (published(register)["source_id"] == f"lait-{NEW}").any()
    editions = load_register(register).table("editions").set_index("source_id")
    assert editions.at[f"lait-{NEW}", "note"].startswith("accepted level-3-by-19 (")
    again = snapshot(register)
    import_files(register, "lait", [path])  # what was accepted stays so
    assert snapshot(register) == again


def test_a_hundredfold_newest_year_alone_is_held_back(register, tmp_path):
    import_lait(register, tmp_path, lait_edition(usual), OLD)
    rows = [*lait_edition(usual), *lait_edition(lambda at, year: f"{0.5 + at / 100:.4f}", years=["2025"])]
    imported, *_ = import_lait(register, tmp_path, rows, NEW)
    assert set(imported[0].held["period"]) == {"AY 2024/25"} and set(imported[0].held["rule"]) == {"scale-turned"}


def test_a_quarter_that_is_called_a_year_is_held_back(register, tmp_path):
    years = referrals(*((year, area, "6000", "1200", "20.0") for year in ("2023", "2024") for area in NUMBERS))
    quarter = referrals(*(("2025", area, "1500", "300", "20.0") for area in NUMBERS))
    one = take(register, tmp_path, pd.concat([years, quarter]))
    assert one.held[["series_id", "rule"]].drop_duplicates().to_numpy().tolist() == [["referrals", "scale-turned"]]


OTHER, FSM = "NonFSM_NEW_KS2_RWM", "FSM_NEW_KS2_RWM"


def gap_edition(other, fsm, years=("2023", "2024", "2025")):
    return [*lait_edition(other, OTHER, years), *lait_edition(fsm, FSM, years)]


def test_a_gap_whose_sides_are_exchanged_is_held_back(register, tmp_path):
    def side(high):
        return lambda at, year: f"{70 + at / 2:.1f}" if high == (year < 2025) else f"{45 + at / 2:.1f}"

    import_lait(register, tmp_path, gap_edition(side(True), side(False), ["2023", "2024"]), OLD)
    one, *_ = import_lait(register, tmp_path, gap_edition(side(True), side(False)), NEW)
    gaps = one[0].held[one[0].held["series_id"] == "attainment-gap-11-fsm-2018"]
    assert set(gaps["rule"]) == {"scale-turned"} and set(gaps["period"]) == {"AY 2024/25"}
    assert "in AY 2024/25 -1 times as much as before" in gaps["reason"].iloc[0]


def test_a_measure_that_lies_about_nought_can_move_by_any_number_of_times(register, tmp_path):
    def side(at, year):
        return f"{50 + (-1) ** at * (at + 1) * (0.1 if year == 2023 else 0.3):.1f}"

    rows = gap_edition(lambda at, year: "50.0", side, ["2023", "2024"])
    one, *_ = import_lait(register, tmp_path, rows, NEW)
    assert one[0].held.empty


def test_a_gap_is_held_back_where_one_of_its_parts_is(register, tmp_path):
    rows = gap_edition(lambda at, year: f"{70 + at / 2:.1f}", lambda at, year: f"{45 + at / 2:.1f}")
    twice = [*rows, (FSM, "2025", "891", "35.0")]
    for many in (twice, twice[::-1]):
        one, *_ = import_lait(register, tmp_path, many, NEW)
        gaps = one[0].held[one[0].held["series_id"] == "attainment-gap-11-fsm-2018"]
        assert gaps[["area_id", "rule"]].to_numpy().tolist() == [[NOTTS, "duplicates-disagree"]]


@pytest.mark.parametrize("counts_only, held", [(False, ["part-held-back"]), (True, [])])
def test_a_gap_does_not_outlive_its_part(counts_only, held):
    places = [f"{OTHER} minus {FSM}, area {la}, year 2025" for la in (891, 855)]
    kept = pd.DataFrame({"locator": places, "minus_measure": FSM})
    part = pd.DataFrame({"locator": [f"{FSM}, area 891, year 2025"], "counts_only": counts_only, "rule": "of the part"})
    stays, more = _without_gaps_of(part, kept)
    assert more["rule"].tolist() == ["of the part", *held] and len(stays) == 2 - len(held)


def test_a_measure_that_now_equals_another_is_held_back(register, tmp_path):
    both = [*lait_edition(usual), *lait_edition(lambda at, year: f"{20 + at}.5", "16-17 NEET")]
    import_lait(register, tmp_path, both, OLD)
    same = [*lait_edition(usual, years=["2025"]), *lait_edition(usual, "16-17 NEET", ["2025"])]
    periods = [("TotAbs", year, la, value) for _, year, la, value in same]
    imported, *_ = import_lait(register, tmp_path, [*both, *lait_edition(usual, years=["2025"]), *periods], NEW)
    assert set(imported[0].held["rule"]) == {"equals-another"}


def test_a_file_of_a_few_rows_is_held_back_where_it_says_something_new(register, tmp_path):
    import_lait(register, tmp_path, lait_edition(usual), OLD)
    before = published(register)
    few = [
        ("Level3Age19", "2024", "891", usual(3, 2024)),
        ("Level3Age19", "2024", "855", "77.0"),
        ("Level3Age19", "2025", "830", "51.0"),
    ]
    imported, *_ = import_lait(register, tmp_path, few, NEW)
    assert (
        set(imported[0].held["rule"]) == {"far-fewer-areas"} and "3 of 22 areas" in imported[0].held["reason"].iloc[0]
    )
    assert len(imported[0].figures) == 1 and published(register).equals(before)


def test_an_unknown_measure_cannot_be_accepted(register, tmp_path):
    refused(register, tmp_path, referrals(ONE), "--accept nothing: no measure of that name", accept=["nothing"])


def test_figures_that_are_later_rounded_are_no_revision(register, tmp_path):
    exact = [("2025", area, str(count), "", "") for area, count in zip(NUMBERS, (6392, 3001, 4499))]
    years = [[(str(year), *row[1:]) for row in exact] for year in range(2014, 2026)]
    rows = [row for year in years for row in year]
    take(register, tmp_path, referrals(*rows), name="x_2025-10-31.csv")
    rounded = [(year, area, f"{round(int(count), -1)}", part, share) for year, area, count, part, share in rows]
    take(register, tmp_path, referrals(*rounded), name="x_2025-12-01.csv")
    assert set(published(register)["source_id"]) == {"ees-referrals-2025-10-31"}


@pytest.mark.parametrize(
    "day, measure, period, series",
    [
        ("2025-09-15", "Work_Force_AgencyCover", "CY 2017", "vacancies-covered-by-agency"),
        ("2026-02-18", "Work_Force_AgencyCover", "CY 2017", "vacancies-covered-by-agency"),
        ("2026-04-08", "Work_Force_AgencyCover", "CY 2017", "agency-covering-vacancies"),
        ("2024-11-19", "FirstYJS", "FY 2016/17", "youth-justice-first-time-entrants"),
        ("2025-09-15", "FirstYJS", "CY 2017", "youth-justice-first-time-entrants-calendar"),
        ("2026-02-18", "ChildPov", "FY 2016/17", "child-poverty-under-16"),
        ("2026-04-08", "ChildPov", "FY 2016/17", "child-poverty-under-16-2026"),
    ],
)
def test_a_measure_is_filed_by_the_definition_of_its_edition(register, tmp_path, day, measure, period, series):
    import_lait(register, tmp_path, [(measure, "2017", "891", "67.5")], day)
    assert published(register)[["series_id", "period"]].to_numpy().tolist() == [[series, period]]


def test_an_edition_between_two_definitions_is_not_guessed(register, tmp_path):
    imported, *_ = import_lait(
        register, tmp_path, [("FirstYJS", "2017", "891", "300"), ("PrevRegCPR", "2024", "891", "25.1")], "2025-02-01"
    )
    assert any(
        told.startswith("measure FirstYJS, whose definition in an edition of 2025-02-01 is not known")
        for told in imported[0].skipped
    )
    assert set(published(register)["series_id"]) == {"child-protection-repeat"}


def test_every_window_of_editions_has_its_source():
    measures = read_table(PROJECT / "data/reference/published_measures.csv")
    windowed = (measures["first_edition"] != "") | (measures["last_edition"] != "")
    assert windowed.sum() == 9 and (measures["edition_source"] != "").equals(windowed)


# ---- a second file, odd cells, labels, noughts ----


def test_a_second_file_of_an_edition_adds_and_never_removes(register, tmp_path):
    frame = fingertips_frame(FINGERTIPS_ROWS[:2])
    take(register, tmp_path, frame, "fingertips", "all.csv")
    one = take(register, tmp_path, frame.iloc[:1], "fingertips", "england_only.csv")
    assert set(published(register)["area_id"]) == {ENGLAND, NOTTS} and "adds to all.csv" in one.told[0]
    edition = load_register(register).table("editions").iloc[0]
    assert edition["file_name"] == "all.csv; england_only.csv" and len(edition["sha256"].split()) == 2
    assert "data/reference/editions.csv" not in set(check_register(register)["file"])
    parts = [referrals(("2024", area, "1000", "201", "20.1")) for area in NUMBERS]
    for number, part in enumerate(parts):
        take(register, tmp_path, part, name=f"part{number}.csv")
    assert {area: shares(register, area) for area in NUMBERS} == {area: {"FY 2023/24": "20.1"} for area in NUMBERS}


@pytest.mark.parametrize("odd, kept", [("23.083", "23.083"), ("23.1000001", "23.1000")])
def test_one_unrounded_cell_costs_no_other(register, tmp_path, odd, kept):
    frame = referrals(
        ("2025", NOTTS, "6390", "1475", odd),
        ("2025", DERBYSHIRE, "4500", "1001", "22.2"),
        ("2025", LEICESTERSHIRE, "3000", "563", "18.8"),
    )
    one = take(register, tmp_path, frame)
    assert one.held.empty and [
        shares(register, area)["FY 2024/25"] for area in (NOTTS, DERBYSHIRE, LEICESTERSHIRE)
    ] == [kept, "22.2", "18.8"]


def test_one_count_that_is_not_rounded_costs_no_other(register, tmp_path):
    years = [str(year) for year in range(2014, 2025)]
    rows = [("2024", area, "3000", "560", "18.8") for area in NUMBERS] + [
        (year, NOTTS, "3000", "560", "18.7") for year in years[:-1]
    ]
    assert take(register, tmp_path, referrals(*rows)).held["rule"].tolist() == []


@pytest.mark.parametrize("labels, value, status", [
    (("2025 (Provisional)", "2025"), "26.2", ""), (("2025", "2025 (Provisional)"), "25.1", ""), (("2025 (prov)", "2025 (Rev)"), "26.2", "r"),
])  # fmt: skip
def test_two_labels_of_one_year_are_one_year_and_the_final_one_wins(register, tmp_path, labels, value, status):
    import_lait(
        register, tmp_path, [("PrevRegCPR", label, "891", text) for label, text in zip(labels, ("25.1", "26.2"))], NEW
    )
    now = figure(register, "child-protection-repeat", NOTTS, "FY 2024/25")
    assert now[["value", "status"]].to_numpy().tolist() == [[value, status]]


def test_thousands_and_then_nothing_is_held_back(register, tmp_path):
    one = take(
        register, tmp_path, referrals(("2024", NOTTS, "6390", "1475", "23.1"), ("2025", NOTTS, "0", "0", "23.0"))
    )
    assert set(one.held["rule"]) == {"nothing-after-thousands", "zero-of-zero"}


@pytest.mark.parametrize(
    "frame",
    [referrals(("2025", NOTTS, "", "", "")), referrals(("2025", NOTTS, "x", "z", ":"), ("2024", NOTTS, "c", "c", "c"))],
)
def test_columns_that_hold_nothing_are_refused(register, tmp_path, frame):
    refused(register, tmp_path, frame, "the columns hold nothing")


# ---- what the screen and the page say ----


def test_the_command_says_it_in_one_line_and_leaves_a_page(register, tmp_path, monkeypatch):
    monkeypatch.chdir(register)
    path = save(
        referrals(ONE, LATER, category=["Referrals and Re-referrals", "<b>Schools</b>"]), tmp_path / "x_2026-11-20.csv"
    )
    told = CliRunner().invoke(app, ["import", "ees", str(path)])
    assert told.exit_code == 0 and "Left out, 1 row: category is '<b>Schools</b>'" in told.output
    page = next((register / "outputs" / "imports").glob("*.html")).read_text(encoding="utf-8")
    assert "New figures: 2." in page and "<b>Schools" not in page and "&lt;b&gt;Schools" in page
    again = CliRunner().invoke(
        app, ["import", "ees", str(save(referrals(LATER, category="Schools"), tmp_path / "y.csv"))]
    )
    assert again.exit_code == 2 and again.output.count("\n") == 1


# ---- further inputs of the same kinds ----


@pytest.mark.parametrize("column", ["provider_type", "school_quarter", "care_status"])
def test_a_numbered_column_that_tells_rows_apart_is_refused(register, tmp_path, column):
    refused(register, tmp_path, referrals(ONE, LATER, **{column: ["1", "2"]}), f"'{column}' tells rows apart by '1', '2'")
    take(register, tmp_path, referrals(ONE, LATER, **{f"{column}_count": ["1", "2"]}))  # a measure that nobody asked for


@pytest.mark.parametrize("name", ["c1_2025-10-31_2025-12-01.csv", "2024-11-19 to 2026-04-08.csv"])
def test_a_name_with_two_days_asks_which(register, tmp_path, name):
    refused(register, tmp_path, referrals(ONE), "the name holds .* and .*; give the day it came out", name=name)


@pytest.mark.parametrize("day, held", [("2024-09-01", True), ("2024-04-02", True), ("2024-12-01", False)])
def test_a_year_with_half_of_it_to_come_is_no_figure_yet(register, tmp_path, day, held):
    frame = referrals(("2024", NOTTS, "8462", "2186", "25.8"), ONE)
    take(register, tmp_path, frame, name=f"x_{day}.csv")
    assert ("FY 2024/25" in shares(register)) != held and "FY 2023/24" in shares(register)


@pytest.mark.parametrize("printed", ["2,3", "23,1", ",5", "1,,000", "1,234,5"])
def test_a_comma_that_groups_no_thousands_is_no_number(register, tmp_path, printed):
    one = take(register, tmp_path, referrals(ONE, ("2024", NOTTS, "8462", "2186", printed)))
    assert one.held["rule"].tolist() == ["unreadable-value"] and shares(register) == {"FY 2024/25": "23.1"}


def test_what_a_second_file_of_an_edition_says_otherwise_is_told(register, tmp_path, monkeypatch):
    monkeypatch.chdir(register)
    first = save(referrals(ONE, ("2024", NOTTS, "8462", "2186", "25.8")), tmp_path / f"a_{DAY}.csv")
    second = save(referrals(("2025", NOTTS, "6000", "1500", "25.0")), tmp_path / f"b_{DAY}.csv")
    CliRunner().invoke(app, ["import", "ees", str(first)])
    told = CliRunner().invoke(app, ["import", "ees", str(second)]).output
    assert "0 new, 2 changed, 0 unchanged" in told and "re-referrals, Nottinghamshire, FY 2024/25: 23.1 -> 25" in told


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + b"\0" * 900, "time_period,la\n".encode("utf-32"), b"a\x01b,c\n1,2\n"])
def test_columns_with_control_characters_are_no_text(register, tmp_path, content):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(UnreadableFile, match="neither text nor Parquet nor Excel") as told:
        import_files(register, "ees", [tmp_path / "x.csv"])
    assert str(told.value).isprintable()


def told_by(register, monkeypatch, *paths, **options):
    monkeypatch.chdir(register)
    asked = [word for name, value in options.items() for word in (f"--{name}", value)]
    return CliRunner().invoke(app, ["import", "ees", *map(str, paths), *asked]).output


def test_an_older_edition_that_says_otherwise_is_told(register, tmp_path, monkeypatch):
    both = ("2022", NOTTS, "10532", "2957", "28.1")
    later = save(referrals(("2023", NOTTS, "8866", "2196", "24.8"), both), tmp_path / f"b_{DAY}.csv")
    old = save(referrals(("2023", NOTTS, "9000", "1836", "20.4"), both), tmp_path / "a.csv")
    told_by(register, monkeypatch, later)
    told = told_by(register, monkeypatch, old)
    assert "0 new, 2 changed, 2 unchanged" in told and "re-referrals, Nottinghamshire, FY 2022/23: 24.8 -> 20.4" in told
    assert "FY 2021/22" not in told and "Nothing changed" in told_by(register, monkeypatch, old)


def test_a_month_in_the_name_that_the_year_ends_in_is_no_day_of_an_edition(register, tmp_path):
    name = "c1_year_ending_31_March_2025.csv"
    refused(register, tmp_path, referrals(ONE), "says March 2025, .* by 2025-10-31; give the day", name=name)
    take(register, tmp_path, referrals(ONE), name="c1_October_2025.csv")
    take(register, tmp_path, referrals(ONE), name=name, edition="2025-11-01")


def test_two_files_of_one_edition_that_disagree_are_refused(register, tmp_path):
    one = save(referrals(ONE), tmp_path / f"a_{DAY}.csv")
    other = save(referrals(("2025", NOTTS, "7000", "700", "10.0")), tmp_path / f"b_{DAY}.csv")
    for files in ([one, other], [other, one]):
        with pytest.raises(UnreadableFile, match=f"two files of ees-referrals-{DAY} disagree: ._{DAY}.csv '.* and ._"):
            import_files(register, "ees", files)
    assert not (register / "data/observations/published.parquet").exists()
    more = referrals(ONE, ("2024", NOTTS, "8462", "2186", "25.8"))
    import_files(register, "ees", [one, save(more, tmp_path / f"c_{DAY}.csv")])


def test_a_verdict_that_ends_because_the_figure_is_taken_back_is_told(register, tmp_path, monkeypatch):
    def rows(newest):
        years = [("2024", NOTTS, "8000", "2000", "25.0"), ("2025", NOTTS, *newest)]
        years = [*years, *((year, LEICESTERSHIRE, "3000", "600", "20.0") for year in ("2024", "2025"))]
        return referrals(*years)

    told_by(register, monkeypatch, save(rows(("8000", "1000", "12.5")), tmp_path / "a_2025-10-31.csv"))
    told = told_by(register, monkeypatch, save(rows(("", "", "")), tmp_path / f"b_{DAY}.csv"))
    assert "FY 2024/25: 12.5 -> none" in told and "on the year before: improved -> no figure" in told
