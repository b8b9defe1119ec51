"""Copies of tagged texts in a run: those of `augment expand`, tags in their place."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from augment.build import build_pipeline
from augment.datasets.columns import Columns
from augment.datasets.expand import ExpandRequest, expand
from augment.errors import DataError
from augment.resources import Resources
from augment.spec import parse_spec
from regularize.augmentation import copies_of
from regularize.data import Split
from regularize.errors import RecipeError
from regularize.losses import IGNORED
from regularize.reading import read_examples
from regularize.recipe import Augmentation
from regularize.run import prepare
from regularize.sources import Original
from regularize.tagged import TaggedCopy
from tests.support.tiny_encoder import write_tiny_encoder
from tests.support.training import tiny_request

SPEC = parse_spec({"steps": [{"kind": "masking", "rate": 0.5}], "seed": 3, "copies": 2})
ROWS = [
    {"id": f"r{n}",
     "tokens": ["please", "help", "with", "the", "late", "parcel", "of", name, *rest],
     "tags": ["O"] * 7 + ["B-PER"] + ["I-PER"] * len(rest)}
    for n, (name, rest) in enumerate(
        [("Anna", []), ("Maria", ["Lind"]), ("Tom", []), ("Li", ["Wei"]), ("Olga", []), ("Sam", [])]
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_encoder(tmp_path_factory.mktemp("model") / "bert")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)) + "\n")
    return path


@pytest.fixture
def expanded(data: Path, resources: Resources) -> Path:
    output = data.with_name("out.jsonl")
    columns = Columns(tokens="tokens", tags="tags", id="id")
    with_mask = parse_spec({**SPEC.model_dump(mode="json"), "steps": [MASKED]})
    expand(
        ExpandRequest(input=data, output=output, columns=columns),
        build_pipeline(with_mask, resources),
    )
    return output


MASKED = {"kind": "masking", "rate": 0.5, "mask_token": "[MASK]"}


def originals() -> tuple[Original, ...]:
    return tuple(
        Original(
            str(row["id"]), " ".join(row["tokens"]), None, tuple(row["tokens"]), tuple(row["tags"])
        )
        for row in ROWS
    )


def drawn(
    wanted: Augmentation, model: Path, resources: Resources, epoch: int = 0
) -> dict[str, Sequence[TaggedCopy]]:
    tokenizer = AutoTokenizer.from_pretrained(model)
    copies = copies_of(wanted, originals(), tokenizer, resources, tagged=True)
    return dict(copies.source.copies(originals(), epoch))


def test_the_run_draws_the_copies_of_expand_with_their_tags(
    model: Path, resources: Resources, expanded: Path
) -> None:
    found = drawn(Augmentation(pipeline=SPEC, copies=2, fresh=False), model, resources)
    written = [one for one in read_examples(str(expanded)).rows if one.source_id is not None]
    assert len(written) > 6
    assert sorted((s, c.tokens, c.tags) for s, each in found.items() for c in each) == sorted(
        (str(one.source_id), one.tokens, one.label) for one in written
    )
    assert found == drawn(Augmentation(file=expanded, copies=2), model, resources)
    for row in ROWS:
        for copy in found[str(row["id"])]:
            assert "[MASK]" in copy.tokens
            entity = [t for t, tag in zip(copy.tokens, copy.tags, strict=True) if tag != "O"]
            assert entity == row["tokens"][7:]


def test_each_epoch_draws_anew(model: Path, resources: Resources) -> None:
    wanted = Augmentation(pipeline=SPEC, copies=2)
    first, second = (drawn(wanted, model, resources, epoch) for epoch in (0, 1))
    assert first != second
    assert first == drawn(wanted, model, resources, 0)


def test_copies_stand_in_the_batch_with_a_tag_for_each_word(
    model: Path, resources: Resources, tmp_path: Path, data: Path
) -> None:
    rows = read_examples(str(data)).rows
    split = Split(rows, rows, (), ("B-PER", "I-PER", "O"), "tags")
    fields = {"augmentation": {"pipeline": SPEC.model_dump(mode="json"), "copies": 2}}
    texts = prepare(tiny_request(model, tmp_path / "run", resources, split, **fields)).texts
    texts.begin(0)
    assert len(texts) == 18
    mask = AutoTokenizer.from_pretrained(model).mask_token_id
    masked = 0
    for number in range(18):
        one, row = texts[number], ROWS[number // 3]
        assert len(one.ids) == len(one.label) <= 24
        tags = [tag for tag in one.label if tag != IGNORED]
        assert tags[-len(row["tokens"]) + 7 :] == [0, *[1] * (len(row["tokens"]) - 8)]
        masked += mask in one.ids
    assert 6 < masked <= 12


def test_what_cannot_be_is_refused(model: Path, resources: Resources, data: Path) -> None:
    swap = parse_spec({"steps": [{"kind": "swap"}]})
    with pytest.raises(RecipeError, match="swap may break"):
        drawn(Augmentation(pipeline=swap), model, resources)
    with pytest.raises(RecipeError, match="copies of a service come without tags"):
        drawn(Augmentation(preset="mask", url="http://localhost:1"), model, resources)
    plain = data.with_name("plain.csv")
    plain.write_text("id,text,label\n1,a parcel,x\n2,a bill,y\n")
    with pytest.raises(DataError, match="its rows have no tags"):
        drawn(Augmentation(file=plain), model, resources)
    with pytest.raises(DataError, match="has no copy of any of the texts"):
        drawn(Augmentation(file=data), model, resources)
