"""Dask clusters as executors for a batch: many machines, or local processes, that make the same bytes."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from experiments.versions import different, versions
from sim.errors import RunError, UsageError

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
CONNECT_S = 10
WORKERS_WITHIN_S = 60


@contextmanager
def connected(address: str) -> Iterator[Executor]:
    """Yield an executor whose workers are those of a Dask cluster: "tcp://host:port", or "local:4" for processes here.

    Raises UsageError for an address of another form, without dask, or where a worker's versions or mathematics are
    not this process's; RunError where nobody answers.
    """
    processes = local_processes(address)
    try:
        import distributed
    except ImportError:
        raise UsageError("--cluster needs dask: pip install 'race-sim[cluster]'") from None
    with opened(distributed, address, processes) as client:
        refuse_others(client)
        yield client.get_executor(pure=False)


@contextmanager
def opened(distributed: Any, address: str, processes: int | None) -> "Iterator[Client]":
    """Yield a client of a cluster that is there, or of one made for the occasion."""
    if processes is None:
        try:
            client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise RunError(f"--cluster {address}: no scheduler answers there ({error})") from None
        with client:
            yield client
        return
    # Started with "spawn", workers import the project anew, as on another machine.
    with distributed.LocalCluster(
        n_workers=processes, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            yield client


def local_processes(address: str) -> int | None:
    """Return how many processes "local:N" asks for, None for the address of a scheduler. Raises UsageError."""
    kind, _, rest = address.partition(":")
    if kind == LOCAL and rest.isdecimal() and int(rest) > 0:
        return int(rest)
    if kind == LOCAL or "://" not in address:
        raise UsageError(f"--cluster: found '{address}', tcp://HOST:PORT or local:N is allowed")
    return None


def refuse_others(client: "Client") -> None:
    """Raise UsageError, with the differences, unless every worker would make the same runs as this process."""
    try:
        client.wait_for_workers(1, timeout=WORKERS_WITHIN_S)
    except TimeoutError:
        raise RunError(f"the cluster has no workers, none came within {WORKERS_WITHIN_S} s") from None
    here = versions()
    lines = []
    for worker, there in client.run(versions_there, on_error="return").items():
        found = different(here, there) if isinstance(there, dict) else [f"has no race: {there}"]
        lines += [f"worker {worker}: {line}" for line in found]
    if lines:
        raise UsageError("\n".join(["the cluster's workers would make other runs than this process:", *lines]))


def versions_there() -> dict[str, str]:
    """Return a worker's versions; called there."""
    return versions()
