"""Writing so that a crash loses nothing: whole files or none, on the disk before they count, one batch to a folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import RunError, UsageError

LOCK_FILE = ".lock"


def on_the_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk: the machine may stop at any time."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(unfinished: Path, path: Path) -> None:
    """Give a finished file its name, after its content is on the disk."""
    on_the_disk(unfinished)
    unfinished.replace(path)
    on_the_disk(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write a text file, all at once or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        put_in_place(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def told(folder: Path, advice: str) -> Iterator[None]:
    """Turn an error of the disk into a RunError that names the file, or else the folder, and what to do."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise RunError(f"{error.filename or folder}: {reason}; {advice}") from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder. Raises UsageError where one is at work there.

    The lock is the operating system's and ends with the process, however that ends. Systems without it go without.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    path = folder / LOCK_FILE
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy(folder) from None
        except OSError:
            pass  # a network disk without locks
        if not path.exists() or not os.path.samestat(path.stat(), os.fstat(file.fileno())):
            raise busy(folder)  # somebody else finished in between, and removed what was locked here
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def busy(folder: Path) -> UsageError:
    """Return the refusal of a folder that another process works in."""
    return UsageError(f"{folder}: another batch is at work in this folder; wait for it, or name another")
