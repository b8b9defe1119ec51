"""How good and how well calibrated predictions are, from logits and the right answers.

Figures are over all items of a data set at once. An item is a text (one label), a text's label
(several) or a token (tags). Probabilities are softmax or, for several labels, sigmoid.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from regularize.data import Task

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BINS: Final = 15
LEAST_IN_BIN: Final = 10
IGNORED: Final = -100
"""What stands in place of a label where a piece has no tag of its own."""

# Figures of which more is better; of all others less is.
GREATER_IS_BETTER: Final = frozenset(
    {"accuracy", "macro_f1", "micro_f1", "entity_f1", "entity_precision", "entity_recall"}
)


def measure(
    logits: NDArray[np.floating], labels: NDArray[np.integer], task: Task, names: Sequence[str]
) -> dict[str, float]:
    """All figures that the task has.

    Shapes: single (n, k) and (n); several (n, k) twice, labels 0 or 1; tags (n, tokens, k) and
    (n, tokens), where `IGNORED` marks what is no token. `accuracy` is by item, for several labels
    by text (all of them right). A figure of nothing is an error.

    Raises:
        ValueError: there are no items.
    """
    scores: Floats = np.asarray(logits, dtype=np.float64)
    found: Ints = np.asarray(labels, dtype=np.int64)
    if task == "several":
        return {**_several(scores, found), **_certainty(*binary(scores, found))}
    entities: dict[str, float] = {}
    if task == "tags":
        entities = _entities(scores, found, names)
        scores, found = scores[found != IGNORED], found[found != IGNORED]
    _refuse_nothing(found)
    predicted = scores.argmax(axis=-1)
    return {
        "accuracy": float((predicted == found).mean()),
        **(entities or {"macro_f1": macro_f1(predicted, found)}),
        **_certainty(scores, found),
    }


def softmax(logits: Floats) -> Floats:
    """Probabilities of the classes, along the last axis."""
    return np.exp(log_softmax(logits))


def sigmoid(logits: Floats) -> Floats:
    """The probability of each label; without overflow."""
    return np.exp(-np.logaddexp(0.0, -logits))


def log_softmax(logits: Floats) -> Floats:
    """Logarithms of the probabilities; finite for finite logits."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def nll(logits: Floats, labels: Ints) -> float:
    """Mean negative log-likelihood, in nats."""
    return float(-_of_label(log_softmax(logits), labels).mean())


def brier(probabilities: Floats, labels: Ints) -> float:
    """Mean squared distance to the right answer, summed over classes (Brier 1950): 0 to 2."""
    target = np.eye(probabilities.shape[-1])[labels]
    return float(((probabilities - target) ** 2).sum(axis=-1).mean())


def ece(probabilities: Floats, labels: Ints, *, bins: int = BINS, adaptive: bool = False) -> float:
    """Expected calibration error of the most likely class (Guo et al. 2017).

    Bins are of equal width, (low, high], or with `adaptive` of equally many items. Of few items
    adaptive bins are fewer, since one with fewer than `LEAST_IN_BIN` measures luck.
    """
    return sum(
        weight * abs(accuracy - confidence)
        for confidence, accuracy, weight in reliability(
            probabilities, labels, bins=bins, adaptive=adaptive
        )
    )


def reliability(
    probabilities: Floats, labels: Ints, *, bins: int = BINS, adaptive: bool = False
) -> tuple[tuple[float, float, float], ...]:
    """Mean confidence, accuracy and share of the items of each bin that has some."""
    confidence = probabilities.max(axis=-1)
    right = (probabilities.argmax(axis=-1) == labels).astype(np.float64)
    if adaptive:
        count = min(bins, max(1, len(labels) // LEAST_IN_BIN))
        members = np.array_split(np.argsort(confidence, kind="stable"), count)
    else:
        places = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
        members = [np.flatnonzero(places == place) for place in range(bins)]
    return tuple(
        (float(confidence[m].mean()), float(right[m].mean()), len(m) / len(labels))
        for m in members
        if len(m)
    )


def macro_f1(predicted: Ints, labels: Ints) -> float:
    """Mean F1 over the classes that were given or right; a class never got right counts 0."""
    present = np.union1d(predicted, labels)
    return float(np.mean([_f1_of(predicted == one, labels == one) for one in present]))


def entities(tags: Sequence[str]) -> set[tuple[int, int, str]]:
    """Start, end (not included) and kind of each entity, strictly by IOB2: only a B begins one.

    >>> sorted(entities(["B-city", "I-city", "O", "I-city"]))
    [(0, 2, 'city')]
    """
    found: set[tuple[int, int, str]] = set()
    start, kind = 0, ""
    for place, tag in enumerate((*tags, "O")):
        if kind and tag != f"I-{kind}":
            found.add((start, place, kind))
            kind = ""
        if tag.startswith("B-"):
            start, kind = place, tag[2:]
    return found


def binary(logits: Floats, labels: Ints) -> tuple[Floats, Ints]:
    """Each label of each text as a choice of its own between no and yes."""
    flat = logits.reshape(-1)
    return np.stack([np.zeros_like(flat), flat], axis=-1), labels.reshape(-1)


def _certainty(logits: Floats, labels: Ints) -> dict[str, float]:
    probabilities = softmax(logits)
    return {
        "nll": nll(logits, labels),
        "brier": brier(probabilities, labels),
        "ece": ece(probabilities, labels),
        "adaptive_ece": ece(probabilities, labels, adaptive=True),
    }


def _several(logits: Floats, labels: Ints) -> dict[str, float]:
    _refuse_nothing(labels)
    predicted, wanted = logits > 0, labels > 0
    columns = zip(predicted.T, wanted.T, strict=True)
    each = [_f1_of(mine, right) for mine, right in columns if mine.any() or right.any()]
    return {
        "accuracy": float((predicted == wanted).all(axis=-1).mean()),
        "micro_f1": _f1_of(predicted, wanted),
        "macro_f1": float(np.mean(each)) if each else 1.0,
    }


def _entities(logits: Floats, labels: Ints, names: Sequence[str]) -> dict[str, float]:
    given: set[tuple[int, int, int, str]] = set()
    right: set[tuple[int, int, int, str]] = set()
    for sentence, (scores, tags) in enumerate(zip(logits, labels, strict=True)):
        there = tags != IGNORED
        mine = [names[number] for number in scores[there].argmax(axis=-1)]
        gold = [names[number] for number in tags[there]]
        given |= {(sentence, *entity) for entity in entities(mine)}
        right |= {(sentence, *entity) for entity in entities(gold)}
    kinds = sorted({entity[3] for entity in given | right})
    each = [_f1({e for e in given if e[3] == k}, {e for e in right if e[3] == k}) for k in kinds]
    both = len(given & right)
    return {
        "entity_f1": _f1(given, right),
        "entity_precision": both / len(given) if given else float(not right),
        "entity_recall": both / len(right) if right else float(not given),
        "macro_f1": float(np.mean(each)) if each else 1.0,
    }


def _f1(given: set[tuple[int, int, int, str]], right: set[tuple[int, int, int, str]]) -> float:
    """Of sets; 1 where both are empty, since then nothing is wrong."""
    total = len(given) + len(right)
    return 2 * len(given & right) / total if total else 1.0


def _f1_of(given: NDArray[np.bool_], right: NDArray[np.bool_]) -> float:
    total = int(given.sum()) + int(right.sum())
    return 2 * int((given & right).sum()) / total if total else 1.0


def _of_label(values: Floats, labels: Ints) -> Floats:
    return np.take_along_axis(values, labels[..., None], axis=-1)[..., 0]


def _refuse_nothing(labels: Ints) -> None:
    if not len(labels):
        raise ValueError("there is nothing to measure")
