"""The engine: plans each copy, runs the leaves batch by batch, and keeps what is new.

For each attempt, every copy still wanted gets a plan; then each leaf, in the order of the spec,
runs over all copies whose plan comes to it. A copy that a leaf refuses, that equals its original,
that equals an earlier copy of the same record, or that a check drops is drawn anew, up to
`attempts`; what is still missing then is told with its reason. Where the spec wants more candidates
than copies, the most different of them become the copies. Nothing here depends on which records
share a batch.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from types import TracebackType
from typing import Self

from augment.checks.base import Case, Fitting, Judge, Selection, Selective, Unfitted
from augment.diversity import most_different
from augment.edits import SpanLostError
from augment.errors import SpecError
from augment.lexicons.protected import Protection
from augment.randomness import Stream, stream
from augment.record import Copy, Outcome, Record, Refusal, Step
from augment.spec import PipelineSpec
from augment.transforms.base import Partial, Subject
from augment.transforms.combine import LeafNode, Node


@dataclass(slots=True)
class _Draft:
    """One copy in the making."""

    origin: Subject
    subject: Subject
    number: int
    attempt: int
    plan: frozenset[str]  # paths of the leaves that run
    trail: list[Step] = field(default_factory=list)
    exact: bool = True
    refusal: Refusal | None = None
    idle: Refusal | None = None  # why the last step with nothing to do had nothing to do


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
    ) -> None:
        self.spec = spec
        self.checks = tuple(checks)
        self._root = root
        self._leaves = tuple(root.leaves())
        self._protection = protection
        self._fittings: tuple[Fitting, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether every step and check comes to the same in every batch."""
        ready = (check for check in self.checks if not isinstance(check, Unfitted))
        return all(leaf.transform.exact for leaf in self._leaves) and all(
            check.exact for check in ready
        )

    @property
    def unfitted(self) -> tuple[str, ...]:
        """Kinds of the checks that must read the data set before the pipeline can run."""
        return tuple(check.kind for check in self.checks if isinstance(check, Unfitted))

    def fitted(self, records: Iterable[Record], held_out: Iterable[Record] = ()) -> "Pipeline":
        """The pipeline with all checks ready: those of the whole data set have read these records.

        `held_out` are the records kept for development and test. What the checks remember is let go
        of by `close`, so use the result as a context manager.

        Raises:
            DataError: the records have nothing that a check could go by.
        """
        fittings = {i: c.fitting() for i, c in enumerate(self.checks) if isinstance(c, Unfitted)}
        checks: list[Judge | Unfitted] = list(self.checks)
        try:
            for record in records if fittings else ():
                for fitting in fittings.values():
                    fitting.add(record)
            for record in held_out if fittings else ():
                for fitting in fittings.values():
                    fitting.add_held_out(record)
            for i, fitting in fittings.items():
                checks[i] = fitting.finish()
        except BaseException:
            for fitting in fittings.values():
                fitting.close()
            raise
        ready = Pipeline(self.spec, self._root, self._protection, checks)
        ready._fittings = tuple(fittings.values())
        return ready

    def close(self) -> None:
        """Let go of what the checks remember of a data set."""
        for fitting in self._fittings:
            fitting.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def selector(self) -> "Selector":
        """What holds the copies of different records against one another; one for each run."""
        return Selector([c.selection() for c in self.checks if isinstance(c, Selective)])

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
        self, records: Sequence[Record], *, copies: int | None = None, seed: int | None = None
    ) -> list[Outcome]:
        """Outcomes of records that share their model batches.

        Copies of different records are not held against one another: see `selector`.

        Raises:
            SpecError: a check has not read the data set yet.
        """
        judges = self._judges()
        copies = self.spec.copies if copies is None else copies
        seed = self.spec.seed if seed is None else seed
        draws = max(copies, self.spec.candidates or 0)
        subjects = [Subject(record, self._protection) for record in records]
        made: list[dict[int, Copy]] = [{} for _ in records]
        refused: list[dict[int, Refusal]] = [{} for _ in records]
        for attempt in range(self.spec.attempts):
            drafts = [
                (index, self._draft(subject, number, attempt, seed))
                for index, subject in enumerate(subjects)
                for number in range(1, draws + 1)
                if number not in made[index]
            ]
            if not drafts:
                break
            self._run([draft for _, draft in drafts], seed)
            verdicts = _checked([draft for _, draft in drafts], judges)
            for (index, draft), verdict in zip(drafts, verdicts, strict=True):
                found = _told_apart(verdict, made[index], judges)
                if isinstance(found, Copy):
                    made[index][draft.number] = found
                    refused[index].pop(draft.number, None)
                else:
                    refused[index][draft.number] = found
        return [
            _outcome(record, made[index], refused[index], copies)
            for index, record in enumerate(records)
        ]

    def _judges(self) -> tuple[Judge, ...]:
        if self.unfitted:
            raise SpecError(
                f"the checks {', '.join(self.unfitted)} look at the whole data set: call "
                "pipeline.fitted(records), and use what it gives (augment expand does)"
            )
        return tuple(check for check in self.checks if not isinstance(check, Unfitted))

    def _draft(self, subject: Subject, number: int, attempt: int, seed: int) -> _Draft:
        record_id = subject.record.id

        def stream_at(path: str) -> Stream:
            return stream(seed, path, record_id, number, attempt)

        plan = frozenset(leaf.path for leaf in self._root.plan(stream_at))
        return _Draft(subject, subject, number, attempt, plan)

    def _run(self, drafts: Sequence[_Draft], seed: int) -> None:
        for leaf in self._leaves:
            group = [d for d in drafts if d.refusal is None and leaf.path in d.plan]
            if not group:
                continue
            streams = [
                stream(seed, leaf.path, draft.origin.record.id, draft.number, draft.attempt)
                for draft in group
            ]
            proposals = leaf.transform.propose([draft.subject for draft in group], streams)
            for draft, proposal in zip(group, proposals, strict=True):
                if isinstance(proposal, Refusal):
                    if proposal.final:
                        draft.refusal = proposal
                    else:
                        draft.idle = proposal
                elif isinstance(proposal, Partial):
                    self._apply(draft, leaf, proposal)
                elif proposal:
                    self._apply(draft, leaf, Partial(proposal))

    def _apply(self, draft: _Draft, leaf: LeafNode, done: Partial) -> None:
        if not done.edits:
            return
        try:
            record = draft.subject.record.edited(done.edits)
        except SpanLostError as error:
            draft.refusal = Refusal("span_lost", str(error))
            return
        draft.subject = Subject(record, self._protection)
        kept = tuple(refusal.reason for refusal in done.kept)
        model = done.model or leaf.transform.model
        draft.trail.append(Step(leaf.path, done.edits, model, kept))
        draft.exact = draft.exact and leaf.transform.exact


class Selector:
    """Takes the outcomes of a run in their order, and drops copies too near to earlier ones."""

    def __init__(self, selections: Sequence[Selection]) -> None:
        self._selections = selections

    def __call__(self, outcome: Outcome) -> Outcome:
        """The outcome, with what was dropped among the missing; what stays counts from now on."""
        if not self._selections or not outcome.copies:
            return outcome
        kept: list[Copy] = []
        missing = list(outcome.missing)
        for copy in outcome.copies:
            verdicts = (one.admit(Case(outcome.record, copy)) for one in self._selections)
            refusal = next((v.refusal for v in verdicts if v.refusal is not None), None)
            if refusal is None:
                kept.append(copy)
            else:
                missing.append((copy.number, refusal))
        return Outcome(outcome.record, tuple(kept), tuple(sorted(missing, key=lambda one: one[0])))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for selection in self._selections:
            selection.close()


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


def _checked(drafts: Sequence[_Draft], judges: Sequence[Judge]) -> list[Copy | Refusal]:
    """Each draft as a copy, or why it is none; a check sees what the ones before it let through."""
    found = [_finished(draft) for draft in drafts]
    for judge in judges:
        # A drawn text may come again, within the batch even of one record; it is judged once.
        cases: dict[tuple[str, str, str], tuple[Case, list[int]]] = {}
        for i, (draft, copy) in enumerate(zip(drafts, found, strict=True)):
            if isinstance(copy, Copy):
                original = draft.origin.record
                key = (original.id, original.text, copy.record.text)
                cases.setdefault(key, (Case(original, copy), []))[1].append(i)
        if not cases:
            break
        verdicts = judge.judge([case for case, _ in cases.values()])
        for (_, indices), verdict in zip(cases.values(), verdicts, strict=True):
            for i in indices:
                copy = found[i]
                if verdict.refusal is not None:
                    found[i] = verdict.refusal
                elif isinstance(copy, Copy) and not judge.exact:
                    found[i] = replace(copy, exact=False)
    return found


def _finished(draft: _Draft) -> Copy | Refusal:
    if draft.refusal is not None:
        return draft.refusal
    record = draft.subject.record
    if record.text == draft.origin.record.text:
        return draft.idle or Refusal("unchanged", "the copy equals its original")
    return Copy(record, draft.number, tuple(draft.trail), draft.exact)


def _told_apart(
    copy: Copy | Refusal, made: dict[int, Copy], judges: Sequence[Judge]
) -> Copy | Refusal:
    """The copy, unless another copy of the record is the same or too much like it."""
    if isinstance(copy, Refusal):
        return copy
    text = copy.record.text
    if any(other.record.text == text for other in made.values()):
        return Refusal("duplicate", "the copy equals another copy of the record")
    for judge in judges:
        if isinstance(judge, Selective):
            for other in made.values():
                score = judge.alike(text, other.record.text)
                if score is not None:
                    detail = f"nearly equals copy {other.number} of the record"
                    return Refusal("near_duplicate", detail, score=score)
    return copy
