"""The engine: plans each copy, runs the leaves batch by batch, and keeps what is new.

For each attempt, every copy still wanted gets a plan; then each leaf, in the order of the spec,
runs over all copies whose plan comes to it. A copy that a leaf refuses, that equals its original,
that equals an earlier copy of the same record, or that a check drops is drawn anew, up to
`attempts`; what is still missing then is told with its reason. Where the spec wants more candidates
than copies, the most different of them become the copies. Nothing here depends on which records
share a batch.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from augment.checks.base import Fitting, Judge, Selective, Unfitted
from augment.counts import StepCounts
from augment.diversity import most_different
from augment.drafts import Draft, Leaf, finish, go_through
from augment.errors import SpecError
from augment.lexicons.protected import Protection
from augment.record import Copy, Outcome, Record, Refusal
from augment.selector import Selector, told_apart
from augment.spec import PipelineSpec
from augment.transforms.base import EXHAUSTED, Subject, UnfittedTransform
from augment.transforms.combine import LeafNode, Node


class Pipeline:
    """What `build` makes of a spec. Holds no state between calls; one object serves all threads.

    Checks that must know the whole data set are fitted first: `fitted` gives a pipeline in which
    they are ready, to be closed at the end.
    """

    def __init__(
        self,
        spec: PipelineSpec,
        root: Node,
        protection: Protection,
        checks: Sequence[Judge | Unfitted] = (),
        *,
        leaves: Sequence[LeafNode] | None = None,
        learnt: TemporaryDirectory[str] | None = None,
    ) -> None:
        """`leaves` stand in for those of `root`; `learnt`: a folder that goes with it."""
        self.spec = spec
        self.checks = tuple(checks)
        # A check of one's own, that no spec names, has a number alone.
        kinds = {i: f".{check.kind}" for i, check in enumerate(spec.checks)}
        self._places = tuple(f"checks.{i}{kinds.get(i, '')}" for i in range(len(self.checks)))
        self._root = root
        self._leaves = tuple(root.leaves() if leaves is None else leaves)
        self._protection = protection
        self._learnt = learnt

    @property
    def exact(self) -> bool:
        """Whether every step and check comes to the same in every batch."""
        ready = (check for check in self.checks if not isinstance(check, Unfitted))
        return all(leaf.transform.exact for leaf in self._leaves) and all(
            check.exact for check in ready
        )

    @property
    def unfitted(self) -> tuple[str, ...]:
        """Kinds of steps and checks that must read the data set before the pipeline can run."""
        return tuple(part.kind for part in self._unfitted.values())

    @property
    def _unfitted(self) -> dict[str, Unfitted | UnfittedTransform]:
        """What must read the data set, by its place in the spec."""
        steps = {
            _place(leaf): leaf.transform
            for leaf in self._leaves
            if isinstance(leaf.transform, UnfittedTransform)
        }
        checks = {
            self._places[i]: check
            for i, check in enumerate(self.checks)
            if isinstance(check, Unfitted)
        }
        return {**steps, **checks}

    @property
    def identities(self) -> tuple[str, ...]:
        """What the models behind the steps are, down to their weights, so far as they tell."""
        return tuple(
            identity
            for leaf in self._leaves
            for identity in getattr(leaf.transform, "identities", ())
        )

    @property
    def selective(self) -> bool:
        """Whether copies of different records are held against one another."""
        return any(isinstance(check, Selective) for check in self.checks)

    def fit(self, records: Iterable[Record], held_out: Iterable[Record], folder: Path) -> None:
        """Let all that must know the data set read it, and leave what it learnt in a folder.

        `held_out` are the records kept for development and test. For the same records in the same
        order the folder has the same content.

        Raises:
            DataError: the records have nothing that a step or check could go by.
        """
        with ExitStack() as stack:
            fittings: list[Fitting] = []
            for place, part in self._unfitted.items():
                (folder / place).mkdir(parents=True)
                fitting = part.fitting(folder / place)
                stack.callback(fitting.close)
                fittings.append(fitting)
            for record in records if fittings else ():
                for fitting in fittings:
                    fitting.add(record)
            for record in held_out if fittings else ():
                for fitting in fittings:
                    fitting.add_held_out(record)
            for fitting in fittings:
                fitting.save()

    def restored(
        self, folder: Path, *, learnt: TemporaryDirectory[str] | None = None
    ) -> "Pipeline":
        """The pipeline with all ready that `fit` left in a folder; to be closed at the end."""
        checks: list[Judge | Unfitted] = [
            check.fitted(folder / self._places[i]) if isinstance(check, Unfitted) else check
            for i, check in enumerate(self.checks)
        ]
        leaves = [
            replace(leaf, transform=leaf.transform.fitted(folder / _place(leaf)))
            if isinstance(leaf.transform, UnfittedTransform)
            else leaf
            for leaf in self._leaves
        ]
        return Pipeline(
            self.spec, self._root, self._protection, checks, leaves=leaves, learnt=learnt
        )

    def fitted(self, records: Iterable[Record], held_out: Iterable[Record] = ()) -> "Pipeline":
        """The pipeline with all ready: what must know the data set has read these records.

        What was learnt lies in a temporary folder until `close`, so use the result as a context
        manager.

        Raises:
            DataError: the records have nothing that a step or check could go by.
        """
        folder = TemporaryDirectory(prefix="augment-")
        try:
            self.fit(records, held_out, Path(folder.name))
            return self.restored(Path(folder.name), learnt=folder)
        except BaseException:
            folder.cleanup()
            raise

    def close(self) -> None:
        """Let go of what was learnt of a data set."""
        for check in self.checks:
            if hasattr(check, "close"):
                check.close()
        if self._learnt is not None:
            self._learnt.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def selector(self) -> Selector:
        """What holds the copies of different records against one another; one for each run."""
        return Selector(
            {
                place: check.selection()
                for place, check in zip(self._places, self.checks, strict=True)
                if isinstance(check, Selective)
            }
        )

    def augment(
        self,
        records: Iterable[Record],
        *,
        copies: int | None = None,
        seed: int | None = None,
        batch: int = 256,
    ) -> Iterator[Outcome]:
        """One outcome a record, in order; reads `batch` records ahead.

        `copies` and `seed` stand in for those of the spec.
        """
        records = iter(records)
        with self.selector() as select:
            while group := list(islice(records, batch)):
                yield from map(select, self.augment_batch(group, copies=copies, seed=seed))

    def augment_batch(
        self,
        records: Sequence[Record],
        *,
        copies: int | Sequence[int] | None = None,
        seed: int | Sequence[int] | None = None,
        counts: StepCounts | None = None,
    ) -> list[Outcome]:
        """Outcomes of records that share their model batches; `copies` and `seed` of all or each.

        What became of every draw is added to `counts`.

        Copies of different records are not held against one another: see `selector`.

        Raises:
            SpecError: a step or check has not read the data set yet.
        """
        leaves, judges = self._ready()
        counts = StepCounts() if counts is None else counts
        copies = self.spec.copies if copies is None else copies
        asked = [copies] * len(records) if isinstance(copies, int) else copies
        seed = self.spec.seed if seed is None else seed
        seeds = [seed] * len(records) if isinstance(seed, int) else seed
        draws = [max(count, self.spec.candidates or 0) if count else 0 for count in asked]
        subjects = [Subject(record, self._protection) for record in records]
        made: list[dict[int, Copy]] = [{} for _ in records]
        refused: list[dict[int, Refusal]] = [{} for _ in records]
        for attempt in range(self.spec.attempts):
            drafts = [
                (index, Draft.planned(self._root, subject, number, attempt, seeds[index]))
                for index, subject in enumerate(subjects)
                for number in range(1, draws[index] + 1)
                if number not in made[index]
            ]
            if not drafts:
                break
            self._run(leaves, [draft for _, draft in drafts], counts)
            finished = finish([draft for _, draft in drafts], judges)
            for (index, draft), found in zip(drafts, finished, strict=True):
                others = made[index].values()
                end = told_apart(found, others, judges) if isinstance(found, Copy) else found
                if isinstance(end, Copy):
                    made[index][draft.number] = end
                    refused[index].pop(draft.number, None)
                else:
                    if end.reason != EXHAUSTED or draft.number not in refused[index]:
                        refused[index][draft.number] = end
                    for step in draft.trail:
                        counts[step.path].dropped[end.reason] += 1
        return [
            _outcome(record, made[index], refused[index], asked[index])
            for index, record in enumerate(records)
        ]

    def _ready(self) -> tuple[tuple[Leaf, ...], dict[str, Judge]]:
        """All steps, and checks by their place in the spec, if they are ready."""
        if self.unfitted:
            raise SpecError(
                f"{', '.join(self.unfitted)} must read the whole data set first: call "
                "pipeline.fitted(records), and use what it gives (augment expand does)"
            )
        leaves = tuple(
            Leaf(leaf.path, leaf.transform)
            for leaf in self._leaves
            if not isinstance(leaf.transform, UnfittedTransform)
        )
        judges = {
            place: check
            for place, check in zip(self._places, self.checks, strict=True)
            if not isinstance(check, Unfitted)
        }
        return leaves, judges

    def _run(self, leaves: Sequence[Leaf], drafts: Sequence[Draft], counts: StepCounts) -> None:
        for leaf in leaves:
            group = [d for d in drafts if d.refusal is None and leaf.path in d.plan]
            if group:
                go_through(leaf, group, counts[leaf.path], self._protection)


def _place(leaf: LeafNode) -> str:
    return f"steps.{leaf.path}"


def _outcome(
    record: Record, made: dict[int, Copy], refused: dict[int, Refusal], copies: int
) -> Outcome:
    """The copies, and why others are missing; of more draws than copies, the most different."""
    drawn = [made[number] for number in sorted(made)]
    if len(made) + len(refused) == copies:
        return Outcome(record, tuple(drawn), tuple(sorted(refused.items())))
    chosen = most_different(record.text, [copy.record.text for copy in drawn], copies)
    numbered = tuple(replace(drawn[i], number=n) for n, i in enumerate(chosen, start=1))
    reasons = [refusal for _, refusal in sorted(refused.items())]
    numbers = range(len(numbered) + 1, copies + 1)
    return Outcome(record, numbered, tuple(zip(numbers, reasons, strict=False)))
