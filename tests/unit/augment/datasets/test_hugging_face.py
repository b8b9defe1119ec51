"""Hugging Face `datasets`: folders in and out, objects in Python, and outputs that it loads."""

from pathlib import Path
from typing import Any

import datasets
import pytest

from augment.build import build_pipeline
from augment.datasets import augment_dataset
from augment.datasets.expand import ExpandRequest, expand
from augment.errors import DataError, OutputError
from augment.pipeline import Pipeline
from augment.report.reading import WrittenOptions
from augment.report.replay import replay
from augment.resources import Resources
from augment.spec import PipelineSpec, parse_spec

ROWS = 300


@pytest.fixture(scope="module")
def spec() -> PipelineSpec:
    return parse_spec({"steps": [{"kind": "masking", "rate": 0.3}], "copies": 2})


@pytest.fixture(scope="module")
def pipeline(spec: PipelineSpec) -> Pipeline:
    return build_pipeline(spec, Resources())


def small(rows: int = ROWS) -> Any:
    features = {
        "text": datasets.Value("string"),
        "label": datasets.ClassLabel(names=["card", "parcel"]),
        "scores": datasets.Sequence(datasets.Value("float32")),
        "meta": {"when": datasets.Value("timestamp[us]"), "raw": datasets.Value("binary")},
    }
    columns = {
        "text": [f"where is parcel number {i} of mine" for i in range(rows)],
        "label": [i % 2 for i in range(rows)],
        "scores": [[i / 7, None] for i in range(rows)],
        "meta": [{"when": None, "raw": bytes([i % 256, 255])} for i in range(rows)],
    }
    return datasets.Dataset.from_dict(columns, features=datasets.Features(features))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    small().save_to_disk(str(tmp_path / "small"), num_shards=3)
    return tmp_path / "small"


def same_rows(larger: Any, original: Any) -> None:
    """All columns but the text are as in the original, whose rows all are there."""
    assert larger.num_rows == 3 * original.num_rows
    for number in range(3):
        found = larger.filter(lambda copy: copy == number, input_columns="copy")  # noqa: B023
        for name, feature in original.features.items():
            assert larger.features[name] == feature
            assert (found[name][:] == original[name][:]) is (name != "text" or number == 0)


@pytest.mark.parametrize("shard_rows", [None, 250])
def test_a_saved_data_set_comes_out_as_one(
    tmp_path: Path, saved: Path, pipeline: Pipeline, shard_rows: int | None
) -> None:
    output = tmp_path / "larger"
    expand(ExpandRequest(input=saved, output=output, shard_rows=shard_rows), pipeline)
    larger = datasets.load_from_disk(str(output))
    same_rows(larger, small())
    files = sorted(path.name for path in output.glob("data-*.arrow"))
    assert len(files) == (1 if shard_rows is None else 4)
    done = replay(output, WrittenOptions())
    assert (done.originals, done.equal, done.differing) == (ROWS, 2 * ROWS, 0)


def test_a_selection_is_saved_in_its_order(tmp_path: Path, pipeline: Pipeline) -> None:
    small().select([5, 3, 3]).save_to_disk(str(tmp_path / "small"))
    expand(ExpandRequest(input=tmp_path / "small", output=tmp_path / "larger"), pipeline)
    larger = datasets.load_from_disk(str(tmp_path / "larger"))
    texts = [text for text, copy in zip(larger["text"], larger["copy"], strict=True) if not copy]
    assert [text.split()[4] for text in texts] == ["5", "3", "3"]


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_load_dataset_reads_shards(tmp_path: Path, pipeline: Pipeline, kind: str) -> None:
    source, output = tmp_path / f"in.{kind}", tmp_path / "larger"
    plain = small().select_columns(["text", "label"])
    write = {"parquet": plain.to_parquet, "csv": plain.to_csv, "jsonl": plain.to_json}[kind]
    write(str(source))
    expand(ExpandRequest(input=source, output=output, shard_rows=200), pipeline)
    larger = datasets.load_dataset(str(output), split="train", cache_dir=str(tmp_path / "cache"))
    assert larger.column_names == ["text", "label", "source_id", "copy", "trail"]
    assert larger["copy"][:4] == [0, 1, 2, 0]
    assert larger.num_rows == 3 * ROWS
    if kind == "parquet":
        assert larger.features["label"] == datasets.ClassLabel(names=["card", "parcel"])


def test_several_parts_are_named_one_by_one(tmp_path: Path, pipeline: Pipeline) -> None:
    parts = datasets.DatasetDict({"train": small(3), "test": small(2)})
    parts.save_to_disk(str(tmp_path / "parts"))
    with pytest.raises(DataError, match=r"several parts \(test, train\); name one of them"):
        expand(ExpandRequest(input=tmp_path / "parts", output=tmp_path / "larger"), pipeline)
    with pytest.raises(DataError, match=r"several parts \(train, test\); give one of them"):
        augment_dataset(parts, pipeline.spec)


def test_a_damaged_folder_is_told(tmp_path: Path, saved: Path, pipeline: Pipeline) -> None:
    request = ExpandRequest(input=saved, output=tmp_path / "larger")
    first = next(saved.glob("*.arrow"))
    first.write_bytes(first.read_bytes()[:100])
    with pytest.raises(DataError, match="arrow: cannot be read as Parquet or Arrow"):
        expand(request, pipeline)
    first.unlink()
    with pytest.raises(DataError, match=r"arrow: is missing, but state.json beside it names it"):
        expand(request, pipeline)
    (saved / "state.json").write_text("{}")
    with pytest.raises(DataError, match=r"state.json: does not list the files of a data set"):
        expand(request, pipeline)
    assert {path.name for path in tmp_path.iterdir()} == {"small"}


def test_in_python_it_gives_what_the_command_gives(
    tmp_path: Path, saved: Path, spec: PipelineSpec, pipeline: Pipeline
) -> None:
    expand(ExpandRequest(input=saved, output=tmp_path / "larger", seed=5), pipeline)
    larger = augment_dataset(small(), spec, seed=5, name="small")
    assert larger.to_dict() == datasets.load_from_disk(str(tmp_path / "larger")).to_dict()
    same_rows(larger, small())
    assert larger.map(lambda row: {"n": len(row["text"])})["n"][0] == len(larger["text"][0])


@pytest.mark.fault
def test_processes_change_nothing(spec: PipelineSpec) -> None:
    assert augment_dataset(small(600), spec, num_proc=2).to_dict() == (
        augment_dataset(small(600), spec).to_dict()
    )


def test_rows_may_be_named_and_kept_in_a_folder(tmp_path: Path, spec: PipelineSpec) -> None:
    named = small(4).rename_column("text", "words of it")
    larger = augment_dataset(
        named, spec, text="words of it", copies=1, keep_originals=False, folder=tmp_path / "kept"
    )
    assert larger["copy"][:] == [1] * 4
    assert (tmp_path / "kept" / "state.json").is_file()
    with pytest.raises(OutputError, match="kept: exists already"):
        augment_dataset(named, spec, text="words of it", folder=tmp_path / "kept")


def test_what_is_no_data_set_is_told(spec: PipelineSpec) -> None:
    with pytest.raises(DataError, match="no datasets.Dataset, but list"):
        augment_dataset([{"text": "a"}], spec)
    with pytest.raises(DataError, match="the data set has no rows"):
        augment_dataset(small(0), spec)
    with pytest.raises(DataError, match="num_proc is 0"):
        augment_dataset(small(1), spec, num_proc=0)
    with pytest.raises(DataError, match="no row could be written; rejected: 2 no_text"):
        augment_dataset(datasets.Dataset.from_dict({"text": [None, None]},
            features=datasets.Features({"text": datasets.Value("string")})), spec)  # fmt: skip


def test_names_of_tags_are_those_of_the_features(tmp_path: Path) -> None:
    tagged = datasets.Dataset.from_dict(
        {"tokens": [["Ann", "is", "in", "New", "York"]] * 3, "ner_tags": [[1, 0, 0, 2, 3]] * 3},
        features=datasets.Features(
            {
                "tokens": datasets.Sequence(datasets.Value("string")),
                "ner_tags": datasets.Sequence(
                    datasets.ClassLabel(names=["O", "B-PER", "B-LOC", "I-LOC"])
                ),
            }
        ),
    )
    spec = parse_spec({"steps": [{"kind": "masking", "rate": 0.5}]})
    tagged.to_parquet(str(tmp_path / "in.parquet"))
    done = expand(
        ExpandRequest(input=tmp_path / "in.parquet", output=tmp_path / "out.parquet"),
        build_pipeline(spec, Resources()),
    )
    assert not done.rejected
    loaded = datasets.Dataset.from_parquet(
        str(tmp_path / "out.parquet"), cache_dir=str(tmp_path / "cache")
    )
    for larger in (augment_dataset(tagged, spec), loaded):
        assert larger.features["ner_tags"] == tagged.features["ner_tags"]
        assert larger.num_rows == 6
        for row in larger:
            assert row["tokens"][-2:] == ["New", "York"]
            assert [tag for tag in row["ner_tags"] if tag] == [1, 2, 3]
            assert len(row["tokens"]) == len(row["ner_tags"])
        assert any("[MASK]" in tokens for tokens in larger["tokens"])
