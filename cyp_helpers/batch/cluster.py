"""The same pieces of work on a Dask cluster: each worker keeps a warm parent of its own and forks from it.

Work comes back as bytes, so the machine that runs ``cyp review`` alone writes outputs; workers need this project and its
packages, and nothing shared. The work of a lost worker is done again by another. A worker whose project differs from
the caller's refuses, or pages would mix two registers.
"""

from threading import Lock

from cyp_helpers.batch.inputs import Inputs
from cyp_helpers.batch.pool import WarmPool
from cyp_helpers.register.tables import find_project


class OtherInputs(RuntimeError):
    """A worker's project is not the caller's."""


class ClusterPool:
    """Runs functions in warm processes of a cluster's workers; used like ``WarmPool``.

    Parameters
    ----------
    project : folder
    address : str, of the scheduler, such as "tcp://host:8786"
    """

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
        self._identity = Inputs(project).identity

    @property
    def slots(self):
        """Notebooks at a time: one for each thread of the workers that are there when the run starts."""
        return sum(self._client.nthreads().values())

    def submit(self, function, /, *args):
        """Run a function on some worker; returns a Future."""
        return self._executor.submit(_on_worker, self._identity, function, args)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._client.close()


# ---- on a worker ----

_pools, _lock = [], Lock()


def _on_worker(identity, function, args):
    project = find_project()
    if Inputs(project).identity != identity:
        raise OtherInputs(f"the worker's {project} or its packages differ from the caller's; update it and run again")
    return _pool(project).submit(function, *args).result()


def _pool(project):
    """The worker's pool, kept warm for as long as the worker lives."""
    with _lock:
        if not _pools:
            _pools.append(WarmPool(project, slots=1))
    return _pools[0]
