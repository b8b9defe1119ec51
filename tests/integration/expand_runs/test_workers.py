"""Workers change no byte, whether they are killed, stopped, silent or doomed."""

import os
import signal
import threading
from functools import partial
from typing import Any

import pytest

from augment.datasets.expand import Progress, Workers
from augment.datasets.units import run as units_run
from augment.datasets.units.pool import Pool
from tests.support.runs import ROWS, Run, outputs


@pytest.mark.parametrize("count", [1, 2, 3])
def test_workers_change_nothing(run: Run, unbroken: dict[str, bytes], count: int) -> None:
    summary = run(Workers(count))
    assert outputs(run.folder) == unbroken
    assert summary.rows == ROWS
    assert summary.kept + sum(summary.rejected.values()) == ROWS
    assert summary.written + sum(summary.dropped.values()) == summary.asked


@pytest.mark.fault
def test_a_worker_that_is_killed_is_replaced(
    run: Run, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[Pool] = []
    _watch_pools(monkeypatch, pools)
    killed: list[int] = []

    def kill(progress: Progress) -> None:
        for worker in pools[0]._workers:
            # One unit must not be hit twice: it would be set aside.
            fresh = worker.ready and worker.unit and worker.unit.number not in killed
            if fresh and len(killed) < 3 and progress.rows > 400 * len(killed):
                killed.append(worker.unit.number)
                worker.process.kill()

    summary = run(Workers(2), progress=kill)
    assert len(killed) == 3
    assert summary.lost_units == 0
    assert outputs(run.folder) == unbroken


@pytest.mark.fault
def test_a_worker_that_is_stopped_goes_on(
    run: Run, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[Pool] = []
    _watch_pools(monkeypatch, pools)
    stopped: list[int] = []

    def stop(progress: Progress) -> None:
        if not stopped and progress.rows > 256:
            stopped.append(pools[0]._workers[0].process.pid)
            os.kill(stopped[0], signal.SIGSTOP)
        elif len(stopped) == 1 and progress.rows > 256 + 2 * 512:
            os.kill(stopped[0], signal.SIGCONT)
            stopped.append(0)

    run(Workers(2), progress=stop)
    assert len(stopped) == 2
    assert outputs(run.folder) == unbroken


@pytest.mark.fault
def test_a_silent_worker_is_taken_for_dead(
    run: Run, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[Pool] = []
    _watch_pools(monkeypatch, pools)
    stopped: list[int] = []

    def stop(progress: Progress) -> None:
        ready = [worker for worker in pools[0]._workers if worker.ready]
        if not stopped and ready:
            stopped.append(ready[0].process.pid)
            os.kill(stopped[0], signal.SIGSTOP)

    run(Workers(2, stall=20.0), progress=stop)
    assert stopped
    assert outputs(run.folder) == unbroken


@pytest.mark.fault
def test_a_unit_that_kills_two_workers_is_set_aside(
    run: Run, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUGMENT_TEST_DOOMED", "1,4")
    doomed = partial(Pool, module="tests.support.doomed_worker")
    monkeypatch.setattr(units_run, "Pool", doomed)
    summary = run(Workers(2))
    assert summary.lost_units == 2
    doomed_rows = [i for i in range(ROWS) if i // 512 in (1, 4) and i % 97 != 96]
    assert summary.dropped["worker_lost"] == 2 * len(doomed_rows)
    assert summary.kept + sum(summary.rejected.values()) == ROWS
    rows = [line for line in unbroken["out.csv"].split(b"\n") if b",0,[]" in line]
    assert sum(b",0,[]" in line for line in outputs(run.folder)["out.csv"].split(b"\n")) == len(
        rows
    )


def test_threads_do_not_outlive_a_run(run: Run) -> None:
    before = threading.active_count()
    run(Workers(2))
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.daemon:
            thread.join(timeout=10)
    assert threading.active_count() <= before


def _watch_pools(monkeypatch: pytest.MonkeyPatch, pools: list[Pool]) -> None:
    def made(*args: Any, **kwargs: Any) -> Pool:
        pools.append(Pool(*args, **kwargs))
        return pools[-1]

    monkeypatch.setattr(units_run, "Pool", made)
