"""One pass over an output, in bounded memory: counts of all of it, measures on a sample."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

from augment.datasets.files import digest_of
from augment.datasets.labels import NO_LABEL, LabelTally
from augment.datasets.rows import Fault
from augment.datasets.tasks.tagging import TaggingTask
from augment.datasets.tasks.task import Task
from augment.diversity import Profile
from augment.record import Trail, undo
from augment.report.agreement import Agreement
from augment.report.figures import Diversity, Example, Figures, KindFigures, Proof, Sampled
from augment.report.measures import distinct, edit_rate, quantile, self_bleu, spread
from augment.report.reading import WrittenOptions, WrittenRow, open_written
from augment.report.sample import Sample
from augment.words import split_words

SAMPLE: Final = 5_000
DIVERSITY: Final = 1_000  # texts that self-BLEU and distinct-n compare
LONGEST: Final = 10_000  # characters; longer texts are counted and not measured
REMEMBERED: Final = 1_000_000  # copies that are told apart
SHOWN: Final = 20
BINS_AT_LEAST: Final = 20.0  # words


@dataclass(frozen=True, slots=True)
class Pair:
    """A copied text beside what it was made of."""

    line: int
    source_id: str
    copy: int
    label: str | None
    column: str
    before: str
    after: str
    trail: Trail


@dataclass(slots=True)
class _Step:
    copies: int = 0
    edits: int = 0
    models: set[str] = field(default_factory=set)
    stayed: Counter[str] = field(default_factory=Counter)


class Collector:
    """What the rows of an output come to."""

    def __init__(self, task: Task, *, size: int, seed: int) -> None:
        self.rows = self.originals = self.copies = self.left_out = self.spans = self.kept_spans = 0
        self.unreadable: Counter[str] = Counter()
        self.labels = LabelTally()
        self.pairs = Sample[Pair](size, seed=seed, name="pairs")
        self.texts = Sample[str](min(size, DIVERSITY), seed=seed, name="originals")
        self.agreement = Agreement()
        self.seed = seed
        self._task = task
        self._steps: dict[str, _Step] = {}
        self._above: WrittenRow | None = None
        self._seen: set[bytes] = set()
        self._told_apart = self._doubles = 0

    def add(self, row: WrittenRow | Fault) -> None:
        """Count a row."""
        self.rows += 1
        if isinstance(row, Fault):
            self.unreadable[row.reason] += 1
        elif row.copy == 0:
            self._original(row)
        else:
            self._copy(row)

    def _original(self, row: WrittenRow) -> None:
        self.originals += 1
        self._above = row
        self.labels.add(row.labels, before=True, after=True)
        for record in row.records:
            if len(record.text) <= LONGEST:
                self.texts.add(record.text)
            if len(row.labels) == 1 and len(row.records) == 1 and row.training:
                self.agreement.learn(record.text, row.labels[0])

    def _copy(self, row: WrittenRow) -> None:
        self.copies += 1
        self.labels.add(row.labels, after=True)
        self._count_steps(row)
        self._tell_apart(row)
        for pair in self._pairs(row):
            if max(len(pair.before), len(pair.after)) > LONGEST:
                self.left_out += 1
            else:
                self.pairs.add(pair)

    def _count_steps(self, row: WrittenRow) -> None:
        for path in {step.path for _, step in row.steps}:
            self._steps.setdefault(path, _Step()).copies += 1
        for _, step in row.steps:
            counted = self._steps[step.path]
            counted.edits += len(step.edits)
            counted.stayed.update(step.kept)
            if step.model:
                counted.models.add(step.model)

    def _tell_apart(self, row: WrittenRow) -> None:
        """Whether its texts are those of an earlier copy; hashes of so many are remembered."""
        if self._told_apart == REMEMBERED:
            return
        self._told_apart += 1
        texts = "\0".join(record.text for record in row.records)
        key = blake2b(texts.encode("utf-8", "replace"), digest_size=8).digest()
        self._doubles += key in self._seen
        self._seen.add(key)

    def _pairs(self, row: WrittenRow) -> Iterator[Pair]:
        above = self._above if self._above is not None and self._above.id == row.id else None
        label = row.labels[0] if len(row.labels) == 1 else None
        for place, (side, record) in enumerate(zip(self._task.sides, row.records, strict=True)):
            trail = row.trail(side)
            if not trail:
                continue
            if above is not None:
                before = above.records[place].text
                spans = above.records[place].spans
                self.spans += len(spans)
                lost = Counter(one.label for one in spans) - Counter(s.label for s in record.spans)
                self.kept_spans += len(spans) - lost.total()
            elif isinstance(self._task, TaggingTask):
                self.left_out += 1  # its tokens do not tell where the spaces were
                continue
            else:
                try:
                    before = undo(record.text, trail)
                except ValueError:
                    self.unreadable["bad_edit"] += 1
                    continue
            yield Pair(row.line, row.id, row.copy, label, side, before, record.text, trail)

    def kinds(self, examples: list[Example]) -> tuple[KindFigures, ...]:
        """The steps, the most frequent first."""
        found = sorted(self._steps.items(), key=lambda item: (-item[1].copies, item[0]))
        by_path: dict[str, list[Example]] = {}
        for example in examples:
            for path in example.kinds:
                by_path.setdefault(path, []).append(example)
        return tuple(
            KindFigures(
                path,
                path.rpartition(".")[2],
                step.copies,
                step.edits,
                tuple(sorted(step.models)),
                dict(step.stayed.most_common()),
                _median([one.similarity for one in by_path.get(path, ())]),
                _median([one.edit_rate for one in by_path.get(path, ())]),
            )
            for path, step in found
        )

    def proofs(self) -> Iterator[Proof]:
        """What can be told without a model."""
        if self._told_apart:
            note = "copies whose text no earlier copy has"
            if self._told_apart < self.copies:
                note += f" (of the first {self._told_apart:,})"
            yield Proof("distinct copies", self._told_apart - self._doubles, self._told_apart, note)
        if self.pairs.items:
            changed = sum(pair.before != pair.after for pair in self.pairs.items)
            note = "copies of the sample that differ from their original"
            yield Proof("changed copies", changed, len(self.pairs.items), note)
        if self.spans:
            note = "labelled spans of the originals that are in their copies"
            yield Proof("spans kept", self.kept_spans, self.spans, note)
        yield from self.agreement.proofs(
            (pair.before, pair.after, pair.label) for pair in self.pairs.items
        )


def collect(
    output: Path, options: WrittenOptions, *, size: int = SAMPLE, seed: int = 0
) -> tuple[Figures, list[Pair]]:
    """The figures of an output that need no model, and the sample they were taken on.

    Raises:
        DataError: the output cannot be read.
    """
    from augment import __version__

    with open_written(output, options) as reader:
        seen = Collector(reader.layout.task, size=size, seed=seed)
        for row in reader:
            assert isinstance(row, WrittenRow | Fault)
            seen.add(row)
    pairs = sorted(seen.pairs.items, key=lambda pair: (pair.line, pair.column))
    examples = [_example(pair) for pair in pairs]
    labels = seen.labels.counts()
    figures = Figures(
        output=output.name,
        output_sha256=digest_of(output),
        made_with=__version__,
        rows=seen.rows,
        originals=seen.originals,
        copies=seen.copies,
        unreadable=dict(seen.unreadable.most_common()),
        labels={} if set(labels) == {NO_LABEL} else labels,
        scores=seen.labels.scores(),
        kinds=seen.kinds(examples),
        sampled=Sampled(len(pairs), seen.pairs.seen, seed, seen.left_out),
        proofs=tuple(seen.proofs()),
    )
    if examples:
        _distributions(figures, examples)
    copies = Sample[str](min(size, DIVERSITY), seed=seed, name="copies")
    for pair in pairs:
        copies.add(pair.after)
    figures.diversity = tuple(_diversity(seen.texts.items, copies.items))
    rank(figures, examples)
    return figures, pairs


def rank(figures: Figures, examples: list[Example]) -> None:
    """Choose the worst and the best copies: by meaning if it is known, else by likeness."""
    by_meaning = bool(examples) and all(one.meaning is not None for one in examples)
    figures.order = "meaning" if by_meaning else "similarity"
    changed = [one for one in examples if one.before != one.after]
    changed.sort(key=lambda one: (one.meaning if by_meaning else one.similarity, one.line))
    shown = min(SHOWN, (len(changed) + 1) // 2)
    figures.worst = tuple(changed[:shown])
    figures.best = tuple(changed[shown:][::-1][:SHOWN])


def _example(pair: Pair) -> Example:
    return Example(
        pair.line,
        pair.source_id,
        pair.copy,
        pair.label or "",
        pair.column,
        tuple(dict.fromkeys(step.path for step in pair.trail)),
        pair.before,
        pair.after,
        round(Profile(pair.before).likeness(Profile(pair.after)), 4),
        round(edit_rate(pair.before, pair.after), 4),
    )


def examples_of(pairs: list[Pair], meaning: list[float]) -> list[Example]:
    """The sample with the cosine of each."""
    examples = [_example(pair) for pair in pairs]
    for example, cosine in zip(examples, meaning, strict=True):
        example.meaning = round(cosine, 4)
    return examples


def _distributions(figures: Figures, examples: list[Example]) -> None:
    figures.similarity = spread([one.similarity for one in examples], 0, 1)
    figures.edit_rate = spread([one.edit_rate for one in examples], 0, 1)
    ratios = [len(one.after) / len(one.before) for one in examples if one.before]
    if ratios:
        figures.length_ratio = spread(ratios, 0, 2)
    before = [len(split_words(one.before)) for one in examples]
    after = [len(split_words(one.after)) for one in examples]
    # The tail of long texts would press all others into one bin.
    top = max(BINS_AT_LEAST, quantile(sorted([*before, *after]), 0.98))
    figures.words_before, figures.words_after = spread(before, 0, top), spread(after, 0, top)


def _diversity(originals: list[str], copies: list[str]) -> Iterator[Diversity]:
    """Of as many originals as copies, since longer lists repeat more."""
    both = [text for pair in zip(originals, copies, strict=False) for text in pair]
    # Halves, so that the mixture is as long as its parts.
    for name, texts in (("originals", originals), ("copies", copies), ("both", both)):
        size = min(len(originals), len(copies)) or len(texts)
        part = texts[:size]
        if part:
            score = self_bleu(part)
            yield Diversity(
                name,
                len(part),
                None if score is None else round(score, 4),
                tuple(_rounded(distinct(part, order)) for order in (1, 2, 3)),
            )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _median(values: list[float]) -> float | None:
    return round(quantile(sorted(values), 0.5), 4) if values else None
