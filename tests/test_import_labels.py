"""What a file says beside its figures: names of areas, words in brackets, columns of one value, notes, days."""

import io

import openpyxl
import pandas as pd
import pytest
from importing import (
    DAY,
    DERBYSHIRE,
    ENGLAND,
    FINGERTIPS_ROWS,
    KEYS,
    LEICESTERSHIRE,
    NEW,
    NOTTS,
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
    take,
)
from test_broken_files import neighbours
from typer.testing import CliRunner

from cyp_helpers.cli import app
from cyp_helpers.importers.reading import UnreadableFile
from cyp_helpers.importers.run import import_files
from cyp_helpers.register.tables import load_register

# ---- names of areas ----


def lait(register, tmp_path, rows, **columns):
    return import_files(register, "lait", [save(lait_frame(rows).assign(**columns), tmp_path / f"bds_{NEW}.csv")])[0][0]


@pytest.mark.parametrize("column", ["LA and Regions", "LA_and_regions"])
def test_a_lait_number_beside_the_name_of_another_area_is_held_back(register, tmp_path, column):
    rows = [("PrevRegCPR", "2024", la, value) for la, value in (("891", "25.1"), ("892", "30.2"), ("855", "19.5"))]
    frame = lait_frame(rows).rename(columns={"LA and Regions": column})
    frame[column] = ["Nottingham", "Nottinghamshire", "Leicestershire"]  # the first two are exchanged
    one = import_files(register, "lait", [save(frame, tmp_path / f"bds_{NEW}.csv")])[0][0]
    assert one.held[["area_id", "value", "rule"]].to_numpy().tolist() == [
        [NOTTS, "25.1", "keys-disagree"], ["E06000018", "30.2", "keys-disagree"],
    ]  # fmt: skip
    assert published(register)["area_id"].tolist() == [LEICESTERSHIRE]


def test_a_count_or_a_side_of_a_gap_beside_another_name_is_not_used(register, tmp_path):
    rows = [("PrevRegCPR", "891", "25.1"), ("ReRegCPR", "891", "171"), ("CPP_Abuse", "891", "680"),
            ("NonFSM_NEW_KS2_RWM", "891", "67"), ("FSM_NEW_KS2_RWM", "891", "46")]  # fmt: skip
    names = ["Nottinghamshire", "Derby", "Nottinghamshire", "Nottinghamshire", "Derby"]
    one = lait(register, tmp_path, [(name, "2024", *more) for name, *more in rows], **{"LA and Regions": names})
    mine = figure(register, "child-protection-repeat", NOTTS, "FY 2023/24")
    assert mine["value"].tolist() == ["25.1"] and mine["numerator"].isna().all()
    assert set(one.held.loc[one.held["series_id"] == "attainment-gap-11-fsm-2018", "rule"]) == {"keys-disagree"}


@pytest.mark.parametrize("number, name", [
    ("835", "Dorset (Pre LG)"), ("822", "Bedford Borough"), ("840", "Durham"), ("988", "London (Outer)"), ("891", "Notts"),
])  # fmt: skip
def test_names_spelt_otherwise_are_no_clash(register, tmp_path, number, name):
    assert lait(register, tmp_path, [("PrevRegCPR", "2018", number, "25.1")], **{"LA and Regions": name}).held.empty


def test_an_ees_name_of_another_area_is_held_back(register, tmp_path):
    others = [("2025", DERBYSHIRE, "4500", "1001", "22.2"), ("2025", LEICESTERSHIRE, "3000", "563", "18.8")]
    frame = referrals(ONE, *others)
    one = take(register, tmp_path, frame.assign(la_name=["Derbyshire", "Nottinghamshire", "Leicestershire"]))
    assert set(one.held["rule"]) == {"keys-disagree"} and set(one.held["area_id"]) == {NOTTS, DERBYSHIRE}
    region = referrals(ONE, la_name="Nottinghamshire", geographic_level="Regional", region_name="West Midlands")
    held = take(register, tmp_path, pd.concat([frame.tail(1), region]), name="y_2025-12-02.csv").held
    assert set(held["area_id"]) == {"E12000004"}


def test_a_fingertips_name_of_another_area_is_held_back(register, tmp_path):
    frame = fingertips_frame(FINGERTIPS_ROWS[:2])
    one = take(register, tmp_path, frame.assign(**{"Area Name": ["England", "Derby"]}), "fingertips")
    assert one.held[["area_id", "rule"]].to_numpy().tolist() == [[NOTTS, "keys-disagree"]]
    assert published(register)["area_id"].tolist() == [ENGLAND]


# ---- words in brackets after a year ----


@pytest.mark.parametrize("note", ["Q1", "April to September", "Girls", "target", "projected", "Draft"])
def test_a_year_with_another_note_is_no_year(register, tmp_path, note):
    rows = [("PrevRegCPR", "2025", "891", "25.1"), ("PrevRegCPR", f"2026 ({note})", "891", "6.2")]
    one = lait(register, tmp_path, rows)
    assert one.held["rule"].tolist() == ["unreadable-year"] and published(register)["value"].tolist() == ["25.1"]


@pytest.mark.parametrize("label, other", [("2024 (Rev)", "2024"), ("2024", "2024 (prov)")])
def test_the_label_that_gives_way_is_told_where_it_says_otherwise(register, tmp_path, label, other):
    one = lait(register, tmp_path, [("PrevRegCPR", label, "891", "25.1"), ("PrevRegCPR", other, "891", "26.0")])
    assert one.held[["value", "rule"]].to_numpy().tolist() == [["26.0", "labels-disagree"]]
    assert published(register)["value"].tolist() == ["25.1"]
    same = [("PrevRegCPR", label, "855", "25.1"), ("PrevRegCPR", other, "855", "25.1")]
    assert import_lait(register, tmp_path, same, "2026-04-09")[0][0].held.empty


# ---- columns of one value ----


@pytest.mark.parametrize(
    "name, value", [("sex", "Female"), ("national_curriculum_year", "11"), ("period_length", "3y"), ("age", "5")]
)
def test_one_value_that_is_not_all_is_refused(register, tmp_path, name, value):
    refused(register, tmp_path, referrals(ONE, **{name: value}), f"'{name}' holds only '{value}'; right would be")
    refused(register, tmp_path, referrals(ONE, LATER_TOO, **{name: ["", value]}), f"'{name}' tells rows apart by ''")
    for word in ("Total", "all", "Persons", ""):
        take(register, tmp_path, referrals(ONE, **{name: word}))


LATER_TOO = ("2024", NOTTS, "8462", "2186", "25.8")


def test_a_category_type_beside_a_blank_category_is_refused(register, tmp_path):
    frame = fingertips_frame().assign(**{"Category Type": "Ethnic groups"})
    refused(register, tmp_path, frame, "'Category Type' holds only 'Ethnic groups'", "fingertips")


# ---- lists of neighbours ----


def list_of_neighbours(change=lambda rows: None, hidden=False):
    """The list of ``test_broken_files.neighbours`` with names, after ``change`` of its rows (a dict by number)."""
    names = load_register().table("areas").set_index("la_number")["name"]
    book = openpyxl.load_workbook(io.BytesIO(neighbours()))
    head, *body = book.active.values
    rows = {one[0]: [*one, names[one[0]], one[0]] for one in body}
    change(rows)
    if hidden:  # before the sheet that is seen, and with another list
        book.active.sheet_state, book.active = "hidden", book.create_sheet("Now")
    else:
        book.active.delete_rows(1, 999)
    for row in ([*head, "LA Name", "LA number"], *rows.values()):
        book.active.append(row)
    book.save(out := io.BytesIO())
    return out.getvalue()


@pytest.mark.parametrize("row, words", [
    ({0: "892"}, "LA num '892', LA Name 'Nottinghamshire', LA number '891'"), ({11: "Derby"}, "LA Name 'Derby'"),
    ({12: "892"}, "LA number '892'"), ({0: None}, "LA num ''"),
])  # fmt: skip
def test_numbers_and_name_of_a_row_of_neighbours_agree(register, tmp_path, row, words):
    def change(rows):
        rows["891"] = [row.get(at, cell) for at, cell in enumerate(rows["891"])]

    (tmp_path / "sn_june_2026.xlsx").write_bytes(list_of_neighbours(change))
    with pytest.raises(UnreadableFile, match=f"a row with .*{words}.*; right would be number and name of one area"):
        import_files(register, "lait", [tmp_path / "sn_june_2026.xlsx"])


def test_notes_below_a_list_and_hidden_sheets_are_passed_over(register, tmp_path):
    def change(rows):
        rows["891"][1:3] = rows["891"][2:0:-1]
        rows["note"] = ["Source: Department for Education"]
        rows["old"] = [*[None] * 11, "Old ones:"]

    (tmp_path / "sn_june_2026.xlsx").write_bytes(list_of_neighbours(change, hidden=True))
    one = import_files(register, "lait", [tmp_path / "sn_june_2026.xlsx"])[0][0]
    rows = load_register(register).table("neighbours").set_index("area_id").loc[NOTTS, "neighbour_id"].tolist()
    (tmp_path / "sn_july_2026.xlsx").write_bytes(list_of_neighbours())
    other = import_files(register, "lait", [tmp_path / "sn_july_2026.xlsx"])[0][0]
    table = load_register(register).table("neighbours").query("list_id == 'sn-2026-07'").set_index("area_id")
    plain = table.loc[NOTTS, "neighbour_id"].tolist()
    assert one.rows_read == other.rows_read and rows[:2] == plain[1::-1] and rows[2:] == plain[2:]


# ---- notes and years of Fingertips ----


def test_a_note_that_nobody_knows_makes_a_figure_unreliable_and_is_told(register, tmp_path):
    plain, *_ = FINGERTIPS_ROWS
    odd = "There is a data quality issue with this value"
    known = "Value for Hackney and City of London combined"
    frame = fingertips_frame([(*plain[:-1], known), (*FINGERTIPS_ROWS[1][:-1], odd)])
    one = take(register, tmp_path, frame, "fingertips")
    assert one.skipped == [f"the note '{odd}' of 1 row, whose figures stand as unreliable"]
    rows = published(register).set_index("area_id")["status"]
    assert rows[[ENGLAND, NOTTS]].tolist() == ["", "u"]


def test_a_figure_that_its_note_says_is_not_published_is_held_back(register, tmp_path):
    first, second, _ = FINGERTIPS_ROWS
    frame = fingertips_frame([first, (*second[:-1], "Value not published for data quality reasons")])
    assert take(register, tmp_path, frame, "fingertips").held["rule"].tolist() == ["withheld-with-figure"]


@pytest.mark.parametrize("year, start, taken", [
    ("2022/23", "20220000", True), ("2022/23", "20230000", False), ("2023", "20230000", False), ("2023", "20220000", False),
])  # fmt: skip
def test_only_a_split_year_that_starts_as_it_is_sorted_is_a_financial_year(register, tmp_path, year, start, taken):
    first, second, _ = FINGERTIPS_ROWS
    frame = fingertips_frame([first, (*second[:2], year, *second[3:])])
    one = take(register, tmp_path, frame.assign(**{"Time period Sortable": ["20220000", start]}), "fingertips")
    assert one.held["rule"].tolist() == ([] if taken else ["unreadable-year"])


# ---- what was passed over without a word ----


def test_years_beyond_the_mapping_are_counted(register, tmp_path):
    early = ("1999", NOTTS, "6000", "1500", "25.0")
    one = take(register, tmp_path, referrals(ONE, early))
    assert one.skipped == ["1 row: the mapping takes years that end in 2007 to 2099"]


def test_a_new_area_is_told_and_is_not_an_area_that_is_there(register, tmp_path):
    frame = referrals(ONE, ONE).assign(old_la_code=["891", "899"], new_la_code=[NOTTS, "E10000099"])
    same = take(register, tmp_path, frame.assign(la_name=["Nottinghamshire", "Nottinghamshire CC"]), new_areas=True)
    assert same.told == [] and "new to the register" in same.skipped[0]
    one = take(register, tmp_path, frame.assign(la_name=["Nottinghamshire", "Newshire CC"]), new_areas=True)
    assert one.told[0] == "new area Newshire CC (E10000099), added to data/reference/areas.csv"


def test_a_year_of_an_area_that_was_gone_is_held_back(register, tmp_path):
    rows = [(year, NOTTS, "6000", "1500", "25.0") for year in ("2021", "2022")]
    one = take(register, tmp_path, referrals(*rows).assign(old_la_code="928", new_la_code="E10000021"))
    assert set(one.held["period"]) == {"FY 2021/22"} and set(one.held["rule"]) == {"area-gone"}


def test_a_count_of_a_digit_less_is_held_back(register, tmp_path):
    head = KEYS[:10]
    areas = (NOTTS, DERBYSHIRE, LEICESTERSHIRE)
    frame = referrals(*((year, area, "", "", "") for area in areas for year in ("2022", "2023", "2024")))[head]
    numbers = ["171572", "171901", "17215", "151000", "151500", "151800", "140500", "140300", "140100"]
    frame = frame.assign(age_group="Children aged 0 to 17 years", population_estimate=numbers)
    one = take(register, tmp_path, frame)
    assert one.held[["value", "rule"]].to_numpy().tolist() == [["17215", "digit-missing"]]


def test_a_page_that_cannot_be_written_is_one_line(register, tmp_path, monkeypatch):
    monkeypatch.chdir(register)
    (register / "outputs").mkdir(exist_ok=True)
    (register / "outputs" / "imports").write_text("a file where the folder would be")
    told = CliRunner().invoke(app, ["import", "ees", str(save(referrals(ONE), tmp_path / f"x_{DAY}.csv"))])
    assert told.exit_code == 1 and "Written: data/observations/published.parquet" in told.output
    assert "only its page could not be written" in told.output and shares(register) == {"FY 2024/25": "23.1"}


def test_a_note_below_a_table_and_a_line_break_in_a_name(register, tmp_path):
    text = referrals(ONE).rename(columns={"la_name": "la\nname"}).to_csv(index=False)
    (tmp_path / f"x_{DAY}.csv").write_text(text)
    import_files(register, "ees", [tmp_path / f"x_{DAY}.csv"])
    assert shares(register) == {"FY 2024/25": "23.1"}
    (tmp_path / f"y_{DAY}.csv").write_text(f"{text}Source: DfE\n")
    with pytest.raises(UnreadableFile, match="a row is 'Source: DfE' and no more: a note to be taken out"):
        import_files(register, "ees", [tmp_path / f"y_{DAY}.csv"])
