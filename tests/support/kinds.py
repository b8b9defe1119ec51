"""One table of steps that every generic test runs over; a new kind enters here."""

from pathlib import Path
from typing import Any

from tests.support.tiny_vectors import VECTORS

# Steps that need no model, by a name for the test's id.
WORD_LEVEL: dict[str, dict[str, Any]] = {
    "masking": {"kind": "masking", "rate": 0.3},
    "masking spans": {"kind": "masking", "rate": 0.4, "span_range": [1, 3], "mask_token": "<mask>"},
    "synonyms": {"kind": "synonyms", "rate": 0.4},
    "deletion": {"kind": "deletion", "rate": 0.4},
    "swap": {"kind": "swap", "rate": 0.4},
    "swap far": {"kind": "swap", "rate": 0.4, "distance": 4},
    "insertion": {"kind": "insertion", "rate": 0.4},
    "punctuation": {"kind": "punctuation"},
    "contractions": {"kind": "contractions", "rate": 1.0},
    "casing": {"kind": "casing"},
    "typos": {"kind": "typos", "rate": 0.4, "per_word": 2},
    "typos azerty": {"kind": "typos", "rate": 1.0, "layout": "azerty", "keep_first": False},
    "misspellings": {"kind": "misspellings", "rate": 0.5},
    "ocr": {"kind": "ocr", "rate": 0.4, "per_word": 2},
    "unicode_noise": {"kind": "unicode_noise", "rate": 0.4, "per_word": 2},
    "formats": {"kind": "formats", "rate": 1.0},
    "names": {"kind": "names"},
    "names spans": {"kind": "names", "spans": {"L0": "person", "L1": "place"}},
    "embeddings": {"kind": "embeddings", "rate": 0.4, "vectors": str(VECTORS)},
    "synonyms phrases": {"kind": "synonyms", "rate": 0.4, "phrases": True},
}

# Kinds that may write a value in another way ("do not", "don't"), so that only its meaning stays.
REWORDING = {"contractions", "casing", "formats"}

COMBINED: dict[str, dict[str, Any]] = {
    "chain": {"kind": "chain", "steps": [WORD_LEVEL["synonyms"], WORD_LEVEL["masking"]]},
    "maybe": {"kind": "maybe", "p": 0.5, "step": WORD_LEVEL["masking"]},
    "one_of": {
        "kind": "one_of",
        "weights": [1, 2],
        "steps": [WORD_LEVEL["synonyms"], WORD_LEVEL["masking spans"]],
    },
    "some_of": {
        "kind": "some_of",
        "k": [1, 2],
        "steps": [WORD_LEVEL["synonyms"], WORD_LEVEL["masking"]],
    },
}

EVERY = {**WORD_LEVEL, **COMBINED}


def with_models(masked: Path) -> dict[str, dict[str, Any]]:
    """Steps that need a model, by a name; `masked` is the folder of a masked language model."""
    fill = {"kind": "fill_mask", "model": str(masked), "rate": 0.4, "min_probability": 0.0}
    return {
        "fill_mask": fill,
        "fill_mask stopwords": {**fill, "rate": 1.0, "stopwords": True},
        "synonyms in context": {"kind": "synonyms", "rate": 0.4, "rank": "context"},
    }


def keeps_span_words(step: dict[str, Any]) -> bool:
    """Whether a step leaves the words of labelled spans; `names` exchanges those of `spans`."""
    return not step.get("spans")
