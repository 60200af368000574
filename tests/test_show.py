"""A selection of a frame as a table: headings, signs, printed decimals, and the data kept."""

from decimal import Decimal

import pandas as pd
import pytest

from cyp_helpers.compare.plan import COLUMNS as COMPARISON
from cyp_helpers.show import table
from cyp_helpers.show.cells import COLUMNS, HIDDEN, Printed, cell_text, text_of
from cyp_helpers.show.table import Table, show

ROWS = pd.DataFrame(
    {
        "series_id": ["a", "b"],
        "name": ["Absence", "Exits"],
        "period": ["FY 2016/17", "month 2017-11"],
        "value": [4.0, None],
        "value_text": ["4.0%", ""],
        "comparator": ["england", "previous"],
        "comparator_value": [4.25, None],
        "comparator_text": ["4.25%, the mean of 9 of 10 neighbours", "'fewer'"],
        "difference": [-0.25, None],
        "difference_places": [2, 2],
        "verdict": ["better", "not compared"],
        "as_at": pd.Timestamp("2018-03-31"),
    }
)


def cells(made):
    """What stands in the cells, row by row."""
    return made.frame.map(cell_text).to_numpy().tolist()


def test_each_column_is_shown_as_the_list_of_columns_says():
    made = show(ROWS, "Figures")
    assert made.frame.columns.tolist() == (
        ["Indicator", "Period", "Figure", "Beside", "Other figure", "Difference", "Verdict", "As known at"]
    )
    assert cells(made) == [
        ["Absence", "2016/17", "4.0%", "England", "4.25%", "−0.25", "✓ better", "31 March 2018"],
        [
            "Exits",
            "November 2017",
            "unknown",
            "Previous figure",
            "'fewer'",
            "–",
            "not compared",
            "31 March 2018",
        ],
    ]


def test_the_data_stay_the_very_frame_with_numbers_as_numbers():
    made = show(ROWS, "Figures", notes="One note.", folded=True)
    assert made.data is ROWS and made.data["value"].dtype == float
    assert repr(made) == "Table: Figures (2 rows)" and made.notes == ("One note.",)
    figure = made.frame.at[0, "Figure"]
    assert isinstance(figure, Printed) and figure == Decimal("4.0")  # a sheet writes the number


def test_every_column_of_a_comparison_is_in_the_list():
    known = {*COLUMNS, *HIDDEN, *map(text_of, COLUMNS)}
    assert set(COMPARISON) <= known


@pytest.mark.parametrize(
    "frame, expected",
    [
        (ROWS["name"], [["Absence"], ["Exits"]]),
        (ROWS["verdict"].value_counts(), [["✓ better", "1"], ["not compared", "1"]]),
        (ROWS.groupby("name")["comparator_value"].mean(), [["Absence", "4.25"], ["Exits", "unknown"]]),
        (ROWS[["series_id"]], [["a"], ["b"]]),  # ids are shown where there is nothing else
        (ROWS[["series_id", "value"]], [["4"], ["unknown"]]),  # no more decimals than it needs
        (ROWS[["verdict"]].astype("category"), [["✓ better"], ["not compared"]]),
        (pd.DataFrame({"good_level": [1.5, 2.0], "done": [True, False]}), [["1.5", "yes"], ["2.0", "no"]]),
        (pd.DataFrame({"n": pd.array([1234, None], dtype="Int64")}), [["1,234"], ["unknown"]]),
        (pd.DataFrame({"year": [2017], "rank": [3.0]}), [["2017", "3"]]),
        (pd.DataFrame({"what": ["", None]}), [["–"], ["–"]]),
        (pd.DataFrame({"direction": [1.0, -1.0, None]}), [["above"], ["below"], ["–"]]),
        (ROWS.pivot_table(index="name", columns=["verdict", "period"], values="value_text", aggfunc="size"), None),
        (pd.DataFrame([[1, 2]], columns=["value", "value"]), [["1", "2"]]),
    ],
)
def test_any_frame_is_shown(frame, expected):
    made = show(frame, "Any")
    assert expected is None or cells(made) == expected
    assert "<caption" in made._repr_html_()


@pytest.mark.parametrize("frame", [ROWS.iloc[:0], pd.DataFrame(), pd.Series(dtype=float)])
def test_nothing_to_show_is_said(frame):
    assert (
        show(frame, "None of them")
        ._repr_html_()
        .startswith('<p class="empty-table"><strong>None of them.</strong> Nothing')
    )


def test_headings_of_unknown_columns_are_tidied():
    frame = pd.DataFrame({"good_level": [1], "Young people's rank": [2], 2017: [3]})
    assert show(frame, "Any").frame.columns.tolist() == ["Good level", "Young people's rank", "2017"]


def test_a_long_table_says_what_is_left_out(monkeypatch):
    monkeypatch.setattr(table, "MOST_ROWS", 1)
    html = show(ROWS, "Figures")._repr_html_()
    assert "The first 1 of 2 rows are shown" in html and "Absence" in html and "Exits" not in html


@pytest.mark.parametrize("frame, caption", [("text", "Caption"), (ROWS, ""), (ROWS, None)])
def test_what_cannot_be_shown_is_refused(frame, caption):
    with pytest.raises(TypeError, match="DataFrame or Series|needs a caption"):
        show(frame, caption)


def test_ready_made_frames_are_shown_as_they_are():
    frame = pd.DataFrame({"Indicator": ["Absence"], "Figure": [Decimal("4.0")], "Marks": [None]})
    assert Table("Ready", frame).frame.to_dict("list") == frame.to_dict("list")


def test_what_a_document_only_states_has_no_sign():
    rows = pd.DataFrame({"england_verdict": ["better", "better"], "england_evidence": ["stated", "clear"]})
    made = show(rows, "Beside England").frame
    assert made.to_dict("list") == {"England": ["better (stated)", "✓ better"]}
    made = show(rows.rename(columns=lambda name: name.removeprefix("england_")), "Beside England").frame
    assert made["Verdict"].tolist() == ["better", "✓ better"] and made["Evidence"].tolist() == ["stated", "clear"]
