"""The guards that a careful user puts in a spec, on pairs written to trap them."""

from collections import Counter

import pytest

from augment.resources import Resources
from tests.bench.traps import CAREFUL, FOLDER, read, refusals


@pytest.mark.parametrize("name", ["seen", "unseen"])
def test_label_flipping_copies_are_caught_and_harmless_ones_kept(
    name: str, resources: Resources
) -> None:
    traps = read(FOLDER / f"{name}.jsonl")
    assert Counter(trap.flips for trap in traps) == {True: 100, False: 100}
    found = refusals(traps, resources)
    missed = [t for t, refusal in zip(traps, found, strict=True) if t.flips and refusal is None]
    dropped = [t for t, refusal in zip(traps, found, strict=True) if not t.flips and refusal]
    assert len(missed) <= 2, missed
    assert len(dropped) <= 3, dropped


def test_most_traps_pass_an_embedding_and_a_length(resources: Resources) -> None:
    traps = [trap for trap in read(FOLDER / "seen.jsonl") if trap.flips]
    blind = [check for check in CAREFUL if check["kind"] in ("length", "repetition", "meaning")]
    caught = sum(refusal is not None for refusal in refusals(traps, resources, blind))
    assert caught < 30
