"""What runs in processes of Ray: units are read on one machine and made on many.

Units and what is said of them are JSON, their contents plain bytes. Ray sends the classes by name,
so this package must be installed on each machine, with what the run's own machine has.
"""

import faulthandler
import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from augment.build import build_pipeline
from augment.datasets.formats import Input, Kind
from augment.datasets.inputs import open_data
from augment.datasets.reader import Reader, ReadOptions
from augment.datasets.run_record import versions
from augment.datasets.units.files import UnitDone
from augment.datasets.units.generate import Advanced, Generator
from augment.datasets.units.job import Job, read_job
from augment.datasets.units.plan import Unit, unit_name
from augment.datasets.units.pool import DEATHS, FALSE_STARTS
from augment.datasets.units.worker import told
from augment.errors import ResourceError
from augment.pipeline import Pipeline
from augment.resources import Resources

if TYPE_CHECKING:
    import pyarrow as pa

HEAD: Final = "head"
PARTS: Final = ("rows", "rejects", "index")


@dataclass(frozen=True, slots=True)
class Shipment:
    """Files of the run's folder, and the input's name and format, which its path told.

    A worker that gets on with nothing for `stall` seconds ends itself.
    """

    files: Mapping[str, bytes]
    name: str
    kind: Kind
    stall: float

    def unpacked(self, folder: Path) -> Job:
        """The job, with its files in a folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        job = read_job(folder)
        return replace(job, request=replace(job.request, kind=self.kind))


class Ledger:
    """Which units are being made, and which workers are starting; it outlives those that die."""

    def __init__(self) -> None:
        self._units: Counter[int] = Counter()
        self._starts: Counter[str] = Counter()

    def starting(self, worker: str) -> int:
        """How often this worker was started in vain before."""
        self._starts[worker] += 1
        return self._starts[worker] - 1

    def started(self, worker: str) -> None:
        """The worker has its models."""
        del self._starts[worker]

    def begun(self, unit: int) -> int:
        """How many workers began this unit before and never ended it."""
        self._units[unit] += 1
        return self._units[unit] - 1

    def ended(self, unit: int) -> None:
        """The unit is made."""
        del self._units[unit]


class ReadUnits:
    """Puts the bytes of a unit beside it, on the machine that has the input."""

    def __init__(self, source: Path, options: ReadOptions) -> None:
        self._stack = ExitStack()
        self._opened = self._stack.enter_context(open_data(source, options))

    def __call__(self, batch: "pa.Table") -> "pa.Table":
        """Read one unit; bytes that are missing are told of by the worker that gets the rest."""
        import pyarrow as pa

        unit = _unit(batch)
        try:
            content, error = self._content(unit), None
        except Exception as found:  # told by the process that leads the run
            content, error = b"", json.dumps({"error": told(found)})
        columns = {
            "content": pa.array([content], pa.large_binary()),
            "error": pa.array([error], pa.string()),
        }
        return pa.table({"unit": batch["unit"], **columns})

    def _content(self, unit: Unit) -> bytes:
        self._opened.seek(unit.start, unit.before)
        left, parts = unit.end - unit.start, []
        while left and (data := self._opened.read(left)):
            parts.append(data)
            left -= len(data)
        return b"".join(parts)


class MakeUnits:
    """Makes the copies of units, with models that are loaded once."""

    def __init__(self, shipment: Shipment, ledger: Any) -> None:
        self._shipment = shipment
        self._ledger = ledger
        self._stack = ExitStack()
        self._generator: Generator | None = None

    def __call__(self, batch: "pa.Table") -> "pa.Table":
        """Make one unit; what goes wrong is an answer too, since Ray would try it again."""
        if (error := batch["error"][0].as_py()) is not None:
            return _answer(json.loads(error))
        try:
            return self._answered(_unit(batch), batch["content"][0].as_py())
        except Exception as found:  # a bug as well is told by the process that leads the run
            return _answer({"error": told(found)})

    def _answered(self, unit: Unit, content: bytes) -> "pa.Table":
        generator = self._generator = self._generator or self._started()
        if self._call("begun", unit.number) >= DEATHS:
            self._call("ended", unit.number)
            return _answer({"lost": unit.number})
        steps: list[Advanced] = []
        held = replace(generator, opened=_held(content))
        with _ended_if_silent(self._shipment.stall) as heard:

            def advance(step: Advanced) -> None:
                heard()
                steps.append(step)

            done = self.make(held, unit, advance)
        files = dict(_taken(done, generator.folder))
        self._call("ended", unit.number)
        said = {"done": done.to_json(), "steps": [asdict(step) for step in steps]}
        return _answer(said, files)

    def make(
        self, generator: Generator, unit: Unit, advance: Callable[[Advanced], None]
    ) -> UnitDone:
        """Write the files of a unit."""
        return generator.generate(unit, unit_name(unit), advance)

    def _started(self) -> Generator:
        import ray

        worker = str(ray.get_runtime_context().get_actor_id())  # the same after a restart
        if self._call("starting", worker) >= FALSE_STARTS:
            raise ResourceError(
                f"{socket.gethostname()}: a worker of Ray ends before it begins; Ray's logs of "
                "this machine say more, and --on local runs without Ray"
            )
        generator = self._loaded()
        self._call("started", worker)
        return generator

    def _loaded(self) -> Generator:
        folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="augment-ray-")))
        job = self._shipment.unpacked(folder)
        (folder / "units").mkdir()
        resources = self._stack.enter_context(Resources.of(job.resources))
        pipeline = build_pipeline(job.spec, resources)
        _check_alike(pipeline, json.loads(self._shipment.files["run.json"]))
        if job.fit:
            pipeline = self._stack.enter_context(pipeline.restored(folder / "fit"))
        head = BytesIO(self._shipment.files[HEAD])
        reader = Reader(head.read, self._shipment.name, job.request.options)
        return Generator(job, pipeline, reader, _held(b""), folder / "units")

    def _call(self, what: str, about: str | int) -> Any:
        import ray

        return ray.get(getattr(self._ledger, what).remote(about))


@contextmanager
def _ended_if_silent(seconds: float) -> Iterator[Callable[[], None]]:
    """End this process where nothing is heard for so long, whatever it hangs in.

    Ray knows of a process that ended, and replaces it, but not of one that hangs. The log of the
    worker gets the place where it hung. No Python needs to run for it.
    """

    def heard() -> None:
        faulthandler.dump_traceback_later(seconds, exit=True, file=2)

    heard()
    try:
        yield heard
    finally:
        faulthandler.cancel_dump_traceback_later()


def _check_alike(pipeline: Pipeline, asked: Mapping[str, Any]) -> None:
    """Make sure that copies made here are those that the run's own machine would make.

    Raises:
        ResourceError: names what differs.
    """
    found = {"models": sorted(pipeline.identities), "packages": versions()}
    for what, here in found.items():
        if here != asked[what]:
            raise ResourceError(
                f"{socket.gethostname()}: has other {what} than the machine that leads the run: "
                f"{here} here, {asked[what]} there; copies would differ, so install the same on "
                "all machines, and name --device and --compute-type where only some have a GPU"
            )


def _held(content: bytes) -> Input:
    """The bytes of one unit in place of the whole input."""
    data = BytesIO(content)
    return Input(data.read, lambda *_: None, data.tell, len(content), packed=False)


def _taken(done: UnitDone, folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a unit, which go from this machine."""
    for part in PARTS:
        note = getattr(done, part)
        if note is not None:
            path = folder / note.name
            yield part, path.read_bytes()
            path.unlink()


def _unit(batch: "pa.Table") -> Unit:
    return Unit.from_json(json.loads(batch["unit"][0].as_py()))


def _answer(said: Mapping[str, Any], files: Mapping[str, bytes] | None = None) -> "pa.Table":
    import pyarrow as pa

    found = files or {}
    parts = {part: pa.array([found.get(part)], pa.large_binary()) for part in PARTS}
    return pa.table({"said": [json.dumps(said)], **parts})
