"""A pool whose parent has everything imported: pieces of work run in a few processes forked from it, each with kernels
forked for it.

The parent is a process of its own, so that it stays what a safe fork needs whatever the caller does: it has one thread
(pyarrow's library starts one that takes no lock of Python's and looks after forks), no ZeroMQ context and no event loop.
Without fork, the processes are new interpreters, each with its next kernel started ahead.
"""

import atexit
import gc
import itertools
import os
import signal
import tempfile
import threading
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from multiprocessing import current_process, get_context
from multiprocessing.connection import wait

_ENVIRONMENT = {
    "MPLBACKEND": "Agg",
    "OPENBLAS_NUM_THREADS": "1",  # a fork must have one thread, and small sums need no more
    "OMP_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # nobody debugs these kernels; the debugger warns of its limits on import
}
_LIFE = 100  # pieces of work of one process, so that what it keeps in memory does not grow for ever


def open_pool(project, jobs=0, scheduler=None):
    """Where work on a project runs: on this computer or on the Dask cluster at an address.

    ``jobs`` is how many notebooks run at a time; 0 for two more than there are cores, as each also waits at times.
    """
    if scheduler:
        from cyp_helpers.batch.cluster import ClusterPool

        return ClusterPool(project, scheduler)
    return WarmPool(project, jobs or cores() + 2)


class PoolEnded(RuntimeError):
    """The warm parent, or the process of a piece of work, ended before its answer."""


class WarmPool(Executor):
    """Runs functions in processes that have everything imported.

    Parameters
    ----------
    project : folder; every function is given it first
    slots : int, how many pieces of work its user should have under way at a time
    fork : bool; without it processes are started, not forked

    >>> with WarmPool(Path("."), slots=2) as pool:
    ...     pool.submit(Path.joinpath, "data").result()
    PosixPath('data')
    """

    def __init__(self, project, slots, fork=hasattr(os, "fork")):
        if current_process().daemon:
            raise RuntimeError(
                "This process may not start others. Start Dask workers with --no-nanny, or with the environment "
                "variable DASK_DISTRIBUTED__WORKER__DAEMON=False"
            )
        self.slots, self._project, self._numbers, self._futures = slots, project, itertools.count(), {}
        self._is_warm, self._sending = threading.Event(), threading.Lock()
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._parent = context.Process(target=_serve, args=(theirs, fork), name="warm parent")
        with _interrupts_ignored():
            self._parent.start()
        theirs.close()
        threading.Thread(target=self._collect, daemon=True).start()
        atexit.register(self.shutdown)  # or this process would wait at its end for the parent's

    @property
    def parent_pid(self):
        """Process id of the warm parent."""
        return self._parent.pid

    def submit(self, function, /, *args):
        """Run a function of a module, on the project and what else is given, in one of the processes; returns a Future."""
        future, number = Future(), next(self._numbers)
        future.set_running_or_notify_cancel()  # what a process has begun is not cancelled, it is ended with the pool
        self._futures[number] = future
        with self._sending:
            self._pipe.send((number, function, (self._project, *args)))
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        """End the parent and all work that is under way."""
        atexit.unregister(self.shutdown)
        if self._is_warm.is_set():
            with suppress(OSError), self._sending:
                self._pipe.send(None)
        else:
            self._parent.kill()  # it is still importing and has started nothing
        if wait:
            self._parent.join()

    def _collect(self):
        with suppress(EOFError, OSError):
            self._pipe.recv()
            self._is_warm.set()
            while True:
                number, result, error = self._pipe.recv()
                _settle(self._futures.pop(number), result, error)
        for future in list(self._futures.values()):
            _settle(future, None, PoolEnded("the parent of the notebooks' processes has ended"))


def cores():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _settle(future, result, error):
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


@contextmanager
def _interrupts_ignored():
    """What is started within ignores Ctrl-C from its first moment: its parent hears it and ends it in good order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# ---- in the parent ----


def _serve(pipe, fork):
    """Get warm, then serve until the caller has ended or says so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(_ENVIRONMENT)
    if fork:
        from cyp_helpers.batch.work import warm_up

        warm_up()
        gc.freeze()  # what is imported stays shared between the forks
    pipe.send("warm")
    # What a killed process leaves in the folder goes with the parent.
    with tempfile.TemporaryDirectory(prefix="cyp-") as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        _start_and_pass_on(pipe, _Workers(fork))


def _start_and_pass_on(pipe, workers):
    """Start work as it is asked for and pass on its results."""
    running = {}
    try:
        while True:
            for ready in wait([pipe, *running]):
                if ready is pipe:
                    asked = pipe.recv()
                    if asked is None:
                        return
                    number, *work = asked
                    worker = workers.start(*work)
                    running[worker.pipe] = number, worker
                else:
                    number, worker = running.pop(ready)
                    pipe.send((number, *workers.result(worker)))
    except (EOFError, OSError):
        pass  # the caller has ended
    finally:
        workers.end([worker for _, worker in running.values()])


class _Worker:
    """A process for one piece of work after the other, and the pipe to it."""

    def __init__(self, fork):
        context = get_context("fork" if fork else "spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work_on, args=(theirs, fork))
        self.process.start()
        theirs.close()
        self.left = _LIFE

    def end(self):
        """Let it end by itself; those forked after it hold this end of its pipe too, so that closing it says nothing."""
        with suppress(OSError):
            self.pipe.send(None)
        self.process.join()
        self.pipe.close()


class _Workers:
    """Processes that stay for a while: started when there is nothing idle."""

    def __init__(self, fork):
        self._fork, self._idle = fork, []

    def start(self, function, args):
        self._idle = [worker for worker in self._idle if worker.process.is_alive()]
        worker = self._idle.pop() if self._idle else _Worker(self._fork)
        worker.pipe.send((function, args))
        worker.left -= 1
        return worker

    def result(self, worker):
        answer = _answer(worker)
        if worker.left and worker.process.is_alive():
            self._idle.append(worker)
        else:
            worker.end()
        return answer

    def end(self, running):
        for worker in running:
            worker.process.kill()
            worker.process.join()
        for worker in self._idle:
            worker.end()


def _answer(worker):
    """Result and error of a piece of work, or the word that its process ended without one."""
    try:
        return worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        return None, PoolEnded(f"its process ended with exit code {worker.process.exitcode}")


# ---- in the processes of the work ----


def _work_on(pipe, fork):
    from cyp_helpers.batch import kernels

    kernels.get_ready(fork, [pipe])
    kernels.end_with_parent()
    while asked := pipe.recv():
        pipe.send(_try(*asked))
    kernels.end_source()


def _try(function, args):
    try:
        return function(*args), None
    except Exception as error:  # noqa: BLE001  whatever it is, the caller must hear of it
        return None, error
