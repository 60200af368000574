"""The shipped data: counts in data/README.md, transcription against the documents, licences."""

import hashlib
import json
import re

import pytest
from conftest import PROJECT, SEEDS

from cyp_helpers.register.tables import load_register, read_table

README = (PROJECT / "data/README.md").read_text(encoding="utf-8")


def fold(text):
    """Words without the spacing, stars and quotation marks that differ between text copies."""
    return (
        re.sub(r"[\s*_]+", "", re.sub(r"</?\w+>", "", text)).replace("’", "'").replace("‘", "'").replace("&amp;", "&")
    )


@pytest.fixture(scope="module")
def documents():
    if not SEEDS.is_dir():
        pytest.skip("the documents are not beside this clone (../shared/seeds)")
    by_hash = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path.read_text(encoding="utf-8") for path in SEEDS.glob("*.txt")
    }
    sources = load_register(PROJECT).table("sources")
    return {row.source_id: fold(by_hash[row.sha256]) for row in sources.itertuples() if row.sha256 in by_hash}


def test_every_table_stands_in_the_readme():
    package = json.loads((PROJECT / "data/datapackage.json").read_text(encoding="utf-8"))
    told = set(re.findall(r"^\| ([\w-]+) \| `([\w/.-]+\.csv)` \|", README, re.MULTILINE))
    assert told == {(item["name"], item["path"]) for item in package["resources"]}


def test_rows_per_document_stand_in_the_readme():
    package = json.loads((PROJECT / "data/datapackage.json").read_text(encoding="utf-8"))
    paths = {item["name"]: item["path"] for item in package["resources"]}
    head = re.search(r"^\| table \| (plan-2011-14 .*) \|$", README, re.MULTILINE)[1].split(" | ")
    told = re.findall(r"^\| ([a-z-]+) \|((?: \d+ \|){5})$", README, re.MULTILINE)
    assert len(told) == 26
    for name, cells in told:
        numbers = [int(cell) for cell in cells.strip(" |").split(" | ")]
        frame = load_register(PROJECT).table(name) if name == "observations" else read_table(PROJECT / "data" / paths[name])
        source = frame["source_id"] if "source_id" in frame else frame["plan_indicator_id"].str.partition("/")[0]
        assert numbers == [int((source == one).sum()) for one in head], name


def test_every_field_stands_in_the_dictionary():
    package = json.loads((PROJECT / "data/datapackage.json").read_text(encoding="utf-8"))
    for item in package["resources"]:
        for field in item["schema"]["fields"]:
            assert f"| `{field['name']}` |" in README


@pytest.mark.parametrize(
    "name, column",
    [
        ("observations", "printed"),
        ("targets", "printed"),
        ("stated-comparisons", "printed"),
        ("source-queries", "printed"),
        ("plan-indicators", "name_printed"),
        ("activities", "title"),
    ],
)
def test_what_is_said_to_be_printed_stands_in_its_document(documents, name, column):
    frame = load_register(PROJECT).table(name)
    if "source_id" in frame:
        frame = frame[frame["source_id"].isin(list(documents))]
    if name == "plan-indicators":  # the review of evidence names no indicators; its rows shorten the sentence
        frame = frame[frame["source_id"] != "review-2018"]
    for row in frame.itertuples():
        for part in re.split(r"\[cut off\]|\.\.\.|…", getattr(row, column)):
            assert fold(part) in documents[row.source_id] or is_known_exception(name, row), (row, part)


def is_known_exception(name, row):
    """Names whose text is broken in the copy: an asterisk or a table cell stands in the middle."""
    broken = {"early-help-2013-16/09"}
    ids = {getattr(row, field, "") for field in ("plan_indicator_id", "activity_id", "observation_id", "query_id")}
    return bool(ids & broken) or (name == "activities" and row.source_id == "improvement-plan-2016-17")


def test_every_indicator_row_of_the_documents_tables_is_listed():
    listed = load_register(PROJECT).table("plan-indicators")
    counts = listed.groupby("source_id").size().to_dict()
    # Row 6 of the Early Help table prints two key stages and row 8 two areas.
    assert counts.items() >= {"plan-2011-14": 23, "early-help-2013-16": 12, "plan-2016-18": 12, "improvement-plan-2016-17": 42}.items()


def test_flags_and_provisional_marks_of_the_plan_of_2011():
    register = load_register(PROJECT)
    listed = register.table("plan-indicators").query("source_id == 'plan-2011-14'")
    assert listed["flags"].str.contains("N").sum() == 9 and listed["flags"].str.contains("C").sum() == 13
    assert (register.table("observations").query("source_id == 'plan-2011-14'")["status"] == "p").sum() == 5
    served = register.table("plan-indicator-priorities")
    served = served[served["plan_indicator_id"].str.startswith("plan-2011-14")]
    assert served["role"].value_counts().to_dict() == {"primary": 24, "additional": 17}


def test_licences_are_stated():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert "MIT" in readme and "Open Government Licence v3.0" in readme and "Nottinghamshire County Council" in readme
    assert (PROJECT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_no_file_names_a_package_index():
    for path in [
        PROJECT / name
        for name in ("requirements.lock", "pyproject.toml", "environment.yml", "Makefile", ".ci/run", "README.md")
    ]:
        assert not re.search(r"https?://[^\s]*(?:pypi|simple)", path.read_text(encoding="utf-8")), path
