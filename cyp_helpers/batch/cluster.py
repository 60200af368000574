"""The same pieces of work on a Dask cluster: each worker runs them as ``pool`` does, in processes forked beside it.

Work comes back as bytes, so the machine that runs ``cyp review`` alone writes outputs; workers need this project and
its packages, and nothing shared. The work of a lost worker is done again by another. A worker whose project differs
from the caller's refuses, or pages would mix two registers.
"""

from contextlib import contextmanager
from functools import partial
from threading import Lock

from cyp_helpers.batch.inputs import Inputs
from cyp_helpers.batch.pool import LONGEST, Running, get_ready, prepared, run_apart
from cyp_helpers.register.tables import find_project


class OtherInputs(RuntimeError):
    """A worker's project is not the caller's."""


class ClusterPool:
    """Runs functions in processes beside the workers of the scheduler at an address such as "tcp://host:8786"; used
    like ``LocalPool``. ConnectionError where none answers."""

    def __init__(self, project, address):
        try:
            from distributed import Client

            self._client = Client(address)
            self._client.wait_for_workers(1, timeout=30)
        except ImportError:
            raise ConnectionError('A cluster needs Dask: pip install "cyp-helpers[scale]"') from None
        except (OSError, TimeoutError):
            raise ConnectionError(f"No Dask scheduler with a worker answers at {address}") from None
        self._executor = self._client.get_executor(pure=False)
        self.inputs = Inputs(project)

    @property
    def slots(self):
        """Notebooks at a time: one for each thread of the workers that are there when the run starts."""
        return sum(self._client.nthreads().values())

    def submit(self, function, /, *args, limit=LONGEST):
        """Run a function on some worker; returns a Future."""
        return self._executor.submit(_on_worker, self.inputs.identity, function, args, limit)

    @contextmanager
    def holding(self, prepare, *given):
        """As of ``LocalPool``; prepared for each function anew, for no two need have the same worker."""
        yield partial(self.submit, prepared, prepare, given)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._client.close()


# ---- on a worker ----

_read, _reading, _running = [], Lock(), Running()


def _on_worker(identity, function, args, limit):
    project = find_project()
    with _reading:
        if not _read or not _read[0].unchanged():
            _read[:] = [Inputs(project)]
        inputs = _read[0]
    get_ready()
    result = run_apart(function, (project, *args), limit, _running) if inputs.identity == identity else None
    if inputs.identity != identity or not inputs.unchanged():
        raise OtherInputs(f"the worker's {project} or its packages differ from the caller's; update it and run again")
    return result
