"""`expand` on a real Ray of this machine: the bytes of the local engine, whatever dies."""

import gzip
import json
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pytest

from augment.build import build_pipeline
from augment.cli import main
from augment.datasets.expand import ExpandRequest, Progress, Workers, expand
from augment.datasets.reader import ReadOptions
from augment.datasets.summary import Summary
from augment.datasets.units import on_ray, plan
from augment.datasets.units.job import Job
from augment.datasets.units.on_ray import OnRay, RayPool
from augment.datasets.units.pool import STALL
from augment.datasets.units.ray_worker import MakeUnits, ReadUnits, Shipment, _check_alike
from augment.errors import DataError, ResourceError
from augment.resources import Resources, ResourceSettings
from augment.spec import parse_spec
from tests.support.doomed_ray import DOOMED, DoomedMakeUnits, HangingMakeUnits

pytest.importorskip("ray", reason="the extra ray is not installed")

pytestmark = [
    pytest.mark.fault,
    pytest.mark.timeout(280),
    # Ray 2.60 sets options of its own that it deprecates, and leaves sockets to the collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.*"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

UNITS, UNIT_ROWS = 12, 64
# What must be learnt of the data set travels to the workers, and copies are selected at the end.
SPEC = parse_spec(
    {
        "steps": [{"kind": "masking", "rate": 0.2}],
        "copies": 2,
        "checks": [{"kind": "labels", "margin": 0.5}, {"kind": "duplicates", "near": 0.8}],
    }
)


def write_table(path: Path) -> None:
    lines = (
        b"ragged\n"
        if i % 97 == 96
        else b'"parcel %d, which I\nordered, is late",c%d\n' % (i, i % 3)
        for i in range(UNITS * UNIT_ROWS)
    )
    path.write_bytes(b"text,label\n" + b"".join(lines))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Ray with two processors, and a GPU that it only counts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # Ray's own paths must be short; a worker that is killed leaves its folder.
        patch.setenv("RAY_TMPDIR", tempfile.gettempdir())
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("workers")))
        import ray

        try:
            ray.init(
                address="local",
                num_cpus=2,
                num_gpus=1,
                include_dashboard=False,
                object_store_memory=128 << 20,
                log_to_driver=False,
                logging_level="error",
            )
            yield ray.get_runtime_context().gcs_address
        finally:
            ray.shutdown()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(plan, "UNIT_ROWS", UNIT_ROWS)
    write_table(tmp_path / "in.csv")
    return tmp_path


def expanded(
    folder: Path, name: str, ray: OnRay | None, stall: float = STALL, **options: Any
) -> Summary:
    workers = None if ray is None else Workers(2, stall=stall, ray=ray)
    request = ExpandRequest(input=folder / "in.csv", output=folder / name)
    with Resources() as resources:
        return expand(request, build_pipeline(SPEC, resources), workers=workers, **options)


def same(folder: Path, one: str, other: str) -> bool:
    return all(
        (folder / f"{one}{end}").read_bytes() == (folder / f"{other}{end}").read_bytes()
        for end in ("", ".rejects.jsonl")
    )


def makers() -> list[psutil.Process]:
    """The processes that make units."""
    children = psutil.Process().children(recursive=True)
    return [process for process in children if "MakeUnits" in " ".join(process.cmdline())]


def test_a_worker_that_is_killed_changes_no_byte(
    running: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed: list[psutil.Process] = []

    def kill(progress: Progress) -> None:
        if not killed and len(both := makers()) == 2:
            killed.append(both[0])
            killed[0].send_signal(signal.SIGKILL)
            assert progress.position < progress.size

    local = expanded(folder, "local.csv", None)
    capsys.readouterr()
    summary = expanded(folder, "ray.csv", OnRay(cpus=0.5, gpus=0.5), progress=kill)
    assert capsys.readouterr().out == ""  # where a table may go, Ray told of the death
    assert len(killed) == 1
    assert not killed[0].is_running()
    assert summary.lost_units == 0
    assert (summary.rows, summary.written) == (local.rows, local.written)
    assert local.rejected
    assert local.dropped
    assert same(folder, "local.csv", "ray.csv")
    assert not (folder / "ray.csv.work").exists()


@pytest.mark.parametrize("make", [DoomedMakeUnits, HangingMakeUnits])
def test_a_unit_that_kills_or_hangs_two_workers_is_set_aside(
    running: str, folder: Path, monkeypatch: pytest.MonkeyPatch, make: type[MakeUnits]
) -> None:
    monkeypatch.setattr(on_ray, "RayPool", partial(RayPool, make=make))
    summary = expanded(folder, "ray.csv", OnRay(), stall=10.0)
    assert summary.lost_units == 1
    assert summary.dropped["worker_lost"] == 2 * UNIT_ROWS
    assert summary.rows == UNITS * UNIT_ROWS
    lines = (folder / "ray.csv.rejects.jsonl").read_text().splitlines()
    lost = {json.loads(line)["source_id"] for line in lines if "worker_lost" in line}
    first = DOOMED * UNIT_ROWS + 1
    assert lost == {f"in.csv:{n}" for n in range(first, first + UNIT_ROWS)}


def test_an_error_of_a_worker_is_told_as_its_own_kind(tmp_path: Path) -> None:
    source = tmp_path / "in.csv.gz"
    source.write_bytes(gzip.compress(b"text\n" + random.Random(1).randbytes(4000).hex().encode()))
    source.write_bytes(source.read_bytes()[:-2000])
    unit = plan.Unit(0, 5, 8000, 2, 0, "")
    asked = pa.table({"unit": [json.dumps(unit.to_json())]})
    read = ReadUnits(source, ReadOptions("csv"))(asked)
    (said,) = MakeUnits(Shipment({}, "in.csv", "csv", STALL), None)(read).to_pylist()
    request = ExpandRequest(input=source, output=tmp_path / "out.csv")
    job = Job(request, SPEC, ResourceSettings(), source, selective=False, fit=False)
    pool = RayPool(tmp_path, job, 1, OnRay(), advance=lambda _: None)
    with pytest.raises(DataError, match="the packed data is damaged or cut off"):
        pool._heard(said, [unit])


def command(folder: Path, output: str, *options: str) -> "subprocess.CompletedProcess[str]":
    (folder / "spec.json").write_text(SPEC.model_dump_json())
    return subprocess.run(
        [*(sys.executable, "-m", "augment", "expand", str(folder / "in.csv")),
         *("-o", str(folder / output), "--spec", str(folder / "spec.json"), *options)],
        capture_output=True, text=True, check=False, timeout=220,
    )  # fmt: skip


def test_a_cluster_is_joined_by_its_address(
    running: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the units of the command's own process
    expanded(folder, "local.csv", None)
    done = command(folder, "ray.csv", "--on", "ray", "--ray-address", running)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert same(folder, "local.csv", "ray.csv")


def test_ray_of_its_own_for_one_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the units of the command's own process
    expanded(folder, "local.csv", None)
    done = command(folder, "ray.csv", "--on", "ray", "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert same(folder, "local.csv", "ray.csv")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--on", "ray", "--ray-address", "ray://head:10001"], "must be one of the cluster"),
        (["--on", "ray", "--ray-address", "127.0.0.1:1"], "nothing answers there"),
        (["--on", "ray", "--ray-address", "head"], "is neither auto nor HOST:PORT"),
        (["--ray-gpus", "1"], "--ray-gpus is of use with --on ray only"),
        (["--on", "ray", "--ray-cpus", "0"], "no part of one, such as 0.5"),
        (["--on", "ray", "--ray-cpus", "1.5"], "no part of one, such as 0.5"),
    ],
)
def test_what_cannot_be_asked_of_ray(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    asked = ["expand", str(folder / "in.csv"), "-o", str(folder / "out.csv"), *options]
    try:
        code: Any = main(asked)
    except SystemExit as ended:
        code = ended.code
    assert code not in (0, None)
    assert said in capsys.readouterr().err
    assert not (folder / "out.csv").exists()


def test_without_the_extra_the_command_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(on_ray, "find_spec", lambda name: None)
    asked = ["expand", str(folder / "in.csv"), "-o", str(folder / "out.csv"), "--on", "ray"]
    assert main(asked) == 1
    said = "--on ray needs the package ray; run: pip install 'text-augmentation-service[ray]'"
    assert said in capsys.readouterr().err


def test_a_machine_with_other_packages_is_refused() -> None:
    with Resources() as resources:
        pipeline = build_pipeline(SPEC, resources)
        asked = {"models": [], "packages": {"torch": "0.1"}}
        with pytest.raises(ResourceError, match=r"has other packages.* there; copies would differ"):
            _check_alike(pipeline, asked)
