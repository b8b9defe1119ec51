"""The engine: refusals, attempts, combinators, threads."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from augment.build import build_pipeline
from augment.edits import Edit, Span
from augment.errors import ResourceError
from augment.lexicons.protected import Protection
from augment.pipeline import Pipeline
from augment.randomness import Stream
from augment.record import Record, Refusal
from augment.resources import Resources
from augment.spec import parse_spec
from augment.transforms.base import Proposal, Subject
from augment.transforms.combine import ChainNode, LeafNode
from tests.support.kinds import COMBINED


@dataclass(frozen=True)
class Scripted:
    """A leaf that does what a function says; the engine cannot tell it from a real one."""

    edits: Any
    exact: bool = True
    model: str | None = "scripted"

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        return [self.edits(s, stream) for s, stream in zip(batch, streams, strict=True)]


def scripted(edits: Any, **fields: Any) -> Pipeline:
    spec = parse_spec({"steps": [{"kind": "masking"}], **fields})
    return Pipeline(spec, ChainNode("", (LeafNode("0.scripted", Scripted(edits)),)), Protection())


def test_a_refused_copy_is_drawn_anew_and_then_told() -> None:
    def sometimes(subject: Subject, stream: Stream) -> Proposal:
        if stream.chance(0.5):
            return Refusal("unlucky", "0.5")
        return (Edit(0, "", f"{stream.below(10**6)} "),)

    outcomes = [
        scripted(sometimes, attempts=attempts).augment_batch(
            [Record("x", id=str(i)) for i in range(400)]
        )
        for attempts in (1, 4)
    ]
    missing = [sum(len(o.missing) for o in found) for found in outcomes]
    assert 150 < missing[0] < 250
    assert missing[1] < 60  # a sixteenth of 400 is 25
    reasons = Counter(r.reason for found in outcomes for o in found for _, r in o.missing)
    assert set(reasons) == {"unlucky"}


def test_a_lost_span_refuses_the_copy() -> None:
    def over_it(subject: Subject, stream: Stream) -> Proposal:
        return (Edit(0, "ab", "c"),)

    (outcome,) = scripted(over_it).augment_batch([Record("abc", spans=(Span(1, 3),))])
    assert outcome.copies == ()
    assert outcome.missing[0][1].reason == "span_lost"


def test_a_step_with_nothing_to_do_does_not_stop_the_others(resources: Resources) -> None:
    steps = [{"kind": "synonyms", "rate": 0.5}, {"kind": "masking", "rate": 0.5}]
    pipeline = build_pipeline(parse_spec({"steps": steps}), resources)
    nonsense, single = pipeline.augment_batch([Record("zork blag"), Record("zork")])
    assert [step.path for step in nonsense.copies[0].trail] == ["1.masking"]
    assert str(single.missing[0][1]) == "nothing_to_mask: 1 words, 1 of them free"


def test_the_only_possible_copy_is_made_once() -> None:
    (outcome,) = scripted(lambda s, r: (Edit(0, "a", "b"),), copies=3).augment_batch([Record("a")])
    assert [copy.record.text for copy in outcome.copies] == ["b"]
    assert [(n, str(r)) for n, r in outcome.missing] == [
        (2, "duplicate: the copy equals another copy of the record"),
        (3, "duplicate: the copy equals another copy of the record"),
    ]


def test_seed_and_copies_of_a_call_stand_in_for_those_of_the_spec(resources: Resources) -> None:
    pipeline = build_pipeline(parse_spec({"steps": [{"kind": "masking", "rate": 0.5}]}), resources)
    record = Record("cats dogs birds fish cows pigs goats sheep")
    (first,) = pipeline.augment_batch([record], copies=3, seed=1)
    (again,) = pipeline.augment_batch([record], copies=3, seed=1)
    (other,) = pipeline.augment_batch([record], copies=3, seed=2)
    assert len(first.copies) == 3
    assert first == again
    assert first != other


def test_each_record_may_have_copies_and_a_seed_of_its_own(resources: Resources) -> None:
    pipeline = build_pipeline(parse_spec({"steps": [{"kind": "masking", "rate": 0.5}]}), resources)
    records = [Record("cats dogs birds fish cows pigs goats sheep", id=str(i)) for i in range(3)]
    together = pipeline.augment_batch(records, copies=[1, 3, 0], seed=[7, 8, 9])
    alone = [
        pipeline.augment_batch([record], copies=copies, seed=seed)[0]
        for record, copies, seed in zip(records, [1, 3, 0], [7, 8, 9], strict=True)
    ]
    assert together == alone
    assert [len(outcome.copies) for outcome in together] == [1, 3, 0]


def test_fewer_copies_are_a_prefix_of_more(resources: Resources) -> None:
    pipeline = build_pipeline(parse_spec({"steps": [{"kind": "masking", "rate": 0.5}]}), resources)
    record = Record("cats dogs birds fish cows pigs goats sheep")
    (few,) = pipeline.augment_batch([record], copies=2)
    (many,) = pipeline.augment_batch([record], copies=5)
    assert many.copies[:2] == few.copies


def test_one_of_follows_its_weights(resources: Resources) -> None:
    masks = [{"kind": "masking", "mask_token": token} for token in ("A#", "B#", "C#")]
    spec = parse_spec({"steps": [{"kind": "one_of", "weights": [1, 0, 3], "steps": masks}]})
    pipeline = build_pipeline(spec, resources)
    records = [Record("where is my parcel", id=str(i)) for i in range(2_000)]
    paths = Counter(o.copies[0].trail[0].path for o in pipeline.augment(records))
    assert set(paths) == {"0.one_of.0.masking", "0.one_of.2.masking"}
    assert 400 < paths["0.one_of.0.masking"] < 600


def test_some_of_runs_k_in_order(resources: Resources) -> None:
    masks = [{"kind": "masking", "rate": 0.2, "mask_token": token} for token in ("A#", "B#", "C#")]
    spec = parse_spec({"steps": [{"kind": "some_of", "k": [1, 2], "steps": masks}]})
    records = [Record("where is my parcel today please", id=str(i)) for i in range(300)]
    counts: Counter[int] = Counter()
    for outcome in build_pipeline(spec, resources).augment(records):
        paths = [step.path for step in outcome.copies[0].trail]
        assert paths == sorted(paths)
        counts[len(paths)] += 1
    assert set(counts) == {1, 2}


def test_maybe_happens_as_often_as_it_says(resources: Resources) -> None:
    step = {"kind": "maybe", "p": 0.25, "step": {"kind": "masking"}}
    pipeline = build_pipeline(parse_spec({"steps": [step], "attempts": 1}), resources)
    found = list(pipeline.augment([Record("where is it", id=str(i)) for i in range(2_000)]))
    assert 400 < sum(len(outcome.copies) for outcome in found) < 600


@pytest.mark.parametrize("step", COMBINED.values(), ids=COMBINED)
def test_eight_threads_give_the_serial_answer(step: dict[str, Any], resources: Resources) -> None:
    pipeline = build_pipeline(parse_spec({"steps": [step], "copies": 2}), resources)
    records = [
        Record(f"The {size} dogs found a {kind} house near the old market", id=f"{size}{kind}{i}")
        for size in ("big", "small", "happy")
        for kind in ("nice", "quiet", "cheap")
        for i in range(8)
    ]
    serial = [pipeline.augment_batch([record]) for record in records]
    with ThreadPoolExecutor(8) as pool:
        threaded = list(pool.map(lambda record: pipeline.augment_batch([record]), records))
    assert threaded == serial


def test_the_users_own_phrases_are_protected(resources: Resources) -> None:
    spec = parse_spec(
        {
            "steps": [{"kind": "masking", "rate": 1, "mask_token": "_"}],
            "protect": {"phrases": ["blue parrot"], "patterns": ["k[0-9a-z]+z"]},
        }
    )
    (outcome,) = build_pipeline(spec, resources).augment_batch(
        [Record("we saw the Blue  Parrot near kiwiz today")]
    )
    assert outcome.copies[0].record.text == "_ _ _ Blue  Parrot _ kiwiz _"


@pytest.mark.parametrize(
    ("content", "token"),
    [('{"mask_token": "<mask>"}', "<mask>"), ('{"mask_token": {"content": "[M]"}}', "[M]")],
)
def test_the_mask_token_of_a_tokenizer_on_disk(
    content: str, token: str, tmp_path: Any, resources: Resources
) -> None:
    (tmp_path / "tokenizer_config.json").write_text(content)
    spec = parse_spec({"steps": [{"kind": "masking", "tokenizer": str(tmp_path)}]})
    (outcome,) = build_pipeline(spec, resources).augment_batch([Record("cats dogs birds")])
    assert token in outcome.copies[0].record.text


def test_a_tokenizer_that_is_nowhere_is_named(tmp_path: Any, resources: Resources) -> None:
    spec = parse_spec({"steps": [{"kind": "masking", "tokenizer": str(tmp_path / "no")}]})
    with pytest.raises(ResourceError, match=r"tokenizer: .*no is not a folder"):
        build_pipeline(spec, resources)


def test_a_tokenizer_without_a_mask_token_is_refused(tmp_path: Any, resources: Resources) -> None:
    (tmp_path / "tokenizer_config.json").write_text('{"mask_token": null}')
    spec = parse_spec({"steps": [{"kind": "masking", "tokenizer": str(tmp_path)}]})
    with pytest.raises(ResourceError, match="names no mask token"):
        build_pipeline(spec, resources)
