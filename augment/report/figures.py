"""All that a report tells, as plain values: the page and the JSON are made of the same."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from augment.datasets.labels import LabelCount, Scores
from augment.report.measures import Spread


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One step: in how many copies it made edits, and what the copies of the sample look like."""

    path: str
    kind: str
    copies: int
    edits: int
    models: tuple[str, ...]
    stayed: Mapping[str, int]
    similarity: float | None
    edit_rate: float | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """Copies that were not made, by reason; scores are those of the checks that dropped them."""

    reason: str
    copies: int
    least: float | None
    most: float | None
    example: str


@dataclass(frozen=True, slots=True)
class Diversity:
    """How varied some texts are; the smaller self-BLEU and the larger distinct-n, the more."""

    name: str
    texts: int
    self_bleu: float | None
    distinct: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """One figure of quality: so many of so many."""

    name: str
    count: int
    of: int
    note: str

    @property
    def share(self) -> float:
        """As a share of 1."""
        return self.count / self.of


@dataclass(slots=True)
class Example:
    """A copy beside its original; `meaning` is the cosine of their embeddings, if computed."""

    line: int
    source_id: str
    copy: int
    label: str
    column: str
    kinds: tuple[str, ...]
    before: str
    after: str
    similarity: float
    edit_rate: float
    meaning: float | None = None


@dataclass(frozen=True, slots=True)
class Sampled:
    """How many copied texts the distributions are of."""

    texts: int
    of: int
    seed: int
    left_out: int


@dataclass(slots=True, kw_only=True)
class Figures:
    """A whole report."""

    output: str
    output_sha256: str
    made_with: str
    rows: int = 0
    originals: int = 0
    copies: int = 0
    unreadable: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()
    labels: Mapping[str, LabelCount] = field(default_factory=dict)
    scores: Scores | None = None
    kinds: tuple[KindFigures, ...] = ()
    sampled: Sampled | None = None
    similarity: Spread | None = None
    edit_rate: Spread | None = None
    length_ratio: Spread | None = None
    words_before: Spread | None = None
    words_after: Spread | None = None
    meaning: Spread | None = None
    diversity: tuple[Diversity, ...] = ()
    proofs: tuple[Proof, ...] = ()
    order: str = ""
    worst: tuple[Example, ...] = ()
    best: tuple[Example, ...] = ()
    notes: tuple[str, ...] = ()
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    run: dict[str, Any] | None = None
    spec: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)
