"""The engine: plans each copy, runs the leaves batch by batch, and keeps what is new.

For each attempt, every copy still wanted gets a plan; then each leaf, in the order of the spec,
runs over all copies whose plan comes to it. A copy that a leaf refuses, that equals its original,
or that equals an earlier copy of the same record is drawn anew, up to `attempts`; what is still
missing then is told with its reason. Where the spec wants more candidates than copies, the most
different of them become the copies. Nothing here depends on which records share a batch.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from augment.diversity import most_different
from augment.edits import SpanLostError
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
    """What `build` makes of a spec. Holds no state between calls; one object serves all threads."""

    def __init__(self, spec: PipelineSpec, root: Node, protection: Protection) -> None:
        self.spec = spec
        self._root = root
        self._leaves = tuple(root.leaves())
        self._protection = protection

    @property
    def exact(self) -> bool:
        """Whether every step gives the same copy in every batch."""
        return all(leaf.transform.exact for leaf in self._leaves)

    def augment(
        self,
        records: Iterable[Record],
        *,
        copies: int | None = None,
        seed: int | None = None,
        batch: int = 64,
    ) -> Iterator[Outcome]:
        """One outcome a record, in order; reads `batch` records ahead.

        `copies` and `seed` stand in for those of the spec.
        """
        records = iter(records)
        while group := list(islice(records, batch)):
            yield from self.augment_batch(group, copies=copies, seed=seed)

    def augment_batch(
        self, records: Sequence[Record], *, copies: int | None = None, seed: int | None = None
    ) -> list[Outcome]:
        """Outcomes of records that share their model batches."""
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
            for index, draft in drafts:
                found = _judge(draft, made[index])
                if isinstance(found, Copy):
                    made[index][draft.number] = found
                    refused[index].pop(draft.number, None)
                else:
                    refused[index][draft.number] = found
        return [
            _outcome(record, made[index], refused[index], copies)
            for index, record in enumerate(records)
        ]

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


def _judge(draft: _Draft, made: dict[int, Copy]) -> Copy | Refusal:
    if draft.refusal is not None:
        return draft.refusal
    record = draft.subject.record
    if record.text == draft.origin.record.text:
        return draft.idle or Refusal("unchanged", "the copy equals its original")
    if any(copy.record.text == record.text for copy in made.values()):
        return Refusal("duplicate", "the copy equals another copy of the record")
    return Copy(record, draft.number, tuple(draft.trail), draft.exact)
