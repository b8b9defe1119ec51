"""Label agreement: does a classifier made of the originals give copies their label?

Each time the original of the copy is left out of it, so that no text is judged by what it taught.
"""

from collections.abc import Iterable, Iterator

from augment.checks.label_counts import LabelCounts
from augment.errors import DataError
from augment.report.figures import Proof

LEAST = 5  # other texts that a label must have


class Agreement:
    """Learns the originals, then asks for the labels of copies."""

    def __init__(self) -> None:
        self._counts: LabelCounts | None = LabelCounts()

    def learn(self, text: str, label: str) -> None:
        """An original; where there are too many labels to be classes, nothing is told."""
        if self._counts is not None:
            try:
                self._counts.add(text, label)
            except DataError:
                self._counts = None

    def proofs(self, triples: Iterable[tuple[str, str, str | None]]) -> Iterator[Proof]:
        """Agreement on copies (before, after, label), and on their originals to compare."""
        counts = self._counts
        if counts is None or len(counts.labels) < 2:
            return
        counts.freeze()
        asked = copies = originals = 0
        for before, after, label in triples:
            if label is None or counts.rows(label, without=before) < LEAST:
                continue
            asked += 1
            copies += counts.margins(after, without=before)[label] > 0
            originals += counts.margins(before, without=before)[label] > 0
        if asked:
            note = "a classifier made of all other originals gives the {} its label"
            yield Proof("label agreement, copies", copies, asked, note.format("copy"))
            yield Proof("label agreement, originals", originals, asked, note.format("original"))
