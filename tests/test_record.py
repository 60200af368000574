"""The record of verdicts on made-up cases whose answer the eye can check."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.learning import FIRST_CASES, OFFSETS, learn
from benchmarks.record import by_kind, by_series, calibration, is_told, without_change
from cyp_helpers.compare.promise import own_record, promises, record_of
from cyp_helpers.register.tables import AUTHORITY_TYPES, ENGLAND, load_register


def made(**columns):
    """Cases beside England of one series, each told and held, but for what is given."""
    one = {"kind": "england", "series_id": "s", "breakdown": "all", "score": 3.0, "promise": 90.0, "held": 1.0}
    return pd.DataFrame(one | columns)


def test_what_is_told_needs_score_and_promise():
    rows = made(score=[1.96, 2.0, -2.0, 2.0], promise=[99.0, 85.0, 85.0, 84.9])
    assert is_told(rows).tolist() == [False, True, True, False]
    assert is_told(rows.assign(kind="previous", promise=75.0)).tolist() == [False, True, True, True]


def test_shares_are_of_known_outcomes():
    ours = made(score=[3.0, 3.0, 3.0, 1.0, 3.0], held=[1, 1, 0, 1, np.nan])
    start = ours.assign(promise=[10.0, 20.0, 90.0, 95.0, 99.0])
    found = by_kind(ours, start).loc["england"]
    assert found["cases"] == 4 and found["told"] == 3 / 4 and found["held"] == 2 / 3
    assert found["score alone: told"] == 1 / 4 and found["score alone: held"] == 0
    assert found["score alone at our share: held"] == 2 / 3, "its three highest promises: 95 held, 90 not, 20 held"


def test_calibration_compares_within_tenths_of_enough_cases():
    rows = made(promise=[62.0] * 100 + [68.0] * 100 + [75.0] * 199, held=[1.0] * 130 + [0.0] * 269)
    found = calibration(rows).query("kind == 'england'").set_index("tenth")
    assert found.loc["60 to 70", ["cases", "promised", "seen"]].tolist() == [200, 65, 65]
    assert np.isnan(found.loc["70 to 80", "seen"])


def test_series_need_fifty_told():
    rows = pd.concat([made(held=[1.0] * 40 + [0.0] * 10), made(series_id="few", held=[1.0] * 49)])
    assert by_series(rows).reset_index().values.tolist() == [["s", "england", 50, 80.0]]


def test_a_promise_is_never_made_from_later_years_or_the_case_itself():
    rng = np.random.default_rng(1)
    n = 2 * FIRST_CASES
    rows = pd.DataFrame({"year": np.repeat([2001, 2002, 2003], n), "score": rng.normal(0, 2, 3 * n)})
    rows = rows.assign(kind="england", series_id="s", breakdown="all", support=np.nan)
    rows["held"] = (rng.random(3 * n) < 1 / (1 + np.exp(-rows["score"].abs()))).astype(float)
    first = learn(rows)[2]
    other = learn(rows.assign(held=rows["held"].where(rows["year"] < 2002, 1 - rows["held"])))[2]
    now = first["year"] == 2002
    assert now.any() and set(first["year"]) == {2002, 2003}
    assert first.loc[now, "promise"].equals(other.loc[now, "promise"])
    assert not first.loc[~now, "promise"].equals(other.loc[~now, "promise"]), "what was known by then does count"


def test_a_series_that_fails_is_promised_no_more_than_its_record():
    curves = pd.DataFrame([["previous", 2020, "alone", 0.0, 2.0, 0.0, 0.01, 0.99]])
    curves.columns = ["kind", "learnt", "form", "constant", "slope", "support", "lowest", "highest"]
    own = [["previous", 2020, name, "all", cases, held, 0.0] for name, cases, held in [("a", 50, 0.4), ("b", 49, 0.4)]]
    rows = pd.DataFrame(
        {"series_id": ["a", "b"], "comparator": "previous", "breakdown": "all", "year": 2021, "score": 6.0}
    )
    found = promises(rows.assign(support=np.nan), curves, pd.DataFrame(own, columns=OFFSETS))["promise"]
    assert found[0] == 40 and found[1] > 90


def test_the_register_knows_which_series_fail():
    record = record_of(load_register().as_known("2026-11-26"))
    failed = record[(record["held"] < 60) & (record["cases"] >= 50)]
    assert ["previous", "school-absence-6-half-terms"] in failed[["kind", "series_id"]].values.tolist()


def test_no_record_is_known_before_the_first_was_learnt():
    assert record_of(load_register().as_known("2005-01-01")).empty


def test_own_record_keeps_what_is_not_known():
    assert own_record(pd.DataFrame({"cases": [60], "held": [np.nan]})).tolist() == [1.0]


@pytest.fixture(scope="module")
def still():
    register = load_register()
    return register, without_change(register)


def test_figures_without_change_stand_at_englands_level(still):
    register, made_up = still
    real, table = register.table("published"), made_up.table("published")
    assert table["numerator"].isna().all() and len(table) > len(real) / 2
    one = table[(table["series_id"] == "re-referrals") & (table["period"] == "FY 2016/17")]
    number = pd.to_numeric(one["value"])
    local = one["area_id"].isin(
        register.table("areas").query("area_type in @AUTHORITY_TYPES", local_dict={"AUTHORITY_TYPES": AUTHORITY_TYPES})[
            "area_id"
        ]
    )
    england = number[one["area_id"] == ENGLAND].iloc[0]
    assert number[~local].eq(england).all() and number[local].nunique() > 50
    assert abs(number[local].median() - england) < number[local].std() / 4
    assert one["value"].str.contains(r"^-?\d+\.\d$").all(), "as many decimals as published"
