"""Warm kernels: processes that have everything imported and become a Jupyter kernel when they are told how.

A kernel is forked from a process with the imports done, or, where there is no fork, started ahead of its notebook.
Either way papermill sees an ordinary kernel process, fresh and isolated.
"""

import multiprocessing
import os
import signal
import sys
import threading

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

CAN_FORK = hasattr(os, "fork")


class WarmKernel:
    """A process that waits to become a kernel.

    Parameters
    ----------
    fork : bool; False starts a new interpreter, which then needs seconds for its imports. A process may fork a kernel
        only while it has one thread and has made no ZeroMQ context and no event loop.
    """

    def __init__(self, fork=CAN_FORK):
        context = multiprocessing.get_context("fork" if fork else "spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_become_kernel, args=(theirs,), name="kernel")
        self.process.start()
        theirs.close()

    def start(self, arguments, environment, folder, opened):
        """Make it a kernel; returns when its sockets are bound, so that a client's first connection succeeds.

        Parameters
        ----------
        arguments : list of str, as ``ipykernel_launcher`` takes them
        environment : dict, its ``os.environ``
        folder : its working directory
        opened : bytes, a review opened ahead (see ``work.open_whole``), or None
        """
        self.pipe.send((arguments, environment, str(folder), opened))
        self.pipe.recv()

    def tables_read(self):
        """Names of the register's tables that the notebook has read, as the kernel told after each cell."""
        names = []
        try:
            while self.pipe.poll():
                names = self.pipe.recv()
        except EOFError:
            pass  # the kernel has ended; what it told before counts
        return names


def kernel_manager(kernel, folder, opened=None):
    """A class of kernel manager for nbclient and papermill that takes one warm kernel instead of starting one.

    Parameters
    ----------
    kernel : WarmKernel
    folder : working directory of the kernel
    opened : bytes, a review opened ahead, or None
    """

    class WarmProvisioner(LocalProvisioner):
        """Differs from a local kernel only in how the process comes to be and how its end is awaited."""

        async def launch_kernel(self, cmd, **kwargs):
            kernel.start(cmd[cmd.index("ipykernel_launcher") + 1 :], kwargs["env"], folder, opened)
            self.process = _PopenLike(kernel.process)
            self.pid = self.pgid = kernel.process.pid
            return self.connection_info

        async def wait(self):
            if self.process:
                kernel.process.join()
                self.process = None
            return kernel.process.exitcode

    class WarmKernelManager(AsyncKernelManager):
        async def _async_pre_start_kernel(self, **kwargs):
            self.provisioner = WarmProvisioner(parent=self, kernel_spec=self.kernel_spec, kernel_id="warm")
            return await super()._async_pre_start_kernel(**kwargs)

        pre_start_kernel = _async_pre_start_kernel

    return WarmKernelManager


_ahead = []  # kernels started ahead, where this process does not fork them


def start_ahead():
    """Start the next kernel now, so that its imports are done when a notebook asks for it."""
    _ahead.append(WarmKernel(fork=False))


def take_kernel():
    """A warm kernel for a notebook: one started ahead, or one forked now.

    Must come first in a process that forks: the watch on its parent is a thread.
    """
    if _ahead:
        start_ahead()
        return _ahead.pop(0)
    kernel = WarmKernel()
    end_with_parent()
    return kernel


def end_with_parent():
    """End this process as soon as its parent has ended, in whatever way: kill -9 leaves no time for a farewell."""

    def watch():
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


class _PopenLike:
    """The few methods of ``subprocess.Popen`` that a provisioner asks for."""

    def __init__(self, process):
        self._process, self.pid = process, process.pid
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self):
        return self._process.exitcode

    def send_signal(self, number):
        os.kill(self.pid, number)


def _become_kernel(pipe):
    """Wait for the word, then be a kernel until the end."""
    if hasattr(os, "setsid"):
        os.setsid()  # signals to the run do not reach it, and the whole group can be ended
    # Ctrl-C is ignored above this process; in a kernel it interrupts a cell.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent()
    warm_up_kernel()
    try:
        arguments, environment, folder, opened = pipe.recv()
    except EOFError:
        return
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["ipykernel_launcher", *arguments]
    app = _kernel_app(arguments)
    app.shell.events.register("post_run_cell", _tell_tables_read(pipe))
    if opened:
        from cyp_helpers.review import reopen

        reopen(opened, folder)
    pipe.send("bound")
    app.start()


def warm_up_kernel():
    """Import what notebooks use. Nothing here makes a ZeroMQ context, an event loop, a shell or a thread."""
    import sqlite3  # noqa: F401  this and what follows a kernel imports while it starts

    import ipykernel.debugger  # noqa: F401
    import ipykernel.kernelapp  # noqa: F401
    import IPython.core.completerlib  # noqa: F401
    import IPython.core.debugger  # noqa: F401
    import IPython.extensions.storemagic  # noqa: F401
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_svg  # noqa: F401
    import psutil  # noqa: F401
    import scipy.stats  # noqa: F401
    import seaborn  # noqa: F401
    import statsmodels.stats.proportion
    import statsmodels.stats.rates  # noqa: F401
    import tornado.platform.asyncio  # noqa: F401

    from cyp_helpers import (  # noqa: F401  # noqa: F401
        allareas,
        authorities,
        delivery,
        limits,
        longview,
        quality,
        reassessment,
        standings,
        tables,
        trendcharts,
        words,
    )


def _kernel_app(arguments):
    import numpy
    import pandas
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance(parent_handle=1)  # quiet about Ctrl-C; the watch of ``end_with_parent`` does its work
    app.initialize(arguments)
    # pandas asks at its import what it prints to, and was imported before this was a notebook.
    pandas.set_option("display.max_columns", 20, "display.encoding", sys.stdout.encoding)
    numpy.random.seed()  # or every fork would draw the same numbers
    return app


def _tell_tables_read(pipe):
    from cyp_helpers import register

    register.tables_read.clear()
    told = []

    def tell(result):
        if len(register.tables_read) != len(told):
            told[:] = sorted(register.tables_read)
            pipe.send(told)

    return tell
