"""Warm kernels: processes that have everything imported and become a Jupyter kernel when they are told how.

A kernel is forked from a process that has the imports done and the review opened, or, where there is no fork, started
ahead of its notebook. Either way papermill sees an ordinary kernel process, fresh and isolated.
"""

import gc
import os
import signal
import sys
import threading
from multiprocessing import get_context, parent_process, reduction
from multiprocessing.connection import Connection, wait

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

CAN_FORK = hasattr(os, "fork")
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


class WarmKernel:
    """A process that waits at the other end of a pipe to become a kernel, and ends when this end is closed.

    Parameters
    ----------
    pipe : Connection
    opened : bytes, a review for it to open (see ``work.open_whole``), or None
    """

    def __init__(self, pipe, opened=None):
        self._pipe, self._opened, self._tables = pipe, opened, []
        self.pid = self.exitcode = None

    def start(self, arguments, environment, folder):
        """Make it a kernel; returns when its sockets are bound, so that a client's first connection succeeds.

        Parameters
        ----------
        arguments : list of str, as ``ipykernel_launcher`` takes them
        environment : dict, its ``os.environ``
        folder : its working directory
        """
        self._pipe.send((arguments, environment, str(folder), self._opened))
        self.pid = self._pipe.recv()

    def poll(self):
        """None as long as the process runs, then 1: it ends its pipe in whatever way it ends."""
        try:
            while self.exitcode is None and self._pipe.poll():
                self._tables = self._pipe.recv()
        except (EOFError, OSError):
            self.exitcode = 1
        return self.exitcode

    def wait(self):
        """Wait for the end of the process."""
        while self.poll() is None:
            wait([self._pipe])

    def send_signal(self, number):
        """Send the process a signal."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def end(self):
        """End the process, whatever it does."""
        if self.pid:
            self.send_signal(_KILL)
            self.wait()
        self._pipe.close()

    def tables_read(self):
        """Names of the register's tables that the notebook has read, as the kernel told after each cell."""
        self.poll()
        return self._tables


def kernel_manager(kernel, folder):
    """A class of kernel manager for nbclient and papermill that takes one warm kernel instead of starting one.

    Parameters
    ----------
    kernel : WarmKernel
    folder : working directory of the kernel
    """

    class WarmProvisioner(LocalProvisioner):
        """Differs from a local kernel only in how the process comes to be and how its end is awaited."""

        async def launch_kernel(self, cmd, **kwargs):
            kernel.start(cmd[cmd.index("ipykernel_launcher") + 1 :], kwargs["env"], folder)
            self.process = _PopenLike(kernel)
            self.pid = self.pgid = kernel.pid
            return self.connection_info

        async def wait(self):
            kernel.wait()
            self.process = None
            return kernel.exitcode

    class WarmKernelManager(AsyncKernelManager):
        async def _async_pre_start_kernel(self, **kwargs):
            self.provisioner = WarmProvisioner(parent=self, kernel_spec=self.kernel_spec, kernel_id="warm")
            return await super()._async_pre_start_kernel(**kwargs)

        pre_start_kernel = _async_pre_start_kernel

    return WarmKernelManager


# ---- where kernels come from ----

_sources = []


def get_ready(fork, inherited=()):
    """Let ``take_kernel`` give kernels in this process. With ``fork`` it must have one thread, and have made no ZeroMQ
    context and no event loop; ``inherited`` are its pipes, which the kernels must not hold open."""
    _sources[:] = [_Forked(inherited) if fork else _StartedAhead()]


def end_source():
    """End what ``get_ready`` has started."""
    _sources.pop().end()


def take_kernel(project, opened=None):
    """A warm kernel for a notebook.

    Parameters
    ----------
    project : folder
    opened : bytes, a review opened ahead (see ``work.open_whole``), or None
    """
    return _sources[0].take(project, opened)


class _Forked:
    """Kernels forked from a process of its own, which keeps what a safe fork needs and opens the review for them."""

    def __init__(self, inherited):
        self._pipe, theirs = get_context("fork").Pipe()
        process = get_context("fork").Process(target=_fork_kernels, args=(theirs, [self._pipe, *inherited]))
        process.start()
        theirs.close()
        self._pid, self._opened = process.pid, None

    def take(self, project, opened):
        ours, theirs = get_context("fork").Pipe()
        with theirs:
            self._pipe.send((opened, project) if opened != self._opened else None)
            reduction.send_handle(self._pipe, theirs.fileno(), self._pid)
        self._opened = opened
        return WarmKernel(ours)

    def end(self):
        self._pipe.close()


def _fork_kernels(pipe, inherited):
    """Fork a kernel for each pipe that comes, until the process that sends them has ended."""
    from cyp_helpers.report import reopen

    for one in inherited:
        one.close()
    while True:
        try:
            review, handle = pipe.recv(), reduction.recv_handle(pipe)
        except (EOFError, OSError):
            return
        if review:
            reopen(*review)
            gc.freeze()  # what is opened stays shared between the forks
        with Connection(handle) as theirs:
            get_context("fork").Process(target=_become_kernel, args=(theirs, [pipe]), name="kernel").start()


class _StartedAhead:
    """Kernels that are new interpreters: the next one does its imports while the notebook before it runs."""

    def __init__(self):
        self._start()

    def take(self, project, opened):
        kernel = WarmKernel(self._pipe, opened)
        self._start()
        return kernel

    def end(self):
        self._process.kill()

    def _start(self):
        self._pipe, theirs = get_context("spawn").Pipe()
        self._process = get_context("spawn").Process(target=_become_kernel, args=(theirs,), name="kernel")
        self._process.start()
        theirs.close()


def end_with_parent():
    """End this process as soon as its parent has ended, in whatever way: kill -9 leaves no time for a farewell."""
    threading.Thread(target=lambda: (parent_process().join(), os._exit(1)), name="end-with-parent", daemon=True).start()


class _PopenLike:
    """The few methods of ``subprocess.Popen`` that a provisioner asks for."""

    def __init__(self, kernel):
        self.pid, self.poll, self.send_signal = kernel.pid, kernel.poll, kernel.send_signal

    def kill(self):
        self.send_signal(_KILL)

    terminate = kill


# ---- in the kernel ----


def _become_kernel(pipe, inherited=()):
    """Wait for the word, then be a kernel until the end."""
    from cyp_helpers.report import reopen

    for one in inherited:
        one.close()
    if hasattr(os, "setsid"):
        os.setsid()  # signals to the run do not reach it, and the whole group can be ended
    # Ctrl-C is ignored above this process; in a kernel it interrupts a cell.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    warm_up_kernel()
    try:
        arguments, environment, folder, opened = pipe.recv()
    except (EOFError, OSError):
        return
    threading.Thread(target=_end_with, args=(pipe,), name="end-with-pipe", daemon=True).start()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["ipykernel_launcher", *arguments]
    app = _kernel_app(arguments)
    app.shell.events.register("post_run_cell", _tell_tables_read(pipe))
    if opened:
        reopen(opened, folder)
    pipe.send(os.getpid())
    app.start()


def _end_with(pipe):
    """End this process as soon as the one that took it has closed the pipe or ended."""
    try:
        pipe.recv()
    except (EOFError, OSError):
        os._exit(1)


def warm_up_kernel():
    """Import what notebooks use. Nothing here makes a ZeroMQ context, an event loop, a shell or a thread."""
    import sqlite3  # noqa: F401  this and what follows a kernel imports while it starts

    import ipykernel.debugger
    import ipykernel.kernelapp  # noqa: F401
    import IPython.core.completerlib
    import IPython.core.debugger
    import IPython.extensions.storemagic  # noqa: F401
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_svg  # noqa: F401
    import psutil  # noqa: F401
    import scipy.stats  # noqa: F401
    import seaborn  # noqa: F401
    import statsmodels.stats.proportion
    import statsmodels.stats.rates  # noqa: F401
    import tornado.platform.asyncio  # noqa: F401

    from cyp_helpers import allareas  # noqa: F401
    from cyp_helpers.compare import limits, standings  # noqa: F401
    from cyp_helpers.pages import (  # noqa: F401
        annual_review,
        comparators,
        data_quality,
        delivery_tracker,
        long_view,
        trendcharts,
    )
    from cyp_helpers.show import tables, words  # noqa: F401


def _kernel_app(arguments):
    import numpy
    import pandas
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance(parent_handle=1)  # quiet about Ctrl-C; the watch of ``_end_with`` does its work
    app.initialize(arguments)
    # pandas asks at its import what it prints to, and was imported before this was a notebook.
    pandas.set_option("display.max_columns", 20, "display.encoding", sys.stdout.encoding)
    numpy.random.seed()  # or every fork would draw the same numbers
    return app


def _tell_tables_read(pipe):
    from cyp_helpers.register import tables as register

    register.tables_read.clear()
    told = []

    def tell(result):
        if len(register.tables_read) != len(told):
            told[:] = sorted(register.tables_read)
            pipe.send(told)

    return tell
