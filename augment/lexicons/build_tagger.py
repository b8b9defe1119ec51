"""Packs the averaged perceptron of `textblob-aptagger` into the text that `tagger.py` reads."""

import pickle
import struct
from pathlib import Path
from typing import Any

from augment.lexicons.tagger import LANE_BITS

_SCALE = 1000


class _SetsOnly(pickle.Unpickler):
    """Reads dicts, lists, strings, numbers and sets; anything else in the pickle is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in {("__builtin__", "set"), ("builtins", "set")}:
            return set
        raise pickle.UnpicklingError(f"the tagger's pickle asks for {module}.{name}: not read")


def pack(path: Path) -> tuple[str, bytes]:
    """The tagger as text (tags, words with one tag, features), and its weights as int32.

    A feature line is `feature<TAB>number of weights`. A weight is `thousandths << 6 | place of its
    tag in line one`; whole thousandths are exact, since the source rounds to three decimals.
    """
    with path.open("rb") as file:
        weights, single, classes = _SetsOnly(file, encoding="latin-1").load()
    tags = sorted(classes)
    lanes = {tag: lane for lane, tag in enumerate(tags)}
    features = sorted(weights)
    head = [" ".join(tags), *(f"{word}\t{tag}" for word, tag in sorted(single.items()))]
    body = [f"{feature}\t{len(weights[feature])}" for feature in features]
    codes = [
        round(weight * _SCALE) << LANE_BITS | lanes[tag]
        for feature in features
        for tag, weight in sorted(weights[feature].items())
    ]
    return "\n".join([*head, "", *body]) + "\n", struct.pack(f"<{len(codes)}i", *codes)
