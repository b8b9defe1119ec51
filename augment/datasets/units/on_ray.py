"""Units through a pipeline of Ray Data, on this machine or on a cluster.

    units -> ReadUnits, on this machine -> MakeUnits, a growing pool -> the folder of the run, here

The bytes of a unit travel with it and its files come back as bytes, so that no machine needs a disk
that another one sees. What counts as done is decided here, as for worker processes (`pool`).
"""

import json
import logging
import math
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from augment.datasets.inputs import open_data
from augment.datasets.output import OutputFile
from augment.datasets.reader import Reader
from augment.datasets.units.files import FileNote, UnitDone, note_of
from augment.datasets.units.generate import Advanced
from augment.datasets.units.job import Job
from augment.datasets.units.plan import Unit
from augment.datasets.units.pool import STALL, error_of
from augment.datasets.units.ray_worker import HEAD, PARTS, Ledger, MakeUnits, ReadUnits, Shipment
from augment.errors import OutputError, ResourceError

if TYPE_CHECKING:
    from ray.data import Dataset

INSTALL: Final = "pip install 'text-augmentation-service[ray]'"
WAVE: Final = 2_000  # units that Ray is told of at once: a list of them is held in memory
LOCAL_STORE: Final = 256 << 20  # bytes of shared memory for what travels, on one machine
_REACH: Final = 10.0  # seconds
_SHIPPED: Final = ("job.json", "run.json", "fit/**/*")


@dataclass(frozen=True, slots=True)
class OnRay:
    """Where Ray runs: `address` of a cluster of which this machine is one, None for Ray of its own.

    Each worker takes so many processors and GPUs of it.
    """

    address: str | None = None
    cpus: float = 1.0
    gpus: float = 0.0


class RayPool:
    """A pool of at most `count` workers of one run; use as a context manager.

    It stands in for `pool.Pool`: a unit whose worker dies is made by another one, and one that
    kills two is given back as it was.
    """

    def __init__(
        self,
        folder: Path,
        job: Job,
        count: int,
        on: OnRay,
        *,
        advance: Callable[[Advanced], None],
        stall: float = STALL,
        make: type[MakeUnits] = MakeUnits,
    ) -> None:
        """`folder` is that of the run, with its job; `advance` hears of rows and copies made.

        `stall`: seconds without a word after which a worker is replaced.
        """
        self._folder = folder
        self._job = job
        self._count = count
        self._on = on
        self._advance = advance
        self._stall = stall
        self._make = make
        self._ours = False
        self._ledger: Any = None
        self._stack = ExitStack()

    def run(self, units: Iterator[Unit]) -> Iterator[UnitDone | Unit]:
        """Work off units; gives each as done, or as it was where it is set aside.

        Raises:
            AugmentError: what a worker found wrong with the data, the disk or the models.
            ResourceError: Ray itself failed.
        """
        shipment = _shipment(self._folder, self._job, self._stall)
        with _told():
            while wave := list(islice(units, WAVE)):
                made = self._dataset(wave, shipment)
                blocks: Iterator[Any] = iter(
                    made.iter_batches(batch_size=None, batch_format="pyarrow")
                )
                for block in blocks:
                    for row in block.to_pylist():
                        yield self._heard(row, wave)

    def _dataset(self, wave: Sequence[Unit], shipment: Shipment) -> "Dataset":
        """The pipeline of some units; each is a block of its own, so that no death costs more."""
        import ray
        from ray.data import ActorPoolStrategy

        # A cluster may have to get its machines first.
        at_first = self._count if self._on.address is None else 1
        items = [{"unit": json.dumps(unit.to_json())} for unit in wave]
        whole: dict[str, Any] = {"batch_size": 1, "batch_format": "pyarrow"}
        read = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
            ReadUnits,
            fn_constructor_args=(self._job.source.resolve(), self._job.request.options),
            compute=ActorPoolStrategy(size=1),
            num_cpus=0,
            label_selector=_here(),
            **whole,
        )
        return read.map_batches(
            self._make,
            fn_constructor_args=(shipment, self._ledger),
            compute=ActorPoolStrategy(min_size=1, max_size=self._count, initial_size=at_first),
            num_cpus=self._on.cpus,
            num_gpus=self._on.gpus or None,
            **whole,
        )

    def _heard(self, row: dict[str, Any], wave: Sequence[Unit]) -> UnitDone | Unit:
        said = json.loads(row["said"])
        if "error" in said:
            raise error_of(said["error"], "in a worker of Ray")
        if "lost" in said:
            return next(unit for unit in wave if unit.number == said["lost"])
        done = UnitDone.from_json(said["done"])
        for part in PARTS:
            note: FileNote | None = getattr(done, part)
            if note is not None:
                self._keep(note, row[part])
        for step in said["steps"]:
            self._advance(Advanced(**step))
        return done

    def _keep(self, note: FileNote, content: bytes) -> None:
        """Put a file of a unit on disk, whole or not at all."""
        path = self._folder / "units" / note.name
        with OutputFile(path, force=True) as file:
            file.write(content)
            file.publish()
        if note_of(path) != note:
            raise OutputError(f"{path}: is not what the worker sent; go on with --resume")

    def __enter__(self) -> Self:
        check_ray(self._on)
        # Ray asks for it when it is imported, and would tell its makers of each run.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        import ray

        self._ours = not ray.is_initialized()
        # Ray tells there of workers that died, and the output may go there.
        self._stack.enter_context(redirect_stdout(sys.stderr))
        try:
            if self._ours:
                _start(self._count, self._on)
            _quiet()
            keep = ray.remote(Ledger).options(num_cpus=0, max_restarts=-1, label_selector=_here())
            self._ledger = keep.remote()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        import ray

        if self._ours:
            ray.shutdown()
        self._stack.close()


def check_ray(on: OnRay) -> None:
    """Find what is wrong before any model is loaded.

    Raises:
        ResourceError: Ray is not installed, or its address is of a kind that cannot be used.
    """
    if find_spec("ray") is None:
        raise ResourceError(f"--on ray needs the package ray; run: {INSTALL}")
    if on.address is not None and "://" in on.address:
        raise ResourceError(
            f"--ray-address {on.address}: the input is read on this machine, which must be one of "
            "the cluster; run there with --ray-address auto or HOST:PORT of its head"
        )
    if on.address not in (None, "auto"):
        _check_there(on.address)


def _check_there(address: str) -> None:
    """Make sure that something listens at an address: Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise ResourceError(
            f"--ray-address {address}: is neither auto nor HOST:PORT, such as 10.0.0.1:6379"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), _REACH).close()
    except OSError as error:
        raise ResourceError(
            f"--ray-address {address}: nothing answers there ({error}); name the address that "
            "ray start --head showed"
        ) from error


def _start(count: int, on: OnRay) -> None:
    """Start Ray on this machine, or join the cluster."""
    import ray

    settings: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    if on.address is not None:
        try:
            ray.init(address=on.address, **settings)
        except (ConnectionError, ValueError, RuntimeError) as error:
            first = (str(error).splitlines() or [type(error).__name__])[0]
            raise ResourceError(
                f"--ray-address {on.address}: no cluster of Ray can be joined there: {first}; one "
                "that asks for a token must find it in this machine's environment"
            ) from error
        return
    # "local": an address in the environment is not taken for one that was asked for.
    ray.init(
        address="local",
        num_cpus=math.ceil(count * on.cpus),
        include_dashboard=False,
        object_store_memory=LOCAL_STORE,
        **settings,
    )
    found = ray.cluster_resources().get("GPU", 0.0)
    if found < on.gpus:
        raise ResourceError(
            f"--ray-gpus {on.gpus:g}: Ray finds {found:g} GPUs on this machine; ask for fewer, or "
            "join a cluster with --ray-address"
        )


def _quiet() -> None:
    """Leave standard error to the command: no bars and no news of each pipeline."""
    from ray.data import DataContext

    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def _here() -> dict[str, str]:
    """What keeps an actor on this machine."""
    import ray

    return {"ray.io/node-id": ray.get_runtime_context().get_node_id()}


def _shipment(folder: Path, job: Job, stall: float) -> Shipment:
    """What workers need of the run's folder, and the head of the input, by which rows are read."""
    request = job.request
    taken: list[bytes] = []
    with open_data(job.source, request.options) as opened:

        def read(count: int) -> bytes:
            data = opened.read(count)
            taken.append(data)
            return data

        Reader(read, request.name, request.options)
    found = [path for pattern in _SHIPPED for path in folder.glob(pattern) if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    head = {HEAD: b"".join(taken)}
    return Shipment({**files, **head}, request.name, request.options.kind, stall)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what goes wrong in Ray itself into an error with a remedy."""
    import ray

    try:
        yield
    except ray.exceptions.RayError as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ResourceError(
            f"Ray failed: {first}; what was done is kept, and --resume goes on from there, with "
            "--on local too"
        ) from error
