"""From what was asked to a split: parts with files of their own, shares, few texts a class."""

import json
from pathlib import Path

import pytest

from augment.errors import DataError
from regularize.data import Removal, label_counts, split_digest
from regularize.loading import SplitRequest, load_split, write_rejects


def table(path: Path, *rows: tuple[str, str]) -> str:
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows))
    return str(path)


def many(path: Path, count: int = 20) -> str:
    return table(path, *((f"{label} {n}", label) for label in "ab" for n in range(count)))


def test_the_sample_brings_its_own_parts() -> None:
    split = load_split(SplitRequest(data="sample:support"))
    assert (len(split.dev), len(split.test), split.task) == (96, 150, "single")
    assert len(split.labels) == 6


def test_shares_are_held_out_before_anything_else(tmp_path: Path) -> None:
    request = SplitRequest(data=many(tmp_path / "a.csv"), dev_share=0.2, test_share=0.1)
    split = load_split(request)
    assert [len(part) for part in (split.train, split.dev, split.test)] == [29, 7, 4]
    assert load_split(request) == split


def test_few_shot_with_and_without_a_dev_file(tmp_path: Path) -> None:
    data, dev = many(tmp_path / "a.csv"), table(tmp_path / "d.csv", ("x", "a"), ("y", "b"))
    split = load_split(SplitRequest(data=data, few_shot=4, few_shot_dev=2))
    assert label_counts(split.train) == {"a": 4, "b": 4}
    assert (len(split.dev), len(split.unlabelled)) == (4, 28)
    split = load_split(SplitRequest(data=data, dev=dev, few_shot=4))
    assert [row.text for row in split.dev] == ["x", "y"]
    assert len(split.unlabelled) == 32


def test_copies_of_what_is_held_out_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [
        f"{label} {n} {copy},{label},{label}{n},{copy},[]\n"
        for label in "ab" for n in range(10) for copy in range(3)
    ]  # fmt: skip
    path.write_text("text,label,source_id,copy,trail\n" + "".join(rows))
    split = load_split(SplitRequest(data=str(path), dev_share=0.2))
    assert (len(split.train), len(split.dev)) == (48, 4)
    assert split.removed == (Removal("train", "copy", 8),)
    # A copy of what the test file has is one more of the same.
    test = tmp_path / "t.csv"
    test.write_text("text,label,source_id,copy,trail\nnew,a,c1,0,[]\n")
    path.write_text(path.read_text() + "lone copy,a,c1,1,[]\n")
    split = load_split(SplitRequest(data=str(path), test=str(test), dev_share=0.2))
    assert split.removed == (Removal("train", "copy", 9),)


def test_the_digest_tells_data_and_parts_apart(tmp_path: Path) -> None:
    data = many(tmp_path / "a.csv")
    one, other = (split_digest(load_split(SplitRequest(data=data, seed=s))) for s in (0, 1))
    assert one != other
    assert one == split_digest(load_split(SplitRequest(data=data)))


def test_a_request_comes_back_from_its_arguments(tmp_path: Path) -> None:
    request = SplitRequest(
        data="a.csv", dev_share=0.25, few_shot=10, quotes=False, label_separator=";", seed=7
    )
    arguments = json.loads(json.dumps(request.arguments()))
    assert SplitRequest.of_arguments(arguments) == request
    with pytest.raises(DataError, match="the record of the data does not hold: seed"):
        SplitRequest.of_arguments({**arguments, "seed": "many"})


def test_bad_requests_and_data_are_told(tmp_path: Path) -> None:
    data = many(tmp_path / "a.csv")
    with pytest.raises(DataError, match="dev has labels that the training texts lack: 'c'"):
        load_split(SplitRequest(data=data, dev=table(tmp_path / "d.csv", ("x", "c"))))
    with pytest.raises(DataError, match=r"dev_share: 1\.5 is no share"):
        load_split(SplitRequest(data=data, dev_share=1.5))
    with pytest.raises(DataError, match="leave nothing to train on"):
        load_split(SplitRequest(data=data, dev_share=0.5, test_share=0.5))
    with pytest.raises(DataError, match="few_shot: give at least 1"):
        load_split(SplitRequest(data=data, few_shot=0))
    with pytest.raises(DataError, match="the only label is 'a'"):
        load_split(SplitRequest(data=table(tmp_path / "one.csv", ("x", "a"), ("y", "a"))))
    several = tmp_path / "several.jsonl"
    several.write_text('{"text": "x", "label": ["a"]}\n')
    with pytest.raises(DataError, match="its task is 'several', that of the others 'single'"):
        load_split(SplitRequest(data=data, dev=str(several)))


def test_rejects_are_kept_by_part_and_written(tmp_path: Path) -> None:
    data = table(tmp_path / "a.csv", ("x", "a"), ("", "a"), ("y", "b"), ("z", "b"))
    split = load_split(SplitRequest(data=data, dev_share=0))
    assert [fault.line for fault in split.rejects["train"]] == [3]
    assert write_rejects(tmp_path / "r.jsonl", split.rejects["train"])
    (line,) = (tmp_path / "r.jsonl").read_text().splitlines()
    assert json.loads(line)["reason"] == "empty_text"
    assert not write_rejects(tmp_path / "none.jsonl", ())
    assert not (tmp_path / "none.jsonl").exists()


def test_training_texts_that_are_all_measured_are_told(tmp_path: Path) -> None:
    data = many(tmp_path / "a.csv")
    with pytest.raises(DataError) as caught:
        load_split(SplitRequest(data=data, dev=data))
    assert "no text is left to train on; " in str(caught.value)
    assert str(caught.value).endswith(" left out: overlap")
