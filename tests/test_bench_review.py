"""The benchmark of a whole review: its plain calls do the work of the notebooks, and its report says what was measured."""

import pickle
import re

import pytest
from conftest import PROJECT
from runs import SMALL

from benchmarks.review import Measured, _plain_page, report
from cyp_helpers.batch import work
from cyp_helpers.batch.pool import LocalPool

pytestmark = pytest.mark.long


def test_plain_calls_make_the_same_page(monkeypatch):
    monkeypatch.chdir(PROJECT)
    with LocalPool(PROJECT, 1) as pool:
        opened = pool.submit(work.open_together, [SMALL]).result()[0]
        job = next(job for job in opened.jobs if job.name == "priority-4-voice")
        with pool.holding(work.reopened, opened.whole) as submit:
            made = submit(work.make_page, job, [], limit=60).result()
    assert without_parameters(made.files["priority-4-voice.html"].decode()) == without_parameters(
        _plain_page(PROJECT, job, pickle.loads(opened.whole), [])
    )


def without_parameters(page):
    """Papermill adds a cell with the parameters, which shows as an empty division."""
    return re.sub(r"<div [^>]*celltag_[a-z-]*parameters[^>]*>\s*</div>\s*", "", page)


def test_the_report_gives_medians_and_ratios():
    names = ("commands", "api", "whole", "warm", "plain", "opening")
    seconds = ([50, 60, 40], [30, 30, 30], [10, 10, 10], [6, 7, 6], [4, 5, 4], [1, 1, 1])
    measured = {name: [Measured(one, 13.0, 100.0) for one in values] for name, values in zip(names, seconds)}
    text = report(measured, jobs=13)
    assert "| commands | 50.0 | 13.0 | 100 |" in text and "Medians of 3 rounds" in text
    assert "5.0 times as long as cyp review;" in text and "1.50 times as long as plain calls" in text
    assert "One job takes 1.00 CPU seconds" in text and "61 minutes on 2, 8 minutes on 16, 1 minutes on 128" in text
