"""Draws: what decides them, what they agree with, and what never comes out."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from augment.randomness import Stream
from augment.translation import Decoding, Draw
from augment.translation.drawing import Drawing, check, choose, uniform
from augment.translation.embedded import prepare
from augment.translation.marian import MarianTranslator
from tests.support.tiny_marian import write_tiny_marian

TEXTS = [
    "Where is my parcel?",
    "The quick brown fox jumps over the lazy dog.",
    "No.",
    "Where is my parcel?",
    "The dog was not lazy, and it has not come.",
]
KEYS = [1, 2, 3, 4, 1 << 63]


@pytest.fixture(
    scope="module", params=["tiny", pytest.param("embedded", marks=pytest.mark.weights)]
)
def translator(
    request: pytest.FixtureRequest, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> MarianTranslator:
    if request.param == "embedded":
        return MarianTranslator.load(prepare("en-pt", cache), "en", "pt")
    return MarianTranslator.load(_tiny(tmp_path_factory), "en", "pt")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> MarianTranslator:
    return MarianTranslator.load(_tiny(tmp_path_factory), "en", "pt")


def _tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_marian(tmp_path_factory.mktemp("tiny") / "m")


@pytest.mark.parametrize("draw", [Draw(), Draw(top_k=20), Draw(0.8, top_p=0.9)])
def test_company_and_order_change_no_draw(translator: MarianTranslator, draw: Draw) -> None:
    decoding = Decoding(draw=draw)
    together = translator.translate(TEXTS, decoding, KEYS)
    alone = [
        translator.translate([text], decoding, [key])[0]
        for text, key in zip(TEXTS, KEYS, strict=True)
    ]
    assert alone == together
    order = [3, 0, 4, 2, 1]
    shuffled = translator.translate([TEXTS[i] for i in order], decoding, [KEYS[i] for i in order])
    assert shuffled == [together[i] for i in order]


def test_keys_decide(translator: MarianTranslator) -> None:
    decoding = Decoding(draw=Draw(1.5, top_k=50))
    several = translator.translate(TEXTS[:1] * 12, decoding, [*range(10), 0, 0])
    assert several[10] == several[11] == several[0]
    assert len({found.text for (found,) in several}) > 3
    fresh = translator.translate(TEXTS[:1] * 12, decoding)
    assert len({found.text for (found,) in fresh}) > 3


@pytest.mark.parametrize("draw", [Draw(1e-30), Draw(top_k=1), Draw(top_p=1e-9)])
def test_the_narrowest_draws_are_greedy(translator: MarianTranslator, draw: Draw) -> None:
    assert translator.translate(TEXTS, Decoding(draw=draw), KEYS) == translator.translate(TEXTS)


def test_a_key_for_each_text(tiny: MarianTranslator) -> None:
    with pytest.raises(ValueError, match="5 texts need as many keys, not 1"):
        tiny.translate(TEXTS, Decoding(draw=Draw()), [1])


def test_drawing_is_no_search(tiny: MarianTranslator) -> None:
    with pytest.raises(ValueError, match="beam and hypotheses must be 1, not 4 and 2"):
        tiny.translate(TEXTS, Decoding(4, 2, draw=Draw()), KEYS)


def test_pieces_come_as_often_as_the_model_says(tiny: MarianTranslator) -> None:
    model = tiny._model
    count = 2_000
    ids = torch.tensor([tiny._encode(TEXTS[:1])[0]])
    with torch.inference_mode():
        start = torch.tensor([[model.config.decoder_start_token_id]])
        scores = model(input_ids=ids, decoder_input_ids=start).logits[0, -1]
        scores[model.config.pad_token_id] = -torch.inf
        drawn = model.generate(
            input_ids=ids.expand(count, -1),
            attention_mask=torch.ones_like(ids).expand(count, -1),
            max_new_tokens=1,
            max_length=None,
            num_beams=1,
            do_sample=False,
            logits_processor=[Drawing(Draw(), range(count))],
        )[:, 1]
    seen = torch.bincount(drawn, minlength=len(scores)) / count
    assert seen[model.config.pad_token_id] == 0
    distance = (seen - scores.softmax(-1)).abs().sum() / 2
    # Draws of a fair die with 90 sides lie 0.085 apart from it, give or take 0.006.
    assert distance < 0.11


@given(st.integers(0, (1 << 64) - 1), st.integers(0, 300))
def test_the_numbers_are_those_of_the_stream(key: int, position: int) -> None:
    stream = Stream(key)
    assert [stream.random() for _ in range(position + 1)][-1] == uniform(key, position)


def _reference(scores: list[float], draw: Draw, point: float) -> int:
    """The same by hand, piece for piece."""
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    order = order[: draw.top_k or None]
    weights = torch.tensor([scores[i] / draw.temperature for i in order]).double().softmax(-1)
    kept, before = [], 0.0
    for piece, weight in zip(order, weights.tolist(), strict=True):
        if before < draw.top_p:
            kept.append((piece, weight))
        before += weight
    target = point * sum(weight for _, weight in kept)
    for piece, weight in kept:
        target -= weight
        if target < 0:
            return piece
    return kept[-1][0]


@pytest.mark.parametrize(
    "draw",
    [Draw(), Draw(0.5), Draw(2.0, 7), Draw(top_p=0.7), Draw(3.0, top_p=0.97), Draw(1, 9, 0.6)],
)
@pytest.mark.parametrize("size", [3, 60])
def test_choose_agrees_with_the_definition(draw: Draw, size: int) -> None:
    stream = Stream(5)
    rows = [[stream.random() * 9 for _ in range(size)] for _ in range(200)]
    points = [stream.random() for _ in rows]
    drawn = choose(torch.tensor(rows), draw, torch.tensor(points, dtype=torch.float64))
    assert drawn.tolist() == [
        _reference(row, draw, point) for row, point in zip(rows, points, strict=True)
    ]


@pytest.mark.parametrize("top_p", [1.0, 0.99])
def test_rare_pieces_come_as_often_as_they_should(top_p: float) -> None:
    # Flat over far more pieces than are looked at first: nearly all draws fall behind those.
    count = 4_000
    scores = torch.zeros(1, 1_000).expand(count, -1).clone()
    scores[:, 17] = -torch.inf
    points = torch.arange(count, dtype=torch.float64) / count
    drawn = Counter(choose(scores, Draw(top_p=top_p), points).tolist())
    assert 17 not in drawn
    assert len(drawn) >= 985
    assert max(drawn.values()) <= 6


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (Draw(0), "temperature must be above 0, not 0"),
        (Draw(float("nan")), "temperature must be above 0, not nan"),
        (Draw(top_k=-1), "top_k must be at least 1, or 0 for all pieces, not -1"),
        (Draw(top_p=0), "top_p must be above 0 and at most 1, not 0"),
        (Draw(top_p=1.5), "top_p must be above 0 and at most 1, not 1.5"),
    ],
)
@pytest.mark.parametrize("use", [check, lambda draw: Drawing(draw, [1])])
def test_what_is_no_distribution_is_refused(
    use: Callable[[Draw], object], draw: Draw, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        use(draw)
