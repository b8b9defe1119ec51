"""Judges of labels for the quality benchmark: what they tell of a text they were not fitted on.

Both are cross-fitted: the texts are dealt into folds by a hash of their words in lower case, so
that a text and its doubles share one, and each fold is judged by a model of the others. Neither
knows of copies, and neither is the naive Bayes of the check `labels`: a softmax regression over
sentence embeddings for classes, an averaged perceptron over words and shapes for entities.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from augment.checks.encoder import Encoder
from augment.edits import Span
from augment.randomness import stream
from augment.record import Record
from augment.words import split_words

Entity = tuple[str, str]  # label, words in lower case

_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
_PENALTY: Final = 3e-4  # L2, on the mean loss
_STEPS: Final = 60  # of L-BFGS
_EPOCHS: Final = 4


def fold(text: str, folds: int) -> int:
    """The fold of a text; capitals, spaces and punctuation aside.

    >>> fold("Where is it?", 5) == fold("where  is it", 5)
    True
    """
    words = " ".join(word.surface.casefold() for word in split_words(text))
    return zlib.crc32(words.encode()) % folds


class ClassJudge:
    """Softmax regressions over sentence embeddings, one for each fold."""

    def __init__(self, encoder: Encoder, records: Sequence[Record], folds: int) -> None:
        """Fit on all records; each has a label."""
        self._encoder = encoder
        self._folds = folds
        self._labels = sorted({record.label or "" for record in records})
        vectors = encoder.encode([record.text for record in records])
        places = {label: i for i, label in enumerate(self._labels)}
        targets = np.array([places[record.label or ""] for record in records])
        owners = np.array([fold(record.text, folds) for record in records])
        self._weights = [
            _softmax_regression(vectors[owners != f], targets[owners != f], len(places))
            for f in range(folds)
        ]
        told = self._told(vectors, owners)
        self.accuracy = float((told == targets).mean())

    def labels(self, texts: Sequence[str], originals: Sequence[str]) -> list[str]:
        """The label of each text, by the model that did not see its original."""
        owners = np.array([fold(text, self._folds) for text in originals])
        told = self._told(self._encoder.encode(texts), owners)
        return [self._labels[i] for i in told]

    def _told(
        self, vectors: npt.NDArray[np.float32], owners: npt.NDArray[np.int_]
    ) -> npt.NDArray[np.int_]:
        told = np.zeros(len(vectors), int)
        for f, weights in enumerate(self._weights):
            told[owners == f] = (_biased(vectors[owners == f]) @ weights).argmax(axis=1)
        return told


def _biased(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.hstack([vectors, np.ones((len(vectors), 1), np.float32)])


def _softmax_regression(
    vectors: npt.NDArray[np.float32], targets: npt.NDArray[np.int_], classes: int
) -> npt.NDArray[np.float32]:
    """Weights with the bias as last row; from zero, so that each run gives the same."""
    import torch

    inputs, wanted = torch.from_numpy(_biased(vectors)), torch.from_numpy(targets)
    weights = torch.zeros(inputs.shape[1], classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        total = torch.nn.functional.cross_entropy(inputs @ weights, wanted)
        total = total + _PENALTY * weights[:-1].square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total.detach()

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    found: npt.NDArray[np.float32] = weights.detach().numpy()
    return found


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Tokens with their offsets, and the tag of each."""

    tokens: list[str]
    places: list[tuple[int, int]]
    tags: list[str]


def _sentence(text: str, spans: Sequence[Span]) -> _Sentence:
    found = list(_TOKEN.finditer(text))
    tags = ["O"] * len(found)
    for span in spans:
        inside = [i for i, m in enumerate(found) if m.start() < span.end and span.start < m.end()]
        for number, i in enumerate(inside):
            tags[i] = f"{'I' if number else 'B'}-{span.label}"
    return _Sentence([m.group() for m in found], [m.span() for m in found], tags)


def _entities(text: str, sentence: _Sentence, tags: Sequence[str]) -> Iterator[Entity]:
    """What the tags mark; an I that continues nothing begins an entity."""
    start, label = 0, ""
    for i, tag in enumerate([*tags, "O"]):
        if label and tag != f"I-{label}":
            begin, end = sentence.places[start][0], sentence.places[i - 1][1]
            yield label, text[begin:end].casefold()
            label = ""
        if tag != "O" and not label:
            start, label = i, tag[2:]


class EntityJudge:
    """Averaged perceptrons that tag from left to right, one for each fold."""

    def __init__(self, records: Sequence[Record], folds: int) -> None:
        self._folds = folds
        sentences = [_sentence(record.text, record.spans) for record in records]
        owners = [fold(record.text, folds) for record in records]
        self._models = [
            _Perceptron([s for s, owner in zip(sentences, owners, strict=True) if owner != f])
            for f in range(folds)
        ]

    def entities(self, text: str, original: str) -> list[Entity]:
        """The entities of a text, by the model that did not see its original."""
        sentence = _sentence(text, ())
        tags = self._models[fold(original, self._folds)].tags(sentence.tokens)
        return list(_entities(text, sentence, tags))


class _Perceptron:
    """Collins 2002, with averaged weights."""

    def __init__(self, sentences: Sequence[_Sentence]) -> None:
        self._labels = sorted({tag for sentence in sentences for tag in sentence.tags})
        self._weights: dict[str, dict[str, float]] = defaultdict(dict)
        totals: dict[tuple[str, str], float] = defaultdict(float)
        self._fit(sentences, totals)

    def tags(self, tokens: Sequence[str]) -> list[str]:
        """The tag of each token."""
        found: list[str] = []
        for i in range(len(tokens)):
            found.append(self._best(list(_features(tokens, i, found[-1] if found else "^"))))
        return found

    def _fit(self, sentences: Sequence[_Sentence], totals: dict[tuple[str, str], float]) -> None:
        clock = 0
        for epoch in range(_EPOCHS):
            order = stream(0, "perceptron", str(epoch)).sample(sentences, len(sentences))
            for sentence in order:
                before = "^"
                for i, wanted in enumerate(sentence.tags):
                    clock += 1
                    features = list(_features(sentence.tokens, i, before))
                    told = self._best(features)
                    if told != wanted:
                        self._move(features, wanted, 1.0, clock, totals)
                        self._move(features, told, -1.0, clock, totals)
                    before = told
        # An update of d at time t counts for the rest of the time: the mean is w - sum(t d) / T.
        for (feature, label), total in totals.items():
            self._weights[feature][label] -= total / max(1, clock)

    def _move(
        self,
        features: Sequence[str],
        label: str,
        by: float,
        clock: int,
        totals: dict[tuple[str, str], float],
    ) -> None:
        for feature in features:
            row = self._weights[feature]
            row[label] = row.get(label, 0.0) + by
            totals[feature, label] += by * clock

    def _best(self, features: Sequence[str]) -> str:
        scores = dict.fromkeys(self._labels, 0.0)
        for feature in features:
            for label, weight in self._weights.get(feature, {}).items():
                scores[label] += weight
        return max(scores, key=lambda label: (scores[label], label == "O", label))


def _features(tokens: Sequence[str], i: int, before: str) -> Iterator[str]:
    word = tokens[i]
    lower = word.lower()
    yield "bias"
    yield f"tag {before}"
    yield f"word {lower}"
    yield f"shape {_shape(word)}"
    yield f"shape {_shape(word)} {before}"
    yield f"start {lower[:3]}"
    yield f"end {lower[-3:]}"
    for step in (-2, -1, 1, 2):
        near = tokens[i + step] if 0 <= i + step < len(tokens) else "^"
        yield f"{step} {near.lower()}"
        if abs(step) == 1:
            yield f"{step} shape {_shape(near)}"


def _shape(word: str) -> str:
    """Runs of capitals, small letters and figures: "McDonald" is XxXx."""
    marks = re.sub(r"[A-Z]+", "X", word)
    marks = re.sub(r"[a-wyz]+", "x", marks)
    return re.sub(r"\d+", "9", marks)[:6]
