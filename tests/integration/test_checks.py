"""Checks in a whole run: `expand` fits them, redraws, and tells what was dropped, with scores."""

import json
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from augment.build import build_pipeline
from augment.datasets.columns import Columns
from augment.datasets.expand import ExpandRequest, expand
from augment.datasets.summary import Summary
from augment.errors import DataError
from augment.presets import preset
from augment.record import Record
from augment.resources import Resources
from augment.spec import parse_spec

CARDS = ("my new card has not come", "the card that i ordered is not here", "where is the card")
MONEY = ("send the money to my friend", "i want to send some money home", "how do i send money")


def rows() -> list[dict[str, str]]:
    return [
        {"text": f"{start} {text} {end}", "label": label}
        for label, texts in (("card", CARDS), ("money", MONEY))
        for text in texts
        for start in ("hello", "please", "sorry but")
        for end in ("today", "this week", "")
    ]


def run(
    folder: Path, resources: Resources, *, given: Any = None, name: str = "out", **fields: Any
) -> tuple[Summary, list[dict[str, Any]], list[dict[str, Any]]]:
    """The summary, the rows of the output, and the lines of the rejects file."""
    source, output = folder / "in.jsonl", folder / f"{name}.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in (given or rows())))
    spec = {"steps": [{"kind": "deletion", "rate": 0.3}], "copies": 3, **fields}
    request = ExpandRequest(
        input=source,
        output=output,
        force=True,
        columns=Columns(split="split" if given and "split" in given[0] else None),
    )
    summary = expand(request, build_pipeline(parse_spec(spec), resources))
    rejects = request.rejects_path
    assert rejects is not None
    told = rejects.read_text().splitlines() if rejects.is_file() else []
    written = [json.loads(line) for line in output.read_text().splitlines()]
    return summary, written, [json.loads(line) for line in told]


def test_dropped_copies_are_in_the_rejects_file_with_their_scores(
    tmp_path: Path, resources: Resources
) -> None:
    checks = [{"kind": "length", "ratio_range": [0.85, 1.0], "slack": 0}]
    summary, written, rejects = run(tmp_path, resources, checks=checks, attempts=2)
    assert summary.asked == summary.written + sum(summary.dropped.values())
    lengths = [one for one in rejects if one["reason"] == "length"]
    assert len(lengths) == summary.dropped["length"]
    assert all(one["score"] < 0.85 and "characters became" in one["detail"] for one in lengths)
    more, _, _ = run(tmp_path, resources, checks=checks, attempts=40, name="more")
    assert more.written > summary.written
    assert {row["label"] for row in written} == {"card", "money"}


def test_no_two_texts_of_the_output_are_near_duplicates(
    tmp_path: Path, resources: Resources
) -> None:
    from augment.checks.fingerprints import likeness

    given = rows()
    summary, written, rejects = run(
        tmp_path, resources, checks=[{"kind": "duplicates", "near": 0.8}], attempts=20
    )
    assert summary.dropped["near_duplicate"] == len(rejects)
    texts = [row["text"] for row in written if row["copy"]]
    assert len(texts) > len(given)
    for number, text in enumerate(texts):
        for other in (*texts[:number], *(row["text"] for row in given)):
            assert likeness(text, other) < 0.8
    again = run(tmp_path, resources, checks=[{"kind": "duplicates", "near": 0.8}], attempts=20)
    assert again[1:] == (written, rejects)


def test_no_copy_gives_away_a_row_of_another_part_or_file(
    tmp_path: Path, resources: Resources
) -> None:
    given = [
        {"text": "please send the money home now", "label": "money", "split": "train"},
        {"text": "send the money home now", "label": "money", "split": "test"},
    ]
    fields: dict[str, Any] = {"copies": 6, "attempts": 40}
    fields["steps"] = [{"kind": "deletion", "rate": 0.01}]  # one word
    free, written, _ = run(tmp_path, resources, given=given, **fields)
    assert "send the money home now" in {row["text"] for row in written if row["copy"]}
    (tmp_path / "test.csv").write_text("text,label,split\nplease the money home now,money,test\n")
    files = [str(tmp_path / "test.csv")]
    checks = [{"kind": "leak", "near": 0.95, "files": files}]
    summary, written, rejects = run(tmp_path, resources, given=given, checks=checks, **fields)
    copies = {row["text"] for row in written if row["copy"]}
    assert summary.written == len(copies) == free.written - 2 == 4
    assert not copies & {"send the money home now", "please the money home now"}
    assert {one["reason"] for one in rejects} <= {"leak", "duplicate"}
    checks = [{"kind": "leak", "near": 0.95, "files": [str(tmp_path / "gone.csv")]}]
    with pytest.raises(DataError, match=r"gone.csv: cannot be opened"):
        run(tmp_path, resources, given=given, checks=checks, **fields)


def test_copies_that_read_as_another_label_are_dropped(
    tmp_path: Path, resources: Resources
) -> None:
    # One row that mentions both: its copies may lose what makes its label.
    given = [*rows(), {"text": "card send the money card", "label": "card"}]
    step = {"kind": "deletion", "rate": 0.6}
    summary, written, rejects = run(
        tmp_path, resources, given=given, steps=[step], copies=6, attempts=1,
        checks=[{"kind": "labels", "strict": True}],
    )  # fmt: skip
    dropped = [one for one in rejects if one["reason"] == "labels"]
    assert dropped
    assert all(one["score"] < 0 and "reads as" in one["detail"] for one in dropped)
    assert summary.dropped["labels"] == len(dropped)
    assert written


def test_standard_input_is_read_by_checks_as_well(
    tmp_path: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    class Stdin:
        buffer = io.BufferedReader(io.BytesIO(b"text\nwhere is my card\nwhere is my [MASK]\n"))

    monkeypatch.setattr(sys, "stdin", Stdin)
    spec = parse_spec({"steps": [{"kind": "masking"}], "checks": [{"kind": "duplicates"}]})
    request = ExpandRequest(input=None, output=tmp_path / "out.csv")
    summary = expand(request, build_pipeline(spec, resources))
    assert (summary.rows, summary.asked) == (2, 2)
    assert (tmp_path / "out.csv").is_file()


@pytest.mark.weights
@pytest.mark.parametrize("name", ["default", "paraphrase"])
def test_the_presets_check_what_they_make_without_any_network(
    name: str, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    spec = preset(name)
    assert [check.kind for check in spec.checks] == ["length", "repetition", "polarity", "invented"]
    spec = parse_spec(
        {
            **spec.model_dump(),
            "copies": 2,
            "checks": [
                *(check.model_dump() for check in spec.checks),
                {"kind": "language"},
                {"kind": "meaning"},
            ],
        }
    )
    texts = ("My new card has not come, and I need it.", "Can you send the money back to my bank?")
    outcomes = build_pipeline(spec, resources).augment_batch([Record(t, id=t) for t in texts])
    counts = Counter(len(outcome.copies) + len(outcome.missing) for outcome in outcomes)
    assert counts == {2: 2}
    assert any(outcome.copies for outcome in outcomes)
