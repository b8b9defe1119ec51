"""One table of steps that every generic test runs over; a new kind enters here."""

from typing import Any

# Steps that need no model, by a name for the test's id.
WORD_LEVEL: dict[str, dict[str, Any]] = {
    "masking": {"kind": "masking", "rate": 0.3},
    "masking spans": {"kind": "masking", "rate": 0.4, "span_range": [1, 3], "mask_token": "<mask>"},
    "synonyms": {"kind": "synonyms", "rate": 0.4},
    "synonyms phrases": {"kind": "synonyms", "rate": 0.4, "phrases": True},
}

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
