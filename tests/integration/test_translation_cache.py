"""Real processes on one cache of translations, one of them killed while it writes."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from augment.translation import Decoding, Hypothesis
from augment.translation.cache import TranslationCache
from augment.translation.cached import entry_key

# Writes and reads over and over, and says so line by line, so that the test knows where it stands.
_WORKER = """
import sys
from pathlib import Path
from augment.translation import Decoding, Hypothesis
from augment.translation.cache import TranslationCache
from augment.translation.cached import entry_key

path, name, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
cache = TranslationCache(path, max_bytes=4_000_000)
number = 0
while number < rounds or rounds < 0:
    batch = {
        entry_key("engine", Decoding(), f"{name} {number} {i}"): [Hypothesis(f"{number} {i} " * 9)]
        for i in range(50)
    }
    cache.put_many(batch)
    assert cache.get_many(batch) == batch, "lost"
    number += 1
    print(number, flush=True)
cache.close()
"""


def _start(path: Path, name: str, rounds: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WORKER, str(path), name, str(rounds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.fault
def test_four_processes_and_one_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    others = [_start(path, f"other {i}", 60) for i in range(3)]
    victim = _start(path, "victim", -1)
    assert victim.stdout is not None
    for _ in range(20):  # it never ends by itself, so it is at work when the signal comes
        assert victim.stdout.readline()
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    for other in others:
        _, errors = other.communicate()
        assert (other.returncode, errors) == (0, "")
    with TranslationCache(path) as cache:
        last = entry_key("engine", Decoding(), "other 0 59 0")
        assert cache.get_many([last]) == {last: [Hypothesis("59 0 " * 9)]}
        cache.put_many({b"x" * 32: [Hypothesis("after")]})
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    assert not list(tmp_path.glob("*damaged*"))


@pytest.mark.fault
def test_processes_that_meet_the_same_damaged_file_all_go_on(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    path.write_bytes(b"no database at all" * 5_000)
    workers = [_start(path, f"worker {i}", 5) for i in range(4)]
    warnings = ""
    for worker in workers:
        _, errors = worker.communicate()
        assert worker.returncode == 0, errors
        warnings += errors
    assert warnings.count("is damaged") == 1
    assert (tmp_path / "t.sqlite.damaged-1").read_bytes().startswith(b"no database")
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM translations").fetchone() == (4 * 5 * 50,)
    connection.close()
