"""A small real file of word vectors, `data/vectors.vec`: truncated SVD of what stands near what.

Its texts are the packaged sample set and those of the laws, with synonyms put in, so that words of
like meaning stand in like places. It is made by `python -m tests.support.tiny_vectors`.
"""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from augment.build import build_pipeline
from augment.record import Record
from augment.resources import Resources
from augment.samples import sample_file
from augment.spec import parse_spec
from augment.words import split_words
from tests.support.strategies import SAMPLES

VECTORS = Path(__file__).parent / "data" / "vectors.vec"

_WIDTH = 16
_WINDOW = 4
_LEAST = 6  # times that a word is seen
_COPIES = 8


def _texts() -> list[str]:
    with sample_file("sample:support") as path, path.open(encoding="utf-8", newline="") as file:
        originals = [row["text"] for row in csv.DictReader(file)] + [*SAMPLES] * _COPIES
    spec = parse_spec({"steps": [{"kind": "synonyms", "rate": 0.5}], "copies": _COPIES})
    with Resources() as resources:
        made = build_pipeline(spec, resources)
        outcomes = list(made.augment(Record(t, f"{i}") for i, t in enumerate(originals)))
    return originals + [copy.record.text for o in outcomes for copy in o.copies]


def word_vectors(texts: list[str], width: int = _WIDTH) -> dict[str, npt.NDArray[np.float64]]:
    """Positive pointwise mutual information of words and their neighbours, cut to `width`."""
    found = [[w.surface.lower() for w in split_words(t) if w.surface.isalpha()] for t in texts]
    counts = Counter(word for words in found for word in words)
    words = [word for word, count in counts.most_common() if count >= _LEAST]
    places = {word: place for place, word in enumerate(words)}
    pairs = np.zeros((len(words), len(words)))
    for text in found:
        for at, word in enumerate(text):
            for other in text[max(0, at - _WINDOW) : at]:
                if word in places and other in places:
                    pairs[places[word], places[other]] += 1
                    pairs[places[other], places[word]] += 1
    sums = np.maximum(pairs.sum(axis=1), 1)
    ratio = pairs * pairs.sum() / np.outer(sums, sums)
    left, values, _ = np.linalg.svd(np.log(np.maximum(ratio, 1)))
    rows = left[:, :width] * np.sqrt(values[:width])
    return dict(zip(words, rows, strict=True))


def write_vectors(path: Path, vectors: dict[str, npt.NDArray[np.float64]]) -> Path:
    """As fastText writes a .vec file."""
    width = len(next(iter(vectors.values())))
    lines = [f"{len(vectors)} {width}"]
    lines += [f"{word} {' '.join(f'{x:.3f}' for x in row)}" for word, row in vectors.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write_vectors(VECTORS, word_vectors(_texts())))
