"""Copies in the making: edited by one leaf after the other, then finished and judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from augment.checks.base import Case, Judge
from augment.counts import StepCount
from augment.edits import SpanLostError
from augment.lexicons.protected import Protection
from augment.randomness import Stream, stream
from augment.record import Copy, Refusal, Step
from augment.transforms.base import Partial, Proposal, Subject, Transform
from augment.transforms.combine import Node


class Leaf(NamedTuple):
    """A leaf of a spec that is ready, and its path."""

    path: str
    transform: Transform


@dataclass(slots=True)
class Draft:
    """One copy in the making."""

    origin: Subject
    subject: Subject
    number: int
    attempt: int
    seed: int
    plan: frozenset[str] = frozenset()  # paths of the leaves that run
    trail: list[Step] = field(default_factory=list)
    exact: bool = True
    refusal: Refusal | None = None
    idle: Refusal | None = None  # why the last step with nothing to do had nothing to do

    @classmethod
    def planned(cls, root: Node, subject: Subject, number: int, attempt: int, seed: int) -> "Draft":
        """A draft for which is drawn which leaves it goes through."""
        draft = cls(subject, subject, number, attempt, seed)
        draft.plan = frozenset(leaf.path for leaf in root.plan(draft.stream))
        return draft

    def stream(self, path: str) -> Stream:
        """The draws of a node of the spec for this draft, which depend on nothing else."""
        return stream(self.seed, path, self.origin.record.id, self.number, self.attempt)

    def take(
        self, proposal: Proposal, leaf: Leaf, count: StepCount, protection: Protection
    ) -> None:
        """Make the edits that a leaf proposes, or note why there are none."""
        if isinstance(proposal, Refusal):
            if proposal.final:
                self.refusal = replace(proposal, step=leaf.path)
                count.refused[proposal.reason] += 1
            else:
                self.idle = proposal
                count.idle[proposal.reason] += 1
            return
        done = proposal if isinstance(proposal, Partial) else Partial(proposal)
        if not done.edits:
            count.idle["unchanged"] += 1
        elif (lost := self._apply(done, leaf, protection)) is None:
            count.edited += 1
        else:
            self.refusal = lost
            count.refused[lost.reason] += 1

    def finished(self) -> Copy | Refusal:
        """The copy that it has become, or why it is none."""
        if self.refusal is not None:
            return self.refusal
        record = self.subject.record
        if record.text == self.origin.record.text:
            return self.idle or Refusal("unchanged", "the copy equals its original")
        return Copy(record, self.number, tuple(self.trail), self.exact)

    def _apply(self, done: Partial, leaf: Leaf, protection: Protection) -> Refusal | None:
        """Make edits, or tell why they cannot be made."""
        try:
            record = self.subject.record.edited(done.edits)
        except SpanLostError as error:
            return Refusal("span_lost", str(error), step=leaf.path)
        self.subject = Subject(record, protection)
        kept = tuple(refusal.reason for refusal in done.kept)
        model = done.model or leaf.transform.model
        self.trail.append(Step(leaf.path, done.edits, model, kept))
        self.exact = self.exact and leaf.transform.exact
        return None


def go_through(
    leaf: Leaf, drafts: Sequence[Draft], count: StepCount, protection: Protection
) -> None:
    """Let a leaf edit all drafts whose plan comes to it, in one batch."""
    proposals = leaf.transform.propose(
        [draft.subject for draft in drafts], [draft.stream(leaf.path) for draft in drafts]
    )
    count.seen += len(drafts)
    for draft, proposal in zip(drafts, proposals, strict=True):
        draft.take(proposal, leaf, count, protection)


def finish(drafts: Sequence[Draft], judges: Mapping[str, Judge]) -> list[Copy | Refusal]:
    """Each draft as a copy, or why it is none; a check sees what earlier ones let through.

    `judges` by their place in the spec.
    """
    found = [draft.finished() for draft in drafts]
    for place, judge in judges.items():
        _judge(found, drafts, judge, place)
    return found


def _judge(found: list[Copy | Refusal], drafts: Sequence[Draft], judge: Judge, place: str) -> None:
    """Put the refusals of a check in the places of copies."""
    # A drawn text may come again, within the batch even of one record; it is judged once.
    cases: dict[tuple[str, str, str], tuple[Case, list[int]]] = {}
    for i, (draft, copy) in enumerate(zip(drafts, found, strict=True)):
        if isinstance(copy, Copy):
            original = draft.origin.record
            key = (original.id, original.text, copy.record.text)
            cases.setdefault(key, (Case(original, copy), []))[1].append(i)
    if not cases:
        return
    verdicts = judge.judge([case for case, _ in cases.values()])
    for (_, indices), verdict in zip(cases.values(), verdicts, strict=True):
        for i in indices:
            copy = found[i]
            if verdict.refusal is not None:
                found[i] = replace(verdict.refusal, step=place)
            elif isinstance(copy, Copy) and not judge.exact:
                found[i] = replace(copy, exact=False)
