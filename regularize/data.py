"""What a run learns from: examples, and the parts that they fall into.

Files are read in `reading` (one file) and `loading` (a whole request, from files to a `Split`);
parts are made in `splits`. Nothing here knows of files.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, get_args

from augment.datasets.rows import Fault
from augment.datasets.values import compact

Task = Literal["single", "several", "tags"]
"""One label a text, any number of labels a text, or one tag a token."""

Part = Literal["train", "dev", "test", "unlabelled"]
PARTS: tuple[Part, ...] = get_args(Part)

Reason = Literal["duplicate", "contradictory", "overlap", "copy"]
"""Why a row is in no part, see `Removal`."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text with what is to be learnt of it.

    `label` is a name (single), the names that apply (several), or a tag for each of `tokens`
    (tags), where the text is the tokens joined by spaces. `tokens` is empty for the other tasks. A
    copy has the id of its original as `source_id`. The label of an unlabelled text is empty.
    """

    id: str
    text: str
    label: str | tuple[str, ...]
    tokens: tuple[str, ...] = ()
    source_id: str | None = None

    @property
    def group(self) -> str:
        """The id of the original, which copies share; a group is never split."""
        return self.id if self.source_id is None else self.source_id


@dataclass(frozen=True, slots=True)
class Removal:
    """Rows that were taken out of a part.

    `duplicate`: the same text and label came before. `contradictory`: the same text came before
    with another label. `overlap`: the text is in test, or in dev, as well. `copy`: a copy of a text
    of dev or test, on which nothing is measured.
    """

    part: Part
    reason: Reason
    count: int


@dataclass(frozen=True, slots=True)
class Split:
    """The parts, apart from one another by text and by original; `unlabelled` has empty labels.

    `labels` are all names in the order of their numbers: those of train, sorted. `rejects` are rows
    that could not be used, by the part whose file they stand in.
    """

    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]
    labels: tuple[str, ...]
    task: Task
    unlabelled: tuple[Example, ...] = ()
    removed: tuple[Removal, ...] = ()
    rejects: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)

    def part(self, name: Part) -> tuple[Example, ...]:
        """One part by its name."""
        found: tuple[Example, ...] = getattr(self, name)
        return found


def names_of(example: Example) -> tuple[str, ...]:
    """The labels of an example, one or several, or its tags.

    >>> names_of(Example("1", "play it", "music"))
    ('music',)
    """
    return (example.label,) if isinstance(example.label, str) else example.label


def label_counts(examples: Sequence[Example]) -> Mapping[str, int]:
    """How many examples each label has (tags: how many tokens), sorted by label."""
    counts = Counter(name for example in examples for name in names_of(example))
    return dict(sorted(counts.items()))


def split_digest(split: Split) -> str:
    """SHA-256 of all examples in their parts, in hexadecimal; of the order as well."""
    digest = sha256(compact([split.task, list(split.labels)]).encode())
    for name in PARTS:
        for one in split.part(name):
            row = [name, one.id, one.text, one.label, list(one.tokens), one.source_id]
            digest.update(compact(row).encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()
