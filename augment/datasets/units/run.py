"""One run of `expand`, from the plan to the output."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from augment.datasets.balance import Quotas, shares
from augment.datasets.files import size_of
from augment.datasets.fit import fit_into
from augment.datasets.formats import Input, open_input
from augment.datasets.inputs import check_seal, lines_of, open_data, seal
from augment.datasets.output import OutputFile
from augment.datasets.reader import Reader
from augment.datasets.rejects import Rejects
from augment.datasets.request import ExpandRequest
from augment.datasets.run_record import leave_record, now
from augment.datasets.sinks import open_sink
from augment.datasets.summary import Summary
from augment.datasets.tasks.suits import check_suits
from augment.datasets.units.assemble import Assembled, Assembly
from augment.datasets.units.files import UnitDone
from augment.datasets.units.generate import Advanced, Generator, Observe
from augment.datasets.units.identity import identity
from augment.datasets.units.job import Job, write_job
from augment.datasets.units.plan import Planner, Unit, unit_name
from augment.datasets.units.pool import STALL, Pool
from augment.datasets.units.source import changed
from augment.datasets.units.work import WorkFolder, is_publishing
from augment.errors import DataError
from augment.pipeline import Pipeline
from augment.resources import ResourceSettings

if TYPE_CHECKING:
    from augment.datasets.units.on_ray import OnRay, RayPool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: bytes of the input that are done, of `size`."""

    rows: int
    copies: int
    position: int
    size: int
    kinds: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Workers:
    """Processes beside this one, and what they load their models with.

    One that says nothing for `stall` seconds is taken for dead and replaced. With `ray` they are
    workers of Ray.
    """

    count: int
    resources: ResourceSettings = field(default_factory=ResourceSettings)
    stall: float = STALL
    ray: "OnRay | None" = None


class Run:
    """One run, from the plan to the output."""

    def __init__(
        self,
        request: ExpandRequest,
        pipeline: Pipeline,
        workers: Workers | None,
        progress: Callable[[Progress], None],
        observe: Observe | None,
    ) -> None:
        self.left = "" if request.output is None else f"; nothing was written to {request.output}"
        self._request = request
        self._pipeline = pipeline
        self._workers = workers
        self._progress = progress
        self._observe = observe
        self._rows = self._copies = self._bytes = self._size = 0
        self._kinds: Counter[str] = Counter()
        self._planned: Input | None = None
        self._began, self._at = time.perf_counter(), now()

    def run(self) -> Summary:
        """Plan, fit, generate, put together."""
        request = self._request
        with ExitStack() as stack:
            work = stack.enter_context(WorkFolder(request.output))
            source = _source(request, work)
            opened = self._planned = stack.enter_context(open_data(source, request.options))
            reader = open_reader(opened, request)
            check_suits(self._pipeline.spec, reader.layout.task)
            self._size = size_of(source)
            sealed = seal(source, request.options.kind)
            asked = identity(request, self._pipeline, self._size, sealed)
            work.begin(asked, resume=request.resume, restart=request.restart)
            quotas = self._settled(source, work)
            selective = self._fit(source, work, stack)
            planner = Planner(reader, labels=quotas is not None)
            job = Job(
                request,
                self._pipeline.spec,
                self._workers.resources if self._workers else ResourceSettings(),
                source,
                selective,
                work.fitted,
                quotas,
            )
            return self._made(job, planner, work, sealed)

    def _settled(self, source: Path, work: WorkFolder) -> Quotas | None:
        """What takes a read of its own: whether the input is still the same, and its labels."""
        balance = self._request.balance
        work.drop_broken()
        if not len(work.manifest) and balance is None:
            return None
        with open_data(source, self._request.options) as opened:
            planner = Planner(open_reader(opened, self._request), labels=balance is not None)
            for unit in planner:
                if unit.number in work.manifest:
                    if work.manifest[unit.number]["digest"] != unit.digest:
                        raise changed(self._request.shown, unit)
                    self._keep(work)
        return None if balance is None else Quotas.of(balance, planner.labels)

    def _keep(self, work: WorkFolder) -> None:
        # The folder of a run to standard output goes with it.
        if self._request.output is not None:
            self.left = f"; what was done is kept in {work.path}, and --resume goes on from there"

    def _fit(self, source: Path, work: WorkFolder, stack: ExitStack) -> bool:
        """Let steps and checks learn of the data set; whether copies are selected at the end."""
        if self._pipeline.unfitted:
            if not work.fitted:
                fit_into(
                    work.fit,
                    self._pipeline,
                    source,
                    lambda path: rows_of(path, source, self._request),
                )
                work.note_fit()
            self._pipeline = stack.enter_context(self._pipeline.restored(work.fit))
        return self._pipeline.selective

    def _made(self, job: Job, planner: Planner, work: WorkFolder, sealed: str | None) -> Summary:
        """Make all units, put them together as they are done, and give the output its name."""
        request, reader = self._request, planner.reader
        # What a run that ended while it gave the output its name left there is this run's.
        force = request.force or (request.output is not None and is_publishing(request.output))
        with ExitStack() as stack:
            # In the work folder, so that nothing is left elsewhere however the run ends.
            output = stack.enter_context(
                open_sink(
                    request, reader, job.source, force=force, within=work.beside(request.output)
                )
            )
            rejects = stack.enter_context(
                Rejects(
                    request.rejects_path,
                    force=force,
                    within=work.beside(request.rejects_path),
                    place=lines_of(job.source, request.options),
                )
            )
            select = stack.enter_context(self._pipeline.selector())
            assembly = Assembly(request, reader, output, rejects)
            assembly.follow(work, select)
            for done in self._units(job, planner, work):
                work.manifest.add(done.to_json())
                self._keep(work)
                assembly.follow(work, select)
            made = assembly.end()
            check_seal(job.source, request.options.kind, sealed, request.shown)
            work.note_publishing()
            rejected = rejects.publish()
            # A file with a header alone would pass for a result.
            if made.lines:
                output.publish()
        summary = self._summary(made, planner, rejected=rejected, quotas=job.quotas)
        if made.lines:
            leave_record(
                request,
                self._pipeline.spec,
                reader.layout,
                summary,
                began=self._at,
                models=made.models,
            )
        work.remove()
        return summary

    def _units(self, job: Job, planner: Planner, work: WorkFolder) -> Iterator[UnitDone]:
        todo = self._todo(planner, work)
        if self._workers is None:
            return self._here(job, planner.reader, todo, work)
        write_job(work.path, job)
        return self._there(job, planner.reader, todo, work, self._workers)

    def _todo(self, planner: Planner, work: WorkFolder) -> Iterator[Unit]:
        """The units that are not done yet."""
        for unit in planner:
            if unit.number not in work.manifest:
                yield unit
            else:
                self._bytes += unit.end - unit.start

    def _here(
        self, job: Job, reader: Reader, todo: Iterator[Unit], work: WorkFolder
    ) -> Iterator[UnitDone]:
        with open_data(job.source, job.request.options) as opened:
            generator = Generator(job, self._pipeline, reader, opened, work.units, self._observe)
            for unit in todo:
                yield generator.generate(unit, unit_name(unit), self._advance)

    def _there(
        self,
        job: Job,
        reader: Reader,
        todo: Iterator[Unit],
        work: WorkFolder,
        workers: Workers,
    ) -> Iterator[UnitDone]:
        with ExitStack() as stack:
            opened = stack.enter_context(open_data(job.source, job.request.options))
            pool = stack.enter_context(_pool(job, work, workers, self._advance))
            without = Generator(job, None, reader, opened, work.units)
            for done in pool.run(todo):
                if isinstance(done, UnitDone):
                    yield done
                else:
                    yield without.generate(done, unit_name(done))

    def _summary(
        self, done: Assembled, planner: Planner, *, rejected: bool, quotas: Quotas | None
    ) -> Summary:
        shown = self._request.output if done.lines else None
        return done.tally.summary(
            blank_lines=planner.reader.blank_lines,
            seconds=time.perf_counter() - self._began,
            output=str(shown) if shown else None,
            rejects=str(self._request.rejects_path) if rejected else None,
            lost_units=done.lost,
            balance=None if quotas is None else shares(quotas, done.tally.copies_of),
        )

    def _advance(self, step: Advanced) -> None:
        self._rows += step.rows
        self._copies += step.copies
        self._bytes += step.size
        self._kinds.update(step.kinds)
        # A packed input tells where its units were read, which is at most a few ahead. A unit that
        # is worked off again counts twice.
        planned = self._planned
        place = planned.position() if planned and planned.packed else self._bytes
        position = min(place, self._size)
        self._progress(Progress(self._rows, self._copies, position, self._size, self._kinds))


def _pool(
    job: Job, work: WorkFolder, workers: Workers, advance: Callable[[Advanced], None]
) -> "AbstractContextManager[Pool | RayPool]":
    """Who makes the units."""
    if workers.ray is not None:
        from augment.datasets.units.on_ray import RayPool

        return RayPool(
            work.path, job, workers.count, workers.ray, advance=advance, stall=workers.stall
        )
    return Pool(work.path, workers.count, advance=advance, stall=workers.stall)


def open_reader(opened: Input, request: ExpandRequest) -> Reader:
    """The rows of the input of a request.

    Raises:
        DataError: names the input and what is wrong with its head.
    """
    options = request.options
    try:
        return Reader(opened.read, request.name, options)
    except DataError as error:
        if str(error).startswith(f"{request.shown}: "):
            raise
        raise DataError(f"{request.shown}: {error}") from error


@contextmanager
def rows_of(path: Path, source: Path, request: ExpandRequest) -> Iterator[Reader]:
    """The rows of the input, or of a data set with the same columns."""
    asked = request if path == source else request.of(path)
    with open_data(path, asked.options) as opened:
        yield open_reader(opened, asked)


def _source(request: ExpandRequest, work: WorkFolder) -> Path:
    """A file with the bytes of the input: what can be read only once is put on disk first."""
    if request.input is not None and (request.input.is_file() or request.input.is_dir()):
        return request.input
    with (
        open_input(request.input, unpack=False) as opened,
        OutputFile(work.spool, force=True) as spool,
    ):
        while data := opened.read(1 << 20):
            spool.write(data)
        spool.publish()
    return work.spool
