"""Pieces of work, each in a process of its own that is forked from one with everything imported.

A notebook needs a fresh process, because what one leaves behind another would find. So nothing is pooled but the
threads that wait for the processes: each has its own pipe and clock, so that one that is killed or stopped costs itself
and nothing else. (One death breaks all that a ``ProcessPoolExecutor`` has under way, and it has no time limit; pools
with a limit look every tenth of a second and share a pipe that a stopped process can hold.) The process that forks is
the standard library's fork server. Where there is no fork, the processes are new interpreters.
"""

import os
import pickle
import signal
import tempfile
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import current_process, forkserver, get_all_start_methods, get_context
from multiprocessing.reduction import send_handle

from cyp_helpers.batch import apart
from cyp_helpers.batch.inputs import Inputs

_CAN_FORK = "forkserver" in get_all_start_methods()
_CONTEXT = get_context("forkserver" if _CAN_FORK else "spawn")
_ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as a kernel has it
    "OPENBLAS_NUM_THREADS": "1",  # a fork must have one thread, and small sums need no more
    "OMP_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # nobody debugs here; the debugger warns of its limits on import
}
_LONGEST_SOCKET = 60  # characters of its folder; systems allow about 100 for the whole
LONGEST = 3_600  # seconds for what is no notebook, so that nothing is waited for for ever
_PATIENCE = 60  # seconds for a process that holds something to answer


class Lost(RuntimeError):
    """The process of a piece of work ended without an answer; ``told`` holds what it told before, as pickled bytes."""

    def __init__(self, message, told=()):
        super().__init__(message, told)
        self.told = told

    def __str__(self):
        return self.args[0]


def open_pool(project, jobs=0, scheduler=None):
    """Where work on a project runs: on the Dask cluster at an address or here, ``jobs`` at a time (0: as cores)."""
    if scheduler:
        from cyp_helpers.batch.cluster import ClusterPool

        return ClusterPool(project, scheduler)
    return LocalPool(project, jobs or cores())


class LocalPool(Executor):
    """Runs functions of modules, each in a process of its own; each is given the project's folder first.

    >>> from pathlib import Path
    >>> with LocalPool(Path("."), slots=2) as pool:
    ...     pool.submit(Path.joinpath, "outputs").result()
    PosixPath('outputs')
    """

    def __init__(self, project, slots):
        self.inputs = Inputs(project)  # before the code is imported that they speak of
        self.slots, self._project, self._running = slots, project, Running()
        self._threads = ThreadPoolExecutor(slots)
        get_ready()

    def submit(self, function, /, *args, limit=LONGEST, start=None):
        """Run a function on the project and what else is given, for at most so many seconds; returns a Future."""
        return self._threads.submit(run_apart, function, (self._project, *args), limit, self._running, start)

    @contextmanager
    def holding(self, prepare, *given):
        """``submit`` for functions that are given, after the project, what ``prepare`` makes of the project and of what
        is given: it is made once, in a process that all of them are forked from, where there is fork."""
        if not _CAN_FORK:
            yield partial(self.submit, prepared, prepare, given)
            return
        holder = _Holder(self._running, prepare, given)
        try:
            yield partial(self.submit, start=holder.start)
        finally:
            holder.end()

    def shutdown(self, wait=True, *, cancel_futures=True):
        """End all work that is under way."""
        self._running.end()
        self._threads.shutdown(wait, cancel_futures=cancel_futures)


def cores():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Running(set):
    """Processes under way, which can be ended all at once; none is added after that."""

    ended = False

    def end(self):
        """End them, whatever they do."""
        with _starting:
            self.ended = True
        for process in list(self):
            _end(process)


def get_ready():
    """Start the process that forks, which then imports what it needs; nothing waits for it."""
    if current_process().daemon:
        how = "with --no-nanny, or with the environment variable DASK_DISTRIBUTED__WORKER__DAEMON=False"
        raise OSError(f"This process may not start others. Start Dask workers {how}")
    if _CAN_FORK:
        with _starting, _surroundings():
            forkserver.set_forkserver_preload(["cyp_helpers.batch.warm"])
            forkserver.ensure_running()


def prepared(project, prepare, given, function, *args):
    """A function's result with what is prepared for it in the same process; as of ``LocalPool.holding`` without fork."""
    return function(project, prepare(project, *given), *args)


def run_apart(function, args, limit, running, start=None):
    """Result of a function, pickled and run in a process of its own that is among the Running meanwhile.

    ``start`` begins the process; a new one of the fork server where it is None. Raises what the function raised, or
    Lost where the process was ended, by the clock after ``limit`` seconds or else.
    """
    late, told = threading.Event(), []
    with tempfile.TemporaryDirectory(prefix="cyp-", ignore_cleanup_errors=True) as aside:
        pipe, theirs = _CONTEXT.Pipe(duplex=False)
        with theirs, _starting, _surroundings():
            if running.ended:
                raise Lost("the run was ended")
            process = (start or _start)(theirs, function, args, aside)
            running.add(process)
        clock = threading.Timer(limit, lambda: (late.set(), _end(process)))
        clock.start()
        try:
            while (said := pipe.recv_bytes())[:1] == b"t":
                told.append(said[1:])
        except (EOFError, OSError):
            said = None
        finally:
            clock.cancel()
            pipe.close()
            with _starting:  # two threads that ask for the ends of processes disturb each other
                process.join()
            running.discard(process)
    if said is None:
        why = f"its process ended with exit code {process.exitcode}"
        if process.exitcode == -9:
            why = "its process was killed (SIGKILL), as it is when memory runs out"
        raise Lost(f"TimeoutError: it took longer than {limit:g} seconds" if late.is_set() else why, told)
    result, error = pickle.loads(said[1:])
    if error:
        raise error
    return result


# ---- how processes begin and end ----

_starting = threading.RLock()


def _start(pipe, function, args, aside):
    process = _CONTEXT.Process(target=apart.work, args=(pipe, function, args, aside), name="piece of work")
    process.start()
    return process


class _Holder:
    """A process with something prepared; ``start`` begins a fork of it, or a new process where it does not answer."""

    def __init__(self, running, prepare, given):
        self._running, self._prepared, self._process = running, (prepare, given), None

    def start(self, pipe, function, args, aside):
        try:
            if not self._process:  # now, because a run may find nothing to do
                self._begin(args[0])
            self._asked.send(((function, *args), aside))
            send_handle(self._asked, pipe.fileno(), self._process.pid)
            return _Fork(self._answer(), self.exit_code)
        except (EOFError, OSError):
            project, *more = args
            return _start(pipe, prepared, (project, *self._prepared, function, *more), aside)

    def _begin(self, project):
        self._asked, theirs = _CONTEXT.Pipe()
        with theirs:
            prepare, given = self._prepared
            self._process = _CONTEXT.Process(target=apart.hold, args=(theirs, prepare, (project, *given)), name="holder")
            self._process.start()
        self._running.add(self._process)

    def exit_code(self, fork):
        try:
            self._asked.send(fork)
            return self._answer()
        except (EOFError, OSError):
            return "unknown"

    def _answer(self):
        if not self._asked.poll(_PATIENCE):  # it was stopped
            _end(self._process)
        return self._asked.recv()

    def end(self):
        if self._process:
            self._running.discard(self._process)
            self._asked.close()
            _end(self._process)
            with _starting:
                self._process.join()


class _Fork:
    """A fork of a holder, with what is used of ``multiprocessing.Process``."""

    def __init__(self, pid, exit_code):
        self.pid, self._exit_code, self.exitcode = pid, exit_code, None

    def join(self):
        self.exitcode = self._exit_code(self.pid)

    def kill(self):
        with suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)


def _end(process):
    """End a process and what it started, whatever it does: also one that is stopped, which hears nothing else."""
    with suppress(OSError, AttributeError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()


@contextmanager
def _surroundings():
    """What is started within has its environment, does not hear Ctrl-C (the parent does, and ends it in good order) and
    is reached by a socket with a short name."""
    environment, folder, handler = dict(os.environ), tempfile.tempdir, None
    try:
        os.environ.update(_ENVIRONMENT)
        if threading.current_thread() is threading.main_thread():
            handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        if len(tempfile.gettempdir()) > _LONGEST_SOCKET:
            for name in ("TMPDIR", "TEMP", "TMP"):
                os.environ.pop(name, None)
            tempfile.tempdir = None
            tempfile.gettempdir()
        yield
    finally:
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = folder
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
