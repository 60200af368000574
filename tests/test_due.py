"""When the next figures come: what a dictionary says, and what the register should hold by now."""

from types import SimpleNamespace

import pandas as pd
import pytest
from typer.testing import CliRunner

from cyp_helpers.cli import app
from cyp_helpers.register import due as module
from cyp_helpers.register.due import OUT, SOON, due, next_figures
from cyp_helpers.register.tables import load_register


def register_of(*rows):
    catalogue = pd.DataFrame(rows, columns=["series_id", "next_update"]).assign(source_id="dictionary")
    editions = pd.DataFrame({"source_id": ["dictionary"], "edition_date": ["2026-04-01"]})
    return SimpleNamespace(table={"catalogue": catalogue, "editions": editions}.__getitem__)


def test_a_month_stands_for_its_last_day_and_a_day_for_itself():
    register = register_of(("a", "2026-10-01"), ("b", "2026-07-29"), ("c", ""), ("d", "2026-02-01"), ("d", "2028-02-01"))
    told = next_figures(register, pd.Timestamp("2026-05-01"))
    assert told.dt.strftime("%Y-%m-%d").to_dict() == {"a": "2026-10-31", "b": "2026-07-29", "d": "2028-02-29"}


def test_a_dictionary_is_not_known_before_its_day():
    assert next_figures(register_of(("a", "2026-10-01")), pd.Timestamp("2026-03-31")).empty


def test_what_is_due_goes_from_nothing_to_soon_to_out():
    register = load_register()
    by = next_figures(register, pd.Timestamp.today())["re-referrals"]
    days = {None: by - pd.DateOffset(months=7), SOON: by, OUT: by + pd.Timedelta(days=1)}
    for state, day in days.items():
        rows = due(register, day)
        rows = rows[rows["series_id"] == "re-referrals"]
        assert rows["state"].tolist() == ([state] if state else []), day
    assert {"cypf-2016-18", "national-framework"} <= set(rows["plans"].iloc[0].split(", "))  # listed, and beside what is listed


@pytest.mark.parametrize(("state", "code"), [(OUT, 1), (SOON, 0), (None, 0)])
def test_a_scheduler_learns_it_by_the_exit_code(monkeypatch, state, code):
    row = {"series_id": "a", "name": "Absence", "newest": "2024/25", "by": pd.Timestamp("2026-10-31"), "state": state, "plans": "p"}
    rows = pd.DataFrame([row] if state else [], columns=list(row))
    monkeypatch.setattr(module, "due", lambda register, day: rows)
    told = CliRunner().invoke(app, ["due"])
    assert told.exit_code == code
    assert ("2026-10-31  Absence (newest here 2024/25; p)" in told.output) == bool(state)
