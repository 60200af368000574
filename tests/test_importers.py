"""The importers: made-up files whose answer can be checked by eye, and the publishers' own where they are at hand."""

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from importing import (
    EAST_MIDLANDS,
    EES_ROWS,
    ENGLAND,
    LAIT_ROWS,
    LEICESTERSHIRE,
    NEW,
    NOTTS,
    OLD,
    OPEN_DATA,
    edition,
    ees_frame,
    empty_register,
    figure,
    fingertips_frame,
    import_lait,
    lait_frame,
    published,
    register,
    save,
    snapshot,
)
from typer.testing import CliRunner

from cyp_helpers.cli import app
from cyp_helpers.importers.run import import_files
from cyp_helpers.importers.values import clean_values, print_values, publisher_decimals
from cyp_helpers.importers.years import read_years
from cyp_helpers.register import store
from cyp_helpers.register.periods import parse_periods
from cyp_helpers.register.tables import load_register

needs_open_data = pytest.mark.skipif(
    not OPEN_DATA.is_dir(), reason="the publishers' files are not beside this clone (../shared/open-data)"
)


# ---- values and years ----


@pytest.mark.parametrize(
    "printed, value, status",
    [
        ("19.899999999999999", 19.9, ""), ("94.699999999999989", 94.7, ""), ("3.236E-2", 0.03236, ""),
        ("1,234", 1234, ""), ("-", None, "x"), ("z", None, "z"), ("x", None, "x"), ("c", None, "c"), ("k", None, "c"),
        ("u", None, "u x"), ("low", None, "low"), (".", None, "z"), ("..", None, "x"), (":", None, "x"), ("", None, "x"),
        (" ", None, "x"), ("NULL", None, "x"), ("NA", None, "x"), ("R", None, "c"), ("inf", None, "?"), ("abc", None, "?"),
    ],
)  # fmt: skip
def test_a_printed_cell_is_a_number_or_a_status(printed, value, status):
    clean = clean_values(pd.Series([printed])).iloc[0]
    assert clean["status"] == status and (pd.isna(clean["number"]) if value is None else clean["number"] == value)


@given(st.decimals(min_value=-9999, max_value=9999, places=3))
def test_noise_of_binary_fractions_comes_off_whatever_the_number(number):
    clean = clean_values(pd.Series([f"{float(number):.17g}"]))
    assert clean["number"][0] == float(number)


def test_decimals_are_those_of_the_measure_and_year():
    number, one = pd.Series([78.0, 77.5, 4.52858, 1.4345239329, 115.2166797]), pd.Series(["m"] * 5)
    year = pd.Series(["2016", "2016", "2017", "2018", "2019"])
    places = publisher_decimals(pd.Series([0, 1, 5, 10, 7]), number, one, year, one)
    assert print_values(number, places).tolist() == ["78.0", "77.5", "4.52858", "1.43452", "115.217"]


YEARS = [
    ("2017", "AY", "AY 2016/17", ""), ("2017", "FY", "FY 2016/17", ""), ("2017", "CY", "CY 2017", ""),
    ("2016/17", "AY", "AY 2016/17", ""), ("2016-17", "FY", "FY 2016/17", ""), ("2016-17 (OT)", "FY", "FY 2016/17", ""),
    ("2012/13-14/15", "FY", "FY 2012/13 to FY 2014/15", ""), ("2014-16", "CY", "CY 2014 to CY 2016", ""),
    ("2022 (prov)", "FY", "FY 2021/22", "p"), ("2023(Prov)", "FY", "FY 2022/23", "p"), ("2025 (Rev)", "AY", "AY 2024/25", "r"),
    ("2018 (Revised)", "AY", "AY 2017/18", "r"), ("2020 (Final)", "AY", "AY 2019/20", ""), ("1999-00", "FY", "FY 1999/00", ""),
    ("0", "FY", "", ""), ("2016/18", "CY", "CY 2016 to CY 2018", ""), ("soon", "FY", "", ""),
]  # fmt: skip


@pytest.mark.parametrize("text, kind, period, status", YEARS)
def test_year_forms(text, kind, period, status):
    read = read_years(pd.Series([text]), pd.Series([kind])).iloc[0]
    assert (read["period"], read["status"]) == (period, status)


@needs_open_data
def test_every_year_form_of_both_editions_is_read_but_nought():
    forms = set()
    for path in OPEN_DATA.glob("lait/*.parquet"):
        forms |= set(pd.read_parquet(path, columns=["Years"])["Years"])
    forms = pd.Series(sorted(forms))
    for kind in ("FY", "AY", "CY"):
        periods = read_years(forms, pd.Series([kind] * len(forms)))["period"]
        assert forms[periods == ""].tolist() == ["0"]
        assert parse_periods(periods[periods != ""])["end"].notna().all()
    assert len(forms) > 60


# ---- one file of each publisher ----


def test_lait_figures_with_counts_statuses_and_places(register, tmp_path):
    imported, _, _, changed = import_lait(register, tmp_path, LAIT_ROWS)
    now = figure(register, "child-protection-repeat", NOTTS, "FY 2023/24").iloc[0]
    assert (now["value"], now["numerator"], now["denominator"], now["status"]) == ("25.0", 170, 680, "")
    assert now["locator"] == "PrevRegCPR, area 891, year 2024" and now["source_id"] == f"lait-{OLD}"
    assert (now["published"], now["published_basis"]) == ("2024-10-31", "assumed")  # seven months after 31 March
    dash = figure(register, "child-protection-repeat", ENGLAND, "FY 2023/24").iloc[0]
    assert (dash["value"], dash["status"]) == ("", "x")
    assert figure(register, "child-protection-repeat", NOTTS, "FY 2022/23").iloc[0]["value"] == "26.2"
    assert "observations/published.parquet" in changed and imported[0].rows_read == 6
    assert any("measure TotAbs, which the file does not have" in told for told in imported[0].skipped)


def test_a_gap_is_one_measure_minus_another(register, tmp_path):
    rows = [("FSP_Gooddev_FSM_Other", "2017", "891", "71"), ("FSP_Gooddev_FSM", "2017", "891", "48")]
    import_lait(register, tmp_path, rows)
    assert figure(register, "attainment-gap-early-years-fsm", NOTTS, "AY 2016/17")["value"].tolist() == ["23"]


def test_a_measure_goes_to_another_series_where_its_definition_changed(register, tmp_path):
    rows = [("KS2RWM_Expected_STD", "2017", "891", "62"), ("KS2RWM_Expected_STD", "2018", "891", "65")]
    import_lait(register, tmp_path, rows)
    assert published(register)["series_id"].tolist() == ["ks2-reading-writing-maths", "ks2-reading-writing-maths-2018"]
    rows = [("ChildPov", "2022", "891", "18.1")]
    import_lait(register, tmp_path, rows, OLD)
    import_lait(register, tmp_path, rows, NEW)
    assert set(published(register)["series_id"]) - {"ks2-reading-writing-maths", "ks2-reading-writing-maths-2018"} == {
        "child-poverty-under-16",
        "child-poverty-under-16-2026",
    }


@pytest.mark.parametrize(
    "names",
    [
        ("referral_count", "rereferral_count", "rereferral_percent"),
        ("Referrals", "Re_referrals", "Re_referrals_percent"),
    ],
)
def test_ees_columns_under_either_name(register, tmp_path, names):
    import_files(register, "ees", [save(ees_frame(names=names), tmp_path / "c1.csv")])
    now = figure(register, "re-referrals", NOTTS, "FY 2023/24").iloc[0]
    assert (now["value"], now["numerator"], now["denominator"]) == ("25.8", 2186, 8462)
    assert now["source_id"] == "ees-referrals-2024-10-31" and now["locator"] == f"{names[2]}, area 891, 2024"
    hidden = figure(register, "re-referrals", LEICESTERSHIRE, "FY 2023/24").iloc[0]
    assert (hidden["value"], hidden["status"]) == ("", "c")


def test_ees_rows_for_two_authorities_are_left_out_and_told(register, tmp_path):
    both = (
        "2024",
        "Local authority",
        "E92000001",
        "E12000007",
        "314 / 318",
        "E09000021 / E09000027",
        "900",
        "180",
        "20",
    )
    imported, *_ = import_files(register, "ees", [save(ees_frame([*EES_ROWS, both]), tmp_path / "c1.csv")])
    assert imported[0].skipped == ["1 row: area '314 / 318' stands for two authorities together"]


def test_ees_teaches_new_authorities(register, tmp_path):
    new = ("2024", "Local authority", "E92000001", "E12000004", "944", "E06000099", "900", "180", "20")
    path = save(ees_frame([*EES_ROWS, new]).assign(la_name="Newshire"), tmp_path / "c1.csv")
    imported, *_ = import_files(register, "ees", [path])
    assert imported[0].skipped == [
        "1 row: area 'Newshire' (number 944 code E06000099) does not stand in data/reference/areas.csv: new to the register, "
        "--new-areas takes it in"
    ]
    import_files(register, "ees", [path], new_areas=True)
    areas = load_register(register).table("areas").set_index("area_id")
    assert areas.loc["E06000099", ["la_number", "region_id", "area_type"]].tolist() == [
        "944",
        EAST_MIDLANDS,
        "unitary authority",
    ]
    assert figure(register, "re-referrals", "E06000099", "FY 2023/24")["value"].tolist() == ["20.0"]


def test_months_of_referrals(register, tmp_path):
    months = [
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "January",
        "February",
        "March",
    ]
    row = ("2024", "Local authority", "E92000001", "E12000004", "891", "E10000024", *map(str, range(101, 113)))
    import_files(register, "ees", [save(ees_frame([row], months), tmp_path / "c6.csv")])
    rows = published(register).set_index("period")
    assert rows.loc["month 2023-04", "value"] == "101" and rows.loc["month 2024-03", "value"] == "112"
    assert set(rows["published"]) == {"2024-10-31"}  # all twelve come out together


MONTHS = "April May June July August September October November December January February March".split()


@pytest.mark.parametrize(
    "months, year, held",
    [([100] * 12, 1200, 0), ([100] * 12, 1260, 0), ([100 * at for at in range(1, 13)], 1200, 12), ([90] * 12, 1200, 12)],
)
def test_months_that_do_not_add_up_to_their_year_are_held_back(register, tmp_path, months, year, held):
    row = ("2024", "Local authority", "E92000001", "E12000004", "891", "E10000024", *map(str, (*months, year)))
    other = ("2024", "Local authority", "E92000001", "E12000004", "855", "E10000018", *["100"] * 12, "1200")
    frame = ees_frame([row, other], [*MONTHS, "Referrals"])
    imported, *_ = import_files(register, "ees", [save(frame, tmp_path / "c6.csv")])
    rules = imported[0].held.get("rule", pd.Series(dtype="str"))
    assert len(rules) == held and set(rules) <= {"months-are-not-year"}


def test_months_are_set_beside_the_same_month_of_the_year_before(register, tmp_path):
    def rows(year, numbers):
        codes = {"891": "E10000024", "855": "E10000018"}
        return [(year, "Local authority", "E92000001", "E12000004", *one, *map(str, numbers)) for one in codes.items()]

    old, new = rows("2024", [100] * 12), rows("2025", [100 * at for at in range(1, 13)])
    import_files(register, "ees", [save(ees_frame(old, MONTHS), tmp_path / "old.csv")])
    imported, *_ = import_files(register, "ees", [save(ees_frame([*old, *new], MONTHS), tmp_path / "new.csv")])
    held = imported[0].held
    assert set(held["rule"]) == {"scale-turned"} and held["period"].min() == "month 2024-04" and len(held) == 24
    assert "in month 2024-05 2 times as much" in held["reason"].iloc[0]


def absence(*rows):
    """Rows of Nottinghamshire for whole years: year, school type, sessions possible and missed."""
    names = ["time_period", "school_type", "sess_possible", "sess_overall"]
    same = {
        "term": "Total", "time_identifier": "Academic year", "geographic_level": "Local authority", "country_code": "E92000001",
        "region_code": "E12000004", "old_la_code": "891", "new_la_code": "E10000024", "la_name": "",
    }  # fmt: skip
    return pd.DataFrame(rows, columns=names, dtype="str").assign(**same)


PRIMARY, SECONDARY = "State-funded primary", "State-funded secondary"
BOTH = [("201516", PRIMARY, "1000", "40"), ("201516", SECONDARY, "1000", "60")]


@pytest.mark.parametrize(
    "newer, value, rule",
    [
        ([(PRIMARY, "1000", "50"), (SECONDARY, "1000", "60")], "5.50", None),
        ([(PRIMARY, "1000", "50"), (PRIMARY, "1000", "50"), (SECONDARY, "1000", "60")], "5.50", None),  # twice the same
        ([(PRIMARY, "1000", "50"), (PRIMARY, "1000", "90"), (SECONDARY, "1000", "60")], None, "duplicates-disagree"),
        ([(PRIMARY, "1000", "50")], "", None),  # the other type is not given
    ],
)
def test_absence_is_added_up_over_each_school_type_once(register, tmp_path, newer, value, rule):
    frame = absence(*BOTH, *(("201617", *one) for one in newer))
    imported, *_ = import_files(register, "ees", [save(frame, tmp_path / "absence.csv")])
    assert imported[0].held.get("rule", pd.Series(dtype="str")).tolist() == ([rule] if rule else [])
    now = dict(published(register)[["period", "value"]].to_numpy())
    assert now["AY 2015/16"] == "5.00" and now.get("AY 2016/17") == value


def test_one_school_type_that_takes_the_place_of_another_is_no_loss(register, tmp_path):
    frame = absence(("201516", PRIMARY, "1000", "40"), ("201617", SECONDARY, "1000", "60"))
    import_files(register, "ees", [save(frame, tmp_path / "absence.csv")])
    assert published(register)["value"].tolist() == ["4.00", "6.00"]


def test_absence_is_added_up_over_school_types(register, tmp_path):
    frame = pd.DataFrame(
        [(term, "201617", "Local authority", "E92000001", "E12000004", "891", "E10000024", "", kind, possible, missed)
         for term, kind, possible, missed in [("Total", "State-funded primary", "1000", "40"), ("Total", "State-funded secondary", "1000", "60"),
         ("Autumn term", "State-funded primary", "500", "99"), ("Total", "Total", "2000", "100")]],
        columns=["term", "time_period", "geographic_level", "country_code", "region_code", "old_la_code", "new_la_code", "la_name", "school_type", "sess_possible", "sess_overall"],
    ).assign(time_identifier="Academic year")  # fmt: skip
    import_files(register, "ees", [save(frame, tmp_path / "absence.csv")])
    now = published(register).iloc[0]
    assert (now["period"], now["value"], now["numerator"], now["denominator"]) == ("AY 2016/17", "5.00", 100, 2000)


def test_fingertips_values_and_withheld_ones(register, tmp_path):
    import_files(register, "fingertips", [save(fingertips_frame(), tmp_path / "x.csv")])
    now = figure(register, "hospital-admissions-injuries-0-14", NOTTS, "FY 2022/23").iloc[0]
    assert (now["value"], now["numerator"], now["denominator"]) == ("64.26", 890, 138500)
    withheld = figure(register, "hospital-admissions-injuries-0-14", NOTTS, "FY 2016/17").iloc[0]
    assert (withheld["value"], withheld["status"]) == ("", "x")


def test_rates_get_the_population_of_the_year_before(register, tmp_path):
    population = ees_frame(
        [("2023", "Local authority", "E92000001", "E12000004", "891", "E10000024", "170000")], ["population_estimate"]
    )
    rows = [("CPP_rate", "2024", "891", "30"), ("CPP_Num", "2024", "891", "510")]
    for order in (0, 1):
        steps = [
            lambda: import_files(
                register,
                "ees",
                [save(population.assign(age_group="Children aged 0 to 17 years"), tmp_path / "ons.csv")],
            ),
            lambda: import_lait(register, tmp_path, rows),
        ]
        for step in steps[:: 1 - 2 * order]:
            step()
        assert figure(register, "child-protection-plan-rate", NOTTS, "FY 2023/24")["denominator"].tolist() == [170000]


# ---- editions ----


def test_the_same_file_twice_changes_nothing_and_says_so(register, tmp_path, monkeypatch):
    monkeypatch.chdir(register)
    path = save(lait_frame(), tmp_path / f"bds_long_{OLD}.parquet")
    assert CliRunner().invoke(app, ["import", "lait", str(path)]).exit_code == 0
    before = snapshot(register)
    again = CliRunner().invoke(app, ["import", "lait", str(path)])
    assert again.exit_code == 0 and "Nothing changed" in again.output and snapshot(register) == before


def test_a_revised_figure_stands_beside_the_first(register, tmp_path):
    import_lait(register, tmp_path, edition("25.1"), OLD)
    import_lait(register, tmp_path, edition("25.4", ("173", "680")), NEW)
    rows = figure(register, "child-protection-repeat", NOTTS, "FY 2023/24")
    assert rows["value"].tolist() == ["25.1", "25.4"] and rows["status"].tolist() == ["", "r"]
    assert rows["published"].tolist() == ["2024-10-31", NEW] and rows["published_basis"].tolist() == [
        "assumed",
        "printed",
    ]


@pytest.mark.parametrize("later, rows", [("25.1", 1), ("25.14", 1), ("25.2", 2), ("-", 2)])
def test_more_decimals_are_no_revision_and_a_withdrawal_is(register, tmp_path, later, rows):
    others = [("PrevRegCPR", "2024", la, "19.5") for la in ("855", "830", "970")]
    import_lait(register, tmp_path, [*edition("25.1"), *others], OLD)
    import_lait(register, tmp_path, [*edition(later), *others], NEW)
    assert len(figure(register, "child-protection-repeat", NOTTS, "FY 2023/24")) == rows


def test_the_result_does_not_depend_on_the_order(tmp_path):
    first = save(lait_frame(edition("25.1")), tmp_path / f"a_{OLD}.csv")
    second = save(lait_frame(edition("25.4", ("173", "680"))), tmp_path / f"b_{NEW}.csv")
    third = save(ees_frame(), tmp_path / "c1.csv")
    fourth = save(fingertips_frame(), tmp_path / "f.csv")
    files = [("lait", first), ("lait", second), ("ees", third), ("fingertips", fourth)]
    results = []
    for number, order in enumerate(itertools.permutations(files)):
        if number % 5:  # five of the twenty-four orders
            continue
        folder = empty_register(tmp_path / f"p{number}")
        for publisher, path in order:
            import_files(folder, publisher, [path])
        results.append({path.name: content for path, content in snapshot(folder).items()})
    assert len(results) == 5 and all(one == results[0] for one in results)


def test_an_edition_between_two_others_asks_for_the_later_again(register, tmp_path):
    import_lait(register, tmp_path, edition("25.1"), OLD)
    import_lait(register, tmp_path, edition("25.1"), NEW)
    imported, *_ = import_lait(register, tmp_path, edition("25.4", ("173", "680")), "2025-06-01")
    assert imported[0].again == [f"lait-{NEW}"]
    import_lait(register, tmp_path, edition("25.1"), NEW)
    assert figure(register, "child-protection-repeat", NOTTS, "FY 2023/24")["value"].tolist() == [
        "25.1",
        "25.4",
        "25.1",
    ]


def test_a_newer_edition_is_told_with_its_revisions_and_verdicts(register, tmp_path, monkeypatch):
    monkeypatch.chdir(register)
    england = [
        ("PrevRegCPR", "2024", "970", "25.1"),
        ("ReRegCPR", "2024", "970", "15060"),
        ("CPP_Abuse", "2024", "970", "60000"),
    ]
    import_lait(register, tmp_path, [*edition("25.1"), *england], OLD)
    path = save(lait_frame([*edition("35.0", ("238", "680")), *england]), tmp_path / f"bds_long_{NEW}.csv")
    told = CliRunner().invoke(app, ["import", "lait", str(path)]).output
    assert "0 new, 1 changed, 1 unchanged, 0 held back" in told
    assert "child-protection-repeat, Nottinghamshire, FY 2023/24: 25.1 -> 35.0" in told
    assert "child-protection-repeat, 2023/24, against England: no clear difference -> worse" in told


def test_an_unknown_area_is_refused_before_anything_is_read(register, tmp_path, monkeypatch):
    monkeypatch.chdir(register)
    before = snapshot(register)
    path = save(lait_frame(), tmp_path / f"x_{OLD}.csv")
    result = CliRunner().invoke(app, ["import", "lait", str(path), "--area", "Notinghamshire"])
    assert result.exit_code == 2 and "Nottinghamshire" in result.output and snapshot(register) == before


# ---- writing ----


def test_a_move_that_fails_is_undone(register, tmp_path, monkeypatch):
    import_lait(register, tmp_path, edition("25.1"), OLD)
    before, moves = snapshot(register), []
    real = store.os.replace

    def fail_at_the_second_table(source, target):
        if "new" in source.parts and len(moves) == 1:
            raise PermissionError(f"{target} is open in another program")
        moves.extend([target] if "new" in source.parts else [])
        real(source, target)

    monkeypatch.setattr(store.os, "replace", fail_at_the_second_table)
    with pytest.raises(PermissionError):
        import_lait(register, tmp_path, edition("35.0", ("238", "680")), NEW)
    assert snapshot(register) == before


def test_a_run_killed_between_two_moves_is_finished_by_the_next(register, tmp_path, monkeypatch):
    import_lait(register, tmp_path, edition("25.1"), OLD)
    real = store.os.replace

    def die_at_the_second_table(source, target):
        if "new" in source.parts and target.name == "editions.csv":
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(store.os, "replace", die_at_the_second_table)
    monkeypatch.setattr(store.shutil, "rmtree", lambda *_, **__: None)  # as if the process were gone
    with pytest.raises(KeyboardInterrupt):
        import_lait(register, tmp_path, edition("35.0", ("238", "680")), NEW)
    monkeypatch.undo()
    store.finish_interrupted(register / "data")
    assert f"lait-{NEW}" in (register / "data/reference/editions.csv").read_text(encoding="utf-8")
    assert f"lait-{NEW}" in set(published(register)["source_id"]) and not (register / "data/.importing").exists()
