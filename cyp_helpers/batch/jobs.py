"""Which notebooks make a review, and which reviews a run is about."""

from dataclasses import dataclass

from cyp_helpers.batch.folder import PLAIN_NAME
from cyp_helpers.findings import with_page
from cyp_helpers.register.reviews import find_review
from cyp_helpers.register.tables import AUTHORITY_TYPES, UnknownName, area_of_plan, days_of
from cyp_helpers.register.tables import find_area, find_plan, find_priority
from cyp_helpers.show.words import page_name

BOARD, ALL, PRIORITY, INDICATOR, TABLES = "board", "all_indicators", "priority_review", "indicator", "tables"


@dataclass(frozen=True)
class Run:
    """One review to run, for the plan's own area or another one."""

    plan: str
    review: str
    area: str = ""

    @property
    def parameters(self):
        """What every notebook of the review is given; ``area`` only where it is not the plan's own."""
        return {"plan": self.plan, "review": self.review} | ({"area": self.area} if self.area else {})

    @property
    def label(self):
        return " ".join(filter(None, [self.plan, self.review, self.area]))


@dataclass(frozen=True)
class Job:
    """One page to make: which notebook (None for the comparison tables, a spreadsheet and a CSV), with what, and the
    name and title of its page; pages of a ``group`` are folded together in the navigation."""

    notebook: str | None
    parameters: dict
    name: str
    label: str
    title: str
    group: str = ""

    @property
    def prints(self):
        """Whether the page is one sheet, which is also made as PDF and for Word, and opens the pack."""
        return self.notebook == BOARD

    @property
    def files(self):
        if not self.notebook:
            return [f"{self.name}.xlsx", "comparisons.csv"]
        more = [f"{self.name}.pdf", f"{self.name}.docx", "pack.pdf"] if self.prints else []
        return [f"{self.name}.ipynb", f"{self.name}.html", *more]


def plan_runs(register, plan, review, priority=None, area=""):
    """The reviews that are asked for.

    Parameters
    ----------
    plan, review, area : str; "all" for every plan, every listed review of the plans, every area with published figures
    priority : str, checked against each plan

    Raises
    ------
    UnknownName for a plan, review, priority or area that the register does not have.

    >>> from cyp_helpers.register.tables import load_register
    >>> [run.label for run in plan_runs(load_register(), "cypf-2016-18", "2017-18 part 2", area="Leicester")]
    ['cypf-2016-18 2017-18 part 2 E06000016']
    """
    plans = register.table("plans")["plan_id"] if plan == "all" else [find_plan(register, plan)["plan_id"]]
    areas = areas_with_figures(register) if area == "all" else [area and find_area(register, area)["area_id"]]
    runs = [
        Run(one, name, "" if where == area_of_plan(register, one) else where)
        for one in plans
        for name in _reviews_of(register, one, review)
        for where in areas
        if where or area_of_plan(register, one)
        if _was_there(register, where, find_review(register, one, name)["as_at"])
    ]
    if not runs and not areas[0]:
        which = "say which one, such as --area Leeds, or --area all"
        raise UnknownName(f"{plans[0]} is a plan of every authority: {which}")
    if not runs:
        first, last = days_of(register, areas[0])
        span = " ".join(filter(None, [first and f"since {first}", last and f"until {last}"]))
        raise UnknownName(f"{area!r} is an authority {span}: at the day of this review there is nothing to show of it")
    if priority is not None:
        for one in plans:
            find_priority(register, one, priority)
    return runs


def _reviews_of(register, plan, review):
    if review != "all":
        return [find_review(register, plan, review)["review"]]
    reviews = register.table("reviews")
    return reviews.loc[reviews["plan_id"] == plan, "review"]


def _was_there(register, area_id, as_at):
    first, last = days_of(register, area_id)
    return (first or "0000") <= f"{as_at:%Y-%m-%d}" <= (last or "9999")


def areas_with_figures(register):
    """Areas that ``--area all`` stands for: every authority with a published figure, by ``area_id``."""
    areas = register.table("areas")
    with_figures = register.table("published")["area_id"].unique()
    return areas.loc[areas["area_type"].isin(AUTHORITY_TYPES) & areas["area_id"].isin(with_figures), "area_id"].tolist()


def plan_jobs(whole, run):
    """The jobs of a review: tables, the board page, all indicators, a page for each priority and each indicator
    (``with_page``); for the plan's own area also delivery, data quality, and in part 2 the annual review.

    ``whole`` is the Review of all priorities of a Run. UnknownName where a page's name cannot name files.
    """
    where = f"{whole.plan['short_title']}, {whole.review['review']}"
    where += "" if whole.is_own_area else f", {whole.area['name']}"

    def job(notebook, name, label, about="", group="", **more):
        return Job(notebook, run.parameters | more, name, label, f"{about}, {where}" if about else where, group)

    jobs = [job(None, "comparison-tables", "Tables"), job(BOARD, "board", "Board page")]
    jobs.append(job(ALL, "all-indicators", "All indicators"))
    for _, row in whole.priorities.iterrows():
        label = f"{row['number']}. {row['name']}"
        jobs.append(job(PRIORITY, page_name(row), label, row["name"], priority=row["short_id"]))
    if whole.is_own_area:  # what rests on the documents; delivery where the plan sets actions
        if whole.register.table("actions")["plan_id"].eq(whole.plan["plan_id"]).any():
            jobs.append(job("delivery_tracker", "delivery", "Delivery"))
        jobs.append(job("data_quality", "data-quality", "Data quality"))
        if whole.review["kind"] == "annual":
            jobs.append(job("annual_review", "annual-review", "Annual review"))
    titles = whole.register.table("indicators").set_index("indicator_id")["name"]
    for one in with_page(whole):
        jobs.append(job(INDICATOR, f"indicator-{one}", titles[one], titles[one], "Indicators", indicator=one))
    refuse_unfit_names(jobs)
    return jobs


def kinds_of_page(project):
    """What ``--only`` takes: the names of the notebooks that make pages, and "tables" (the spreadsheet and the CSV)."""
    pages = [path.stem for path in sorted((project / "notebooks").glob("*.ipynb"))]
    return [*(name for name in pages if name not in ("ask_your_own", "start_here")), TABLES]


def check_parameters(notebook, job):
    """Raise UnknownName where a Job names a parameter that its notebook (NotebookNode) does not have."""
    from papermill.translators import PythonTranslator

    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    known = [one.name for cell in cells for one in PythonTranslator.inspect(cell)]
    if strangers := [name for name in job.parameters if name not in known]:
        told = f"has no parameter {', '.join(map(repr, strangers))}; it has {', '.join(known)}"
        raise UnknownName(f"notebooks/{job.notebook}.ipynb {told}")


def refuse_unfit_names(jobs):
    """Raise UnknownName where a job's name cannot name files, or two names are the same but for capitals."""
    seen = set()
    for job in jobs:
        if not PLAIN_NAME.fullmatch(job.name):
            raise UnknownName(f"{job.name!r} cannot name a page: letters, digits and hyphens can, up to 100")
        if job.name.casefold() in seen:
            raise UnknownName(f"Two pages would be named {job.name!r}: ids must differ in more than capitals")
        seen.add(job.name.casefold())
