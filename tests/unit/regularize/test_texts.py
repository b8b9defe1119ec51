"""What an epoch has: a function of seed and epoch, whatever came before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from augment.build import build_pipeline
from augment.datasets.expand import ExpandRequest, expand
from augment.errors import DataError
from augment.presets import preset
from augment.resources import Resources
from regularize.augmentation import copies_of
from regularize.encoding import Collator, Encoded, Encoding
from regularize.errors import RecipeError
from regularize.recipe import Augmentation
from regularize.sources import Original, PipelineSource, with_mask_token
from regularize.texts import Copies, EpochOrder, EpochTexts, Pairs
from tests.support.tiny_encoder import tiny_examples, write_tiny_encoder

ORIGINALS = tuple(Original(e.id, e.text, str(e.label)) for e in tiny_examples(12))


class Numbered:
    """Copies that say of which epoch they are; none of every third text."""

    def copies(self, originals: Sequence[Original], epoch: int) -> Mapping[str, tuple[str, ...]]:
        return {
            one.id: (f"the {one.text}", f"my {one.text}") if epoch % 2 else (f"a {one.text}",) * 2
            for one in originals
            if not one.id.endswith("3")
        }

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory):
    folder = write_tiny_encoder(tmp_path_factory.mktemp("model") / "bert")
    return AutoTokenizer.from_pretrained(folder)


def texts(tokenizer, copies: Copies | None = None, pairs: Pairs | None = None) -> EpochTexts:
    encoding = Encoding(tokenizer, 24, ("a", "b", "c"), "single")
    encoded = [Encoded(encoding.ids(one.text), number % 3) for number, one in enumerate(ORIGINALS)]
    return EpochTexts(ORIGINALS, encoded, encoding, seed=1, copies=copies, pairs=pairs)


def shown(tokenizer, found: EpochTexts) -> list[str]:
    return [tokenizer.decode(found[i].ids, skip_special_tokens=True) for i in range(len(found))]


def test_copies_stand_beside_their_original_with_its_label(tokenizer) -> None:
    found = texts(tokenizer, Copies(Numbered(), 2))
    found.begin(1)
    assert len(found) == 36
    lines = shown(tokenizer, found)
    for number, one in enumerate(ORIGINALS):
        missing = one.id.endswith("3")
        expected = [
            one.text,
            *([one.text] * 2 if missing else [f"the {one.text}", f"my {one.text}"]),
        ]
        assert lines[3 * number : 3 * number + 3] == expected
        assert {found[3 * number + i].label for i in range(3)} == {number % 3}


def test_instead_an_epoch_is_as_long_as_the_data_and_draws_anew(tokenizer) -> None:
    found = texts(tokenizer, Copies(Numbered(), 2, instead=True, p=0.5))
    found.begin(0)
    first = shown(tokenizer, found)
    assert len(found) == 12
    replaced = sum(line != one.text for line, one in zip(first, ORIGINALS, strict=True))
    assert 0 < replaced < 11
    found.begin(1)
    assert shown(tokenizer, found) != first
    found.begin(0)
    assert shown(tokenizer, found) == first
    fresh = texts(tokenizer, Copies(Numbered(), 2, instead=True, p=0.5))
    fresh.begin(0)
    assert shown(tokenizer, fresh) == first


def test_views_come_with_their_texts_and_all_of_the_pool_has_a_turn(tokenizer) -> None:
    pool = tuple(Original(f"u:{n}", f"{'my ' * n}parcel") for n in range(1, 7))
    found = texts(tokenizer, pairs=Pairs(pool, Numbered(), 2))
    found.begin(0)
    pairs = [pair for i in range(len(found)) for pair in found[i].views]
    assert len(pairs) == 24
    decoded = [
        tuple(tokenizer.decode(ids, skip_special_tokens=True) for ids in pair) for pair in pairs
    ]
    assert Counter(text for text, _ in decoded) == {one.text: 4 for one in pool}
    assert {view for text, view in decoded if text == pool[0].text} == {"a my parcel"}
    # Of the third no copy can be made: it is its own view.
    assert {view for text, view in decoded if text == pool[2].text} == {pool[2].text}


def test_the_order_is_that_of_the_epoch_and_balanced_each_label_has_its_share(tokenizer) -> None:
    found = texts(tokenizer)
    found.begin(0)
    order = EpochOrder(found, 5)
    first = list(order)
    assert sorted(first) == list(range(12))
    assert list(order) == first
    found.begin(1)
    assert list(order) != first
    balanced = list(EpochOrder(found, 5, [[0], [1, 2], list(range(3, 12))]))
    counts = Counter(0 if i == 0 else 1 if i < 3 else 2 for i in balanced)
    assert counts == {0: 4, 1: 4, 2: 4}


def test_a_batch_has_the_labelled_texts_first_and_the_views_behind(tokenizer) -> None:
    item = Encoded([2, 7, 3], 1, views=(([2, 8, 9, 3], [2, 9, 3]), ([2, 3], [2, 8, 3])))
    batch = Collator(0, "single")([item, Encoded([2, 7, 8, 9, 3], 0)])
    assert batch["input_ids"].tolist() == [
        [2, 7, 3, 0, 0],
        [2, 7, 8, 9, 3],
        [2, 9, 3, 0, 0],
        [2, 8, 3, 0, 0],
    ]
    assert batch["attention_mask"].sum(1).tolist() == [3, 5, 3, 3]
    assert batch["teacher_input_ids"].tolist() == [[2, 8, 9, 3], [2, 3, 0, 0]]
    assert batch["labels"].tolist() == [1, 0]


def test_long_texts_are_cut_before_their_end_mark_and_counted_once(tokenizer) -> None:
    encoding = Encoding(tokenizer, 5, ("a",), "single")
    ids = encoding.ids(" ".join(["parcel"] * 9))
    assert len(ids) == 5
    assert ids[-1] == tokenizer.sep_token_id
    encoding.ids(" ".join(["parcel"] * 9))
    assert encoding.cut == 1


def test_the_mask_is_the_models_own(tokenizer, resources: Resources) -> None:
    tokenizer.mask_token = "[MASK]"
    spec = with_mask_token(preset("mask"), "<mask>")
    source = PipelineSource(build_pipeline(spec, resources), 1, fresh=True)
    copies = source.copies(ORIGINALS, 0)
    assert all("<mask>" in text for found in copies.values() for text in found)
    with pytest.raises(RecipeError, match="no mask token"):
        with_mask_token(preset("default"), None)
    wanted = Augmentation(preset="mask")
    drawn = copies_of(wanted, ORIGINALS, tokenizer, resources).source.copies(ORIGINALS, 0)
    masked = next(text for found in drawn.values() for text in found)
    assert tokenizer.mask_token_id in tokenizer(masked)["input_ids"]


def test_a_fresh_draw_each_epoch_and_without_it_the_copies_of_expand(resources: Resources) -> None:
    pipeline = build_pipeline(preset("light"), resources)
    fresh = PipelineSource(pipeline, 2, fresh=True)
    assert fresh.copies(ORIGINALS, 0) != fresh.copies(ORIGINALS, 1)
    assert fresh.copies(ORIGINALS[::-1], 1) == fresh.copies(ORIGINALS, 1)
    fixed = PipelineSource(pipeline, 1, fresh=False)
    assert fixed.copies(ORIGINALS, 0) == fixed.copies(ORIGINALS, 1)


def test_the_copies_of_an_expanded_file_are_those_of_the_run(
    tokenizer, resources: Resources, tmp_path: Path
) -> None:
    rows = [f"{one.id},{one.text},{one.label}" for one in ORIGINALS]
    (tmp_path / "in.csv").write_text("\n".join(["id,text,label", *rows]) + "\n")
    pipeline = build_pipeline(preset("light"), resources)
    from augment.datasets.columns import Columns

    expand(
        ExpandRequest(
            input=tmp_path / "in.csv", output=tmp_path / "out.csv", columns=Columns(id="id")
        ),
        pipeline,
    )
    of_file = copies_of(Augmentation(file=tmp_path / "out.csv"), ORIGINALS, tokenizer, resources)
    in_run = PipelineSource(pipeline, 1, fresh=False).copies(ORIGINALS, 0)
    assert of_file.source.copies(ORIGINALS, 3) == in_run
    others = tuple(Original(f"other:{n}", one.text) for n, one in enumerate(ORIGINALS))
    with pytest.raises(DataError, match="has no copy of any of the texts"):
        copies_of(Augmentation(file=tmp_path / "out.csv"), others, tokenizer, resources)
    with pytest.raises(DataError, match="has no column 'source_id'"):
        copies_of(Augmentation(file=tmp_path / "in.csv"), ORIGINALS, tokenizer, resources)
