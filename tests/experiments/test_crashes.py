"""Real processes that are killed, stopped or out of disk: what they saved is carried on to the same bytes.

RACE_KILLS=20 kills that often instead of a few times.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments import chunks, manifest
from experiments.cluster import connected, local_processes, refuse_others
from experiments.versions import versions
from sim.errors import RunError, UsageError
from tests import toys

ROOT = Path(__file__).parent.parent.parent
FILES = ("runs.parquet", "arrivals.parquet", "incidents.parquet", "days.parquet", "summary.json")
RUNS = 40_000  # enough that a batch is still at work when a busy machine gets round to stopping it
KILLS = int(os.environ.get("RACE_KILLS", "3"))

pytestmark = pytest.mark.slow


def command(scenario: Path, out: Path, *more: str) -> list[str]:
    """Return the command that runs the batch."""
    arguments = ["run", str(scenario), "--runs", str(RUNS), "--seed", "3", "--out", str(out), "--no-plots", "--quiet"]
    return [sys.executable, "-m", "experiments.cli", *arguments, *more]


def bytes_of(directory: Path) -> dict[str, bytes]:
    """Return what every way of running must leave the same."""
    return {name: (directory / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory) -> Path:
    """A small race on disk, with chance in it."""
    path = tmp_path_factory.mktemp("scenario") / "toy.yaml"
    toy = toys.line() | {"horizon_days": 60}
    first = next(iter(toy["formations"].values()))
    first["tempo"] = {"lognormal": {"median": 1, "sigma": 0.5}}
    path.write_text(json.dumps(toy), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def plain(scenario, tmp_path_factory) -> Path:
    """The batch that nothing happened to."""
    out = tmp_path_factory.mktemp("plain") / "x"
    subprocess.run(command(scenario, out), cwd=ROOT, check=True)
    return out


def start(arguments: list[str]) -> subprocess.Popen[str]:
    """Start a batch that minds Ctrl-C, also where the tests run in the background and are made to ignore it."""

    def mind() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(arguments, cwd=ROOT, text=True, preexec_fn=mind, **pipes)


def wait_for_folder(out: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a batch has its folder."""
    while not out.exists() and process.poll() is None:
        time.sleep(0.002)


def wait_for_chunks(out: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Wait until a batch has saved so many chunks."""
    while len(chunks.saved(out)) < count and process.poll() is None:
        time.sleep(0.002)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_batch_is_carried_on_to_the_same_bytes(scenario, plain, tmp_path, sent):
    """At random moments, again and again, the first of them before anything is saved.

    Not before the batch has its folder: Python itself, interrupted as it starts, leaves with another exit code.
    """
    out, moments = tmp_path / "x", random.Random(int(sent))
    stopped_between, step = 0, max(1, RUNS // chunks.CHUNK_RUNS // (KILLS + 1))
    for kill in range(KILLS):
        process = start(command(scenario, out, *(["--resume"] if (out / "manifest.json").exists() else [])))
        wait_for_folder(out, process)
        if kill > 0:
            wait_for_chunks(out, len(chunks.saved(out)) + moments.randint(1, step), process)
        time.sleep(moments.random() * 0.02)
        process.send_signal(sent)
        _, complaint = process.communicate()
        stopped_between += process.returncode != 0 and 0 < len(chunks.saved(out))
        assert process.returncode in (-sent, 130 if sent == signal.SIGINT else 0, 0), complaint
    assert stopped_between, "no batch was stopped while it had chunks saved"
    subprocess.run(command(scenario, out, "--resume"), cwd=ROOT, check=True)
    assert bytes_of(out) == bytes_of(plain)
    assert not (out / chunks.FOLDER).exists() and not list(out.glob("*.unfinished"))


def test_a_disk_that_fills_up_is_told(scenario, plain, tmp_path):
    """Here a limit on the size of a file stands for the disk: the tables cannot be written, the chunks are kept."""
    most = (plain / "runs.parquet").stat().st_size // 2

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    done = subprocess.run(
        command(scenario, tmp_path / "x"), cwd=ROOT, capture_output=True, text=True, preexec_fn=limit
    )  # fmt: skip
    assert done.returncode == 1
    assert "File too large" in done.stderr and "carry on with --resume" in done.stderr
    assert "Traceback" not in done.stderr
    assert manifest.read(tmp_path / "x")["chunks"]["saved_runs"] == [[0, RUNS]]
    subprocess.run(command(scenario, tmp_path / "x", "--resume"), cwd=ROOT, check=True)
    assert bytes_of(tmp_path / "x") == bytes_of(plain)


# ---------------------------------------------------------------- a cluster


def test_a_cluster_makes_the_same_bytes(scenario, plain, tmp_path):
    """Of local processes, made for the occasion."""
    subprocess.run(command(scenario, tmp_path / "x", "--cluster", "local:2"), cwd=ROOT, check=True)
    assert bytes_of(tmp_path / "x") == bytes_of(plain)


@pytest.fixture
def scheduler(tmp_path):
    """A Dask scheduler and two workers as processes of their own on loopback; yields address and workers."""
    file = tmp_path / "scheduler.json"
    options = ["--no-dashboard"]
    where = ["--scheduler-file", str(file)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    at = ["--host", "127.0.0.1", "--port", "0"]
    head = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", *at, *options, *where], **quiet)
    while not file.exists() or not file.read_text():
        time.sleep(0.05)
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--nworkers", "1",
              "--local-directory", str(tmp_path), *options, *where]  # fmt: skip
    workers = [subprocess.Popen(worker, **quiet) for _ in range(2)]
    yield json.loads(file.read_text())["address"], workers
    for process in (*workers, head):
        process.kill()
        process.wait()


def test_a_killed_worker_costs_only_its_chunk(scenario, plain, tmp_path, scheduler):
    """A real scheduler with two workers, of which one is killed in the middle."""
    address, workers = scheduler
    out = tmp_path / "x"
    process = start(command(scenario, out, "--cluster", address))
    wait_for_chunks(out, 5, process)
    workers[0].kill()
    assert len(chunks.saved(out)) < RUNS // chunks.CHUNK_RUNS
    _, complaint = process.communicate()
    assert process.returncode == 0, complaint
    assert bytes_of(out) == bytes_of(plain)


class Elsewhere:
    """Stands in for a client whose second worker is another machine."""

    def __init__(self, **changed: str):
        self.changed = changed

    def wait_for_workers(self, count, timeout):
        pass

    def run(self, function, on_error):
        return {"tcp://a": function(), "tcp://b": function() | self.changed}


@pytest.mark.parametrize("changed", [{"mathematics": "ffff"}, {"race": "0.0.1"}, {"code": "another"}])
def test_workers_that_would_make_other_runs_are_refused(changed):
    """Another version, code or library of mathematics, each named with the worker."""
    ((name, there),) = changed.items()
    with pytest.raises(UsageError, match=rf"worker tcp://b: version of {name}: {there} there, {versions()[name]} here"):
        refuse_others(Elsewhere(**changed))
    refuse_others(Elsewhere())


def test_addresses_of_clusters():
    """Two forms; others are refused, and so is one where nobody answers."""
    assert local_processes("local:4") == 4 and local_processes("tcp://10.0.0.1:8786") is None
    for wrong in ("local", "local:0", "local:x", "10.0.0.1:8786", ""):
        with pytest.raises(UsageError, match=r"tcp://HOST:PORT or local:N is allowed"):
            local_processes(wrong)
    with pytest.raises(RunError, match="no scheduler answers there"), connected("tcp://127.0.0.1:9"):
        pass
