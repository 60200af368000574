"""What goes on in the processes of a pool: a piece of work, or one that holds something for the pieces forked from it."""

import gc
import os
import pickle
import signal
import tempfile
import threading
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle

_pipe = []


def tell(what):
    """In a piece of work: tell something that is kept if the process should end without an answer."""
    if _pipe:
        _pipe[0].send_bytes(b"t" + pickle.dumps(what))


def work(pipe, function, args, aside):
    """Do a piece of work and send its answer or error; ``aside`` is the folder for its temporary files."""
    if hasattr(os, "setsid"):
        os.setsid()  # signals to the run do not reach it, and it can be ended with all that it starts
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    os.environ["TMPDIR"] = tempfile.tempdir = aside
    _pipe.append(pipe)
    try:
        answer = function(*args), None
    except Exception as error:  # noqa: BLE001  whatever it is, the caller must hear of it
        answer = None, error
    pipe.send_bytes(b"a" + pickle.dumps(answer))


def hold(asked, prepare, args):
    """Prepare something once, then fork a process for each piece of work that is asked for, which is given it.

    ``asked`` is the connection to the process that runs all. It sends a function, its arguments and a folder, then the
    pipe for the answer, and is told the fork's id; or such an id, and is told its exit code once it has ended. This
    process has no thread beside, which a fork would lack, and ends when nobody can ask it any more.
    """
    held = prepare(*args)
    gc.collect()
    gc.freeze()  # so that collecting garbage does not copy in each fork what all share
    with suppress(EOFError, OSError):
        while True:
            what = asked.recv()
            if isinstance(what, int):
                asked.send(os.waitstatus_to_exitcode(os.waitpid(what, 0)[1]))
                continue
            (function, project, *more), aside = what
            pipe = Connection(recv_handle(asked), readable=False)
            if not (fork := os.fork()):
                asked.close()
                try:
                    work(pipe, function, (project, held, *more), aside)
                finally:
                    os._exit(0)
            pipe.close()
            asked.send(fork)


def _end_with_parent():
    """kill -9 leaves the parent no time for a farewell."""
    parent_process().join()
    with suppress(AttributeError):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
