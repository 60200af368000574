"""A run: reviews in, folders and failures out.

Pages whose inputs are unchanged are taken over and the others made, as many at a time as the pool has slots. A failure
costs its own review's new folder and nothing else.
"""

import asyncio
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from cyp_helpers.batch import work
from cyp_helpers.batch.contents import write_contents
from cyp_helpers.batch.folder import CannotRun, ReviewFolder, is_whole
from cyp_helpers.batch.inputs import digest_of
from cyp_helpers.batch.jobs import ALL, BOARD, TABLES, Job
from cyp_helpers.batch.pool import Lost
from cyp_helpers.register.store import write_whole

CHANGED = "data/, notebooks/ or code changed during the run; run it again"
AT_LEAST = 60  # seconds for what is no notebook
TOGETHER = 5  # reviews opened in one process, each about 30 MB there, here and on the way
USUAL_JOBS = 28  # of a review that is not opened yet, to tell how much is left


@dataclass(frozen=True)
class Failure:
    """A page or a whole review that failed: what, where and why, in one line."""

    name: str
    parameters: dict
    cell: str
    error: str

    def __str__(self):
        given = ", ".join(f"{key} {value}" for key, value in self.parameters.items())
        return f"{self.name}{given and f' ({given})'}, {self.cell}: {self.error}"


@dataclass(frozen=True)
class Outcome:
    """What became of one review: its folder (None where it has none), how many jobs were done and how many were
    unchanged, and what failed."""

    folder: object = None
    made: int = 0
    unchanged: int = 0
    failures: list = field(default_factory=list)


def run_reviews(project, runs, pool, priority=None, force=False, limit=600, tell=lambda *_: None, only=()):
    """Run reviews; each is moved into place when all of it succeeded.

    Parameters
    ----------
    project : folder with ``data/``, ``notebooks/`` and ``outputs/``
    runs : list of Run
    pool : LocalPool or ClusterPool
    priority : str; make only its page, the board page, all indicators and the tables, where the review was run before
    force : bool; make also what is unchanged
    limit : seconds that a notebook may take
    only : kinds of page to make, of ``jobs.kinds_of_page``; all where it is empty
    tell : called at each change with the labels of what is under way, and how many jobs are done of how many

    Returns
    -------
    list of Outcome. With a failure its folder is ``<review>-failed``, and the last good one stays as it was.
    """
    outcomes = asyncio.run(_run_all(project, runs, _Desk(pool, len(runs), tell), (priority, only), force, limit))
    if any(outcome.made for outcome in outcomes):
        try:
            write_contents(project, pool)
        except OSError as error:
            outcomes[-1].failures.append(Failure("outputs/index.html", {}, "writing", _one_line(error)))
    return outcomes


def save_notebooks(project, pool):
    """Run the saved notebooks with their own parameters and keep their outputs in them."""
    saved = sorted((project / "notebooks").glob("*.ipynb"))
    for path, future in [(path, pool.submit(work.run_saved, path.stem)) for path in saved]:
        write_whole(path, future.result())


async def _run_all(project, runs, desk, part, force, limit):
    at_once = asyncio.Semaphore(desk.pool.slots + 1)  # reviews held open at a time
    opening = _Opening(runs, desk, max(limit, AT_LEAST), part[1])

    async def run_one(run):
        review = None
        async with at_once:
            try:
                folder = ReviewFolder(project, run)
                with folder.locked():
                    review = _Review(run, folder, desk, opening, limit, part)
                    return await review.make(force)
            except (CannotRun, OSError) as error:  # also outputs/ that cannot be written, a disk that is full
                failure = Failure("review", run.parameters, "stopped" if review else "not begun", _one_line(error))
                if review:
                    return Outcome(None, review.made, 0, [*review.failures, failure])
                desk.expect(0)
                return Outcome(failures=[failure])

    return await asyncio.gather(*map(run_one, runs))


class _Desk:
    """Hands work to the pool, never more at a time than it has slots, and tells how far it is."""

    def __init__(self, pool, reviews, tell):
        self.pool, self._tell = pool, tell
        self._slots, self._under_way = asyncio.Semaphore(pool.slots), []
        self._done, self._total = 0, USUAL_JOBS * reviews

    def expect(self, jobs):
        """Take in how many jobs a review turns out to need."""
        self._total += jobs - USUAL_JOBS

    async def do(self, label, submit, *call, counts=1, **limit):
        """Result of a piece of work that counts as one job, or more; raises what it raised."""
        async with self._slots:
            self._under_way.append(label)
            self._tell(self._under_way, self._done, self._total)
            try:
                return await asyncio.wrap_future(submit(*call, **limit))
            finally:
                self._under_way.remove(label)
                self._done += counts
                self._tell(self._under_way, self._done, self._total)


class _Opening:
    """Opens reviews of one plan and day a few at a time, when the first of them is asked for."""

    def __init__(self, runs, desk, limit, kinds):
        self._desk, self._limit, self._kinds, self._opened, self._groups = desk, limit, kinds, {}, {}
        for _, alike in groupby(runs, key=lambda run: (run.plan, run.review)):
            alike = tuple(alike)
            groups = [alike[first : first + TOGETHER] for first in range(0, len(alike), TOGETHER)]
            self._groups |= {run: group for group in groups for run in group}

    async def of(self, run):
        """The Opened of a run, handed out once; raises what its opening raised."""
        group = self._groups[run]
        if group not in self._opened:
            limit = {"counts": len(group), "limit": self._limit * len(group)}
            work_on = self._desk.do("Opening", self._desk.pool.submit, work.open_together, group, self._kinds, **limit)
            self._opened[group] = asyncio.ensure_future(work_on)
        together, place = await asyncio.shield(self._opened[group]), group.index(run)
        opened, together[place] = together[place], None  # what is handed out is not kept
        if isinstance(opened, Exception):
            raise opened
        return opened


class _Review:
    """One review while it is made, its folder locked."""

    def __init__(self, run, folder, desk, opening, limit, part):
        self.run, self.folder, self.desk, self.opening, self.limit = run, folder, desk, opening, limit
        self._priority, self._only = part
        self.inputs, self.started = desk.pool.inputs, datetime.now(UTC)
        self.opened = folder.opened()  # what the newest run learnt when it opened the review
        self.known = folder.entries()  # pages of earlier runs
        self.entries, self.made, self.failures = {}, 0, []  # pages of this run

    async def make(self, force):
        """Make what has changed; returns the Outcome."""
        self._refuse_changed()
        known = self.opened and self.opened["digest"] == self.inputs.digest(self.run)
        stale = self._stale() if known and not force else None
        if stale == [] and all(self.known[job.name]["folder"] == self.folder.path for job in self._wanted()):
            self.desk.expect(0)
            return self._outcome(self.folder.path)
        whole = b""
        if stale != []:
            try:
                opened = await self.opening.of(self.run)
            except Exception as error:  # noqa: BLE001  a review that cannot be opened is one line among the failures
                self.desk.expect(1)
                self.failures.append(Failure("review", self.run.parameters, "opening", _one_line(error)))
                return self._outcome(self.folder.path)
            whole, jobs = opened.whole, [asdict(job) for job in opened.jobs]
            self.opened = {"jobs": jobs, "digest": self.inputs.digest(self.run)}
            stale = self._wanted() if force else self._stale()
        self.desk.expect(1 + len(stale))
        self.folder.refuse_to_replace(name for job in self._jobs() for name in job.files)
        for job in self._jobs():
            if job not in stale and job.name in self.known:
                self.folder.take_over(entry := self.known[job.name])
                self.entries[job.name] = {key: value for key, value in entry.items() if key != "folder"}
        try:
            with self.desk.pool.holding(work.reopened, whole) as submit:
                async with asyncio.TaskGroup() as group:
                    for job in stale:
                        group.create_task(self._make(job, submit))
        except* (CannotRun, OSError) as errors:
            raise errors.exceptions[0] from None
        return self._outcome(self.folder.into_place(self._manifest(), bool(self.failures)))

    async def _make(self, job, submit):
        """Do a job and keep what it made, with what it was made from."""
        try:
            call = (work.make_page, job, self._pages()) if job.notebook else (work.make_tables,)
            limit = self.limit if job.notebook else max(self.limit, AT_LEAST)
            made = await self.desk.do(job.label, submit, *call, limit=limit)
        except Lost as lost:
            made = work.what_is_left(job, lost)
        except Exception as error:  # noqa: BLE001  whatever it is, it is one line among the failures
            made = work.Made({}, 0, "no cell", _one_line(error))
        self._refuse_changed()
        self.entries[job.name] = {
            "name": job.name,
            "notebook": f"notebooks/{job.notebook}.ipynb" if job.notebook else None,
            "parameters": job.parameters,
            "status": "failed" if made.error else "succeeded",
            "error": f"{made.cell}: {made.error}" if made.error else "",
            "seconds": round(made.seconds, 2),
            "digest": self.inputs.digest(job, self._pages()),
            "files": {name: digest_of(content) for name, content in made.files.items()},
        }
        if made.error:
            self.failures.append(Failure(job.name, job.parameters, made.cell, made.error))
        self.made += 1
        self.folder.keep(made.files, self._manifest())

    def _refuse_changed(self):
        """What has been read from changed inputs is not kept, not even if they have been changed back."""
        if not self.inputs.unchanged():
            raise CannotRun(CHANGED)

    # ---- what is there already ----

    def _jobs(self):
        return [Job(**one) for one in self.opened["jobs"]]

    def _pages(self):
        """What the navigation shows: no page that is neither there nor being made."""
        there = {*self.known, *(job.name for job in self._wanted())}
        jobs = [job for job in self._jobs() if job.notebook and job.name in there]
        return [{"name": job.name, "label": job.label, "group": job.group} for job in jobs]

    def _wanted(self):
        jobs = self._jobs()
        if self._only:
            return [job for job in jobs if (job.notebook or TABLES) in self._only]
        if not self._priority or not self.folder.manifest():
            return jobs
        always = (None, BOARD, ALL)
        return [job for job in jobs if job.notebook in always or job.parameters.get("priority") == self._priority]

    def _stale(self):
        return [job for job in self._wanted() if not self._is_fresh(job)]

    def _is_fresh(self, job):
        entry = self.known.get(job.name)
        return bool(entry) and entry["digest"] == self.inputs.digest(job, self._pages()) and is_whole(entry)

    # ---- what comes of it ----

    def _outcome(self, folder):
        return Outcome(folder, self.made, len(self.opened.get("jobs", [])) - self.made, self.failures)

    def _manifest(self):
        """What was made from which inputs, with which packages, how long it took and how it ended."""
        return {
            "parameters": self.run.parameters,
            "started": self.started.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - self.started).total_seconds(), 2),
            "packages": self.inputs.packages,
            "opened": self.opened,
            "made": [self.entries[job.name] for job in self._jobs() if job.name in self.entries],
            "inputs": self.inputs.files,
        }


def _one_line(error):
    said = " ".join(str(error).split())
    return said if isinstance(error, (CannotRun, Lost)) else f"{type(error).__name__}: {said}"
