"""A PostgreSQL server of a test's own, on a Unix socket in its own folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else _PLACES
    return next((one for one in places if (one / "pg_ctl").exists()), None)


def unusable() -> str | None:
    """Why no server can be started here."""
    if binaries() is None:
        return "PostgreSQL is not installed"
    if os.getuid() == 0 and _user() is None:
        return "PostgreSQL does not run as root, and there is no user postgres"
    return None


@contextmanager
def running() -> Iterator[str]:
    """The URL of a new, empty database."""
    place = binaries()
    assert place is not None
    user = _user() if os.getuid() == 0 else None
    # Short, since a socket's path may have 107 characters; open to the server's own user.
    folder = Path(tempfile.mkdtemp(prefix="augment-pg-"))
    data = folder / "data"
    try:
        if user is not None:
            shutil.chown(folder, user, user)
        _run(user, str(place / "initdb"), "-D", str(data), "-U", "tester", "-A", "trust", "-N")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        start = ("start", "-w", "-l", str(folder / "log"), "-o", options)
        _run(user, str(place / "pg_ctl"), "-D", str(data), *start)
        try:
            yield f"postgresql+psycopg://tester@/postgres?host={folder}"
        finally:
            _run(user, str(place / "pg_ctl"), "-D", str(data), "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return None


def _run(user: str | None, *command: str) -> None:
    nowhere = subprocess.DEVNULL
    subprocess.run(command, check=True, user=user, cwd="/", stdout=nowhere, stderr=nowhere)
