"""What became of every draw is counted, so that nothing is missing from the sums."""

from collections import Counter
from typing import Any

import pytest

from augment.build import build_pipeline
from augment.counts import StepCount, StepCounts
from augment.record import Record
from augment.resources import Resources
from augment.spec import parse_spec

RECORDS = [
    Record(text, id=str(i))
    for i, text in enumerate(
        ["the cat sat on the mat", "42", "", "never again, said the tall man", "ok", "it is 5 pm"]
    )
]


@pytest.fixture(scope="module")
def resources() -> Resources:
    return Resources()


def drawn(resources: Resources, **fields: Any) -> tuple[StepCounts, int, Counter[str]]:
    counts = StepCounts()
    pipeline = build_pipeline(parse_spec({"copies": 3, "attempts": 4, **fields}), resources)
    outcomes = pipeline.augment_batch(RECORDS, counts=counts)
    told = Counter(refusal.step for one in outcomes for _, refusal in one.missing if refusal.step)
    return counts, sum(len(one.copies) for one in outcomes), told


def test_each_draw_comes_to_one_end(resources: Resources) -> None:
    steps = [{"kind": "masking", "rate": 0.3, "mask_token": "_"}, {"kind": "synonyms", "rate": 0.5}]
    checks = [{"kind": "length", "ratio_range": [0.85, 1.15], "slack": 0}]
    counts, copies, _ = drawn(resources, steps=steps, checks=checks)
    assert set(counts) == {"0.masking", "1.synonyms"}
    for count in counts.values():
        assert count.seen == count.edited + count.idle.total() + count.refused.total()
        assert 0 < count.kept <= copies
    assert sum(count.dropped["length"] for count in counts.values()) > 0


def test_a_refusal_names_the_check_that_said_it(resources: Resources) -> None:
    checks = [{"kind": "length", "ratio_range": [1.0, 1.0], "slack": 0}]
    _, _, told = drawn(resources, steps=[{"kind": "masking"}], checks=checks)
    assert set(told) == {"checks.0.length"}
    assert told.total() >= 9


def test_a_step_alone_makes_as_many_copies_as_it_keeps(resources: Resources) -> None:
    counts, copies, told = drawn(resources, steps=[{"kind": "masking", "rate": 0.2}])
    count = counts["0.masking"]
    assert count.kept == copies
    assert count.dropped["duplicate"] > 0
    assert count.idle["nothing_to_mask"] > 0
    assert not told


def test_counts_add_up_and_survive_json() -> None:
    one = StepCounts({"a": StepCount(3, 2, Counter(x=1), Counter(), Counter(y=1))})
    two = StepCounts.from_json(one.to_json())
    assert two == one
    two.add(one)
    two.add({"b": StepCount(1, 1)})
    assert two["a"] == StepCount(6, 4, Counter(x=2), Counter(), Counter(y=2))
    assert two["b"].kept == 1
