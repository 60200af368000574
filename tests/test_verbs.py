"""The public verbs: what ``import cyp_helpers as cyp`` gives, and what each of them refuses."""

import subprocess
import sys

import openpyxl
import pandas as pd
import pytest

import cyp_helpers as cyp
from conftest import PROJECT
from conftest import figure, published, tiny
from cyp_helpers.compare.judge import Evidence, Verdict
from cyp_helpers.pages.ask_your_own import check_year
from cyp_helpers.register.tables import UnknownName

LAST, THIS = "FY 2014/15", "FY 2015/16"


def of_two_years():
    """Nottinghamshire 40.0 then 44.0, England 50.0 then 51.0, a neighbour 60.0 in the later year only; a document's 44.0 of that year."""
    rows = [published("40.0", LAST), published("44.0", THIS), published("60.0", THIS, "A0")]
    rows += [published("50.0", LAST, "E92000001"), published("51.0", THIS, "E92000001")]
    made = tiny([figure("", "FY 2013/14", printed="tbc")], open_data=rows, variation=())
    made.tables["indicators"] = made.tables["indicators"].assign(definition="As counted")
    return made


@pytest.fixture(scope="module")
def register():
    return cyp.load_register(PROJECT)


@pytest.fixture
def rows():
    return cyp.figures(of_two_years(), as_at="2017-03-31")


def test_the_verbs_are_listed_explained_and_not_hidden_by_the_rooms_of_their_names():
    import cyp_helpers.compare.plan
    import cyp_helpers.show.table  # noqa: F401

    assert set(cyp.__all__) <= set(dir(cyp))
    for name in cyp.__all__:
        verb = getattr(cyp, name)
        assert not callable(verb) or (verb.__name__ == name and verb.__doc__ and ">>>" in verb.__doc__), name
    with pytest.raises(AttributeError, match="compare"):
        cyp.compair  # noqa: B018


def test_importing_the_package_imports_no_library():
    code = "import sys, cyp_helpers as cyp; dir(cyp); print({'pandas', 'scipy', 'matplotlib'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, check=True).stdout
        == "set()\n"
    )


def test_every_column_of_figures_and_compare_is_explained(register):
    for verb in (cyp.figures, cyp.compare):
        frame = verb(register, as_at="2018-03-31", areas="Leicester", series="re-referrals")
        assert [name for name in frame if f"``{name}``" not in verb.__doc__ and f"``{name}, " not in verb.__doc__] == []


def test_compare_gives_numbers_periods_verdicts_and_reasons_apart(register):
    frame = cyp.compare(register, as_at="2018-03-31", areas="Leicester")
    numbers = ["value", "comparator_value", "difference", "direction", "promise", "rank", "rank_of"]
    assert all(pd.api.types.is_numeric_dtype(frame[name]) for name in numbers)
    assert frame["period"].dropna().map(type).eq(pd.Period).all()
    assert frame["verdict"].isin(list(Verdict)).all() and frame["evidence"].isin([*Evidence, ""]).all()
    assert (frame["gap"] != "").equals(frame["verdict"] == Verdict.NOT_COMPARED) and frame["reason"].str.endswith(
        "."
    ).all()


def test_a_few_areas_are_judged_as_all_are(register):
    some = cyp.compare(register, as_at="2018-03-31", areas="East Midlands", series="re-referrals")
    every = cyp.compare(register, as_at="2018-03-31", series="re-referrals")
    assert len(some) and some.equals(every[every["area_id"].isin(some["area_id"])].reset_index(drop=True))


def test_figures_are_numbers_with_their_printed_decimals_and_what_they_can_stand_for(rows):
    mine = rows.query("area == 'Nottinghamshire'")
    assert mine[["year", "value", "places"]].values.tolist() == [["2014/15", 40.0, 1], ["2015/16", 44.0, 1]]
    assert mine[["low", "high"]].values.tolist() == [[39.95, 40.05], [43.95, 44.05]]
    assert str(mine["period"].iloc[1].end_time.date()) == "2016-03-31"


@pytest.mark.parametrize(
    "asked, message",
    [
        ({"areas": "Leicster"}, "Unknown area: 'Leicster'. Near matches: .*Leicester"),
        ({"series": "re-referal"}, "Unknown series: 're-referal'. Near matches: re-referrals"),
    ],
)
def test_an_unknown_name_is_refused_with_near_ones(register, asked, message):
    for verb in (cyp.figures, cyp.compare):
        with pytest.raises(UnknownName, match=message):
            verb(register, **asked)


# ---- what a parameter may be ----


def test_lists_say_how_much_is_known_of_each(register):
    plans = cyp.plans(register).set_index("plan")
    for plan in plans.index:
        reviews = cyp.reviews(plan, register)
        assert reviews["as_at"].is_monotonic_increasing and len(reviews) == plans.at[plan, "reviews"]
        ends = reviews["review"].tolist()[:: max(len(reviews) - 1, 1)]  # a national plan has no calendar of its own
        assert not ends or ends[:1] + ends[-1:] == plans.loc[plan, ["first_review", "last_review"]].tolist()
        assert len(cyp.priorities(plan, register)) == plans.at[plan, "priorities"]
    with pytest.raises(UnknownName, match="Valid: cypf-2011-14"):
        cyp.reviews("cypf", register)


def test_areas_and_indicators_count_figures_areas_and_years():
    register = of_two_years()
    places = cyp.areas(register=register).set_index("area_id")
    columns = ["indicators", "first_year", "last_year"]
    assert places.loc["N", columns].tolist() == [1, "2014/15", "2015/16"]
    assert places.loc["A0", columns].tolist() == [1, "2015/16", "2015/16"]
    assert places.loc["A1", columns].tolist() == [0, "", ""] and places.at["N", "region"] == "Region"
    one = cyp.indicators(register=register).set_index("series_id").loc["s"]
    assert one[["areas", "figures", "first_year", "last_year"]].tolist() == [2, 5, "2014/15", "2015/16"]


def test_a_search_finds_part_of_a_name_in_any_case(register):
    assert cyp.areas("RUTL", register)["area"].tolist() == ["Rutland"]
    assert "re-referrals" in cyp.indicators("Re-Referrals", register=register)["series_id"].tolist()
    assert cyp.indicators("(", register=register)["name"].str.contains("(", regex=False).any()  # not an expression
    listed = cyp.indicators(plan="early-help-2013-16", register=register)
    assert 0 < len(listed) < len(cyp.indicators(register=register))


# ---- chart and export ----


def test_areas_of_one_period_become_bars_the_best_on_top(rows):
    chart = cyp.chart(rows[rows["year"] == "2015/16"])
    assert chart.title == "Series s, 2015/16: lowest in Nottinghamshire (44.0%), highest in Neighbour 0 (60.0%)"
    assert chart.alternative.startswith("Bar chart.") and "England 51.0%" in chart.alternative


def test_several_periods_become_lines_with_their_ends_told(rows):
    chart = cyp.chart(rows, "Mine")
    assert chart.title == "Mine" and "England 50.0% in 2014/15, 51.0% in 2015/16" in chart.alternative
    assert chart.data is rows and "Figures behind the chart: Mine" in chart._repr_html_()
    one = cyp.chart(rows[rows["area_id"] == "N"])
    assert one.title == "Series s, Nottinghamshire: 40.0% in 2014/15 and 44.0% in 2015/16"


def test_a_line_is_broken_where_a_year_is_missing_or_a_break_is_marked():
    from cyp_helpers.show.readerchart import _unbroken

    line = pd.DataFrame(
        {"when": pd.to_datetime(["2014", "2015", "2018", "2019", "2020"]), "status": ["", "", "", "", "p b"]}
    )
    assert _unbroken(line).tolist() == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda rows: rows.drop(columns="area"), "needs the columns area"),
        (lambda rows: rows.head(0), "0 rows, none with"),
        (lambda rows: pd.concat([rows, rows.assign(series_id="t")]), r'given 2 .*query\("series_id == \'s\''),
        (lambda rows: pd.concat([rows.head(1).assign(area_id=str(n)) for n in range(61)]), "61 areas; it draws 60"),
    ],
)
def test_what_a_chart_cannot_show_is_refused(rows, change, message):
    with pytest.raises(ValueError, match=message):
        cyp.chart(change(rows))


def test_an_export_keeps_numbers_and_days_and_makes_no_formula(rows, project, monkeypatch):
    monkeypatch.chdir(project)
    told = cyp.export(rows.assign(name="=1+1"), "mine")
    assert "outputs/own/mine.csv and outputs/own/mine.xlsx: 5 rows" in told
    sheet = openpyxl.load_workbook(project / "outputs/own/mine.xlsx").active
    head, first = ([cell.value for cell in row] for row in sheet.iter_rows(max_row=2))
    found = dict(zip(head, first))
    assert (found["name"], found["value"], str(found["period_end"].date())) == ("=1+1", 40.0, "2015-03-31")
    assert sheet.cell(2, head.index("name") + 1).data_type == "s"
    again = pd.read_csv(project / "outputs/own/mine.csv")
    assert again["name"].eq("'=1+1").all() and again["value"].tolist() == rows["value"].tolist()
    assert sorted(file.name for file in (project / "outputs/own").iterdir()) == ["mine.csv", "mine.xlsx"]


@pytest.mark.parametrize("name", ["../mine", "Mine", "a/b", "", ".hidden"])
def test_an_export_writes_nowhere_else(rows, project, monkeypatch, name):
    monkeypatch.chdir(project)
    with pytest.raises(ValueError, match="small letters"):
        cyp.export(rows, name)
    (project / "outputs").mkdir(exist_ok=True)
    (project / "outputs/own").symlink_to(project / "data")
    with pytest.raises(ValueError, match="nothing was saved"):
        cyp.export(rows, "mine")


def test_a_year_without_figures_is_refused_with_those_there_are(rows):
    with pytest.raises(UnknownName, match="Unknown year: '2024'. Valid: 2014/15, 2015/16."):
        check_year(rows, "2024")
