"""Folders of files: read as one data set, and written as one."""

import csv
import gzip
import io
import json
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from augment.build import build_pipeline
from augment.datasets.columns import Columns
from augment.datasets.expand import ExpandRequest, expand
from augment.datasets.folders import FolderLines, open_folder
from augment.datasets.formats import Kind
from augment.datasets.reader import BOM, ReadOptions
from augment.errors import DataError, OutputError
from augment.pipeline import Pipeline
from augment.report.reading import WrittenOptions
from augment.report.replay import replay
from augment.resources import Resources
from augment.spec import parse_spec


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    spec = parse_spec({"steps": [{"kind": "masking", "rate": 0.3}], "copies": 1})
    return build_pipeline(spec, Resources())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "parts"
    path.mkdir()
    return path


def fill(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)


def joined(folder: Path, kind: Kind) -> bytes:
    with open_folder(folder, ReadOptions(kind)) as opened:
        return b"".join(iter(lambda: opened.read(5), b""))


@pytest.mark.parametrize(
    ("kind", "files", "expected"),
    [
        ("jsonl", {"b.jsonl": b'{"text": "2"}', "a.jsonl": b'{"text": "1"}'},
         b'{"text": "1"}\n{"text": "2"}'),
        ("jsonl", {"a.jsonl": b"1\r\n", "b.ndjson": b"", "c.jsonl": b"2", "d.jsonl": b""},
         b"1\r\n2\r\n"),
        ("csv", {"a.csv": b"text,y\r\na,1", "b.csv": b"text,y\r\nb,2\r\n"},
         b"text,y\r\na,1\r\nb,2\r\n"),
        ("csv", {"a.csv": BOM + b"text\n", "b.csv": BOM + b"text\nb\n", "c.csv": b"text"},
         BOM + b"text\nb\n"),
        ("csv", {"a.csv": b'"te\nxt"\na\n', "b.csv.gz": gzip.compress(b'"te\nxt"\nb')},
         b'"te\nxt"\na\nb'),
        ("conll", {"a.conll": b"a O\n\nb O", "b.conll": b"c O\n", "c.conll": b"d O\n\n"},
         b"a O\n\nb O\n\nc O\n\nd O\n\n"),
    ],
)  # fmt: skip
def test_files_are_joined_at_their_rows(
    folder: Path, kind: Kind, files: dict[str, bytes], expected: bytes
) -> None:
    fill(folder, {".hidden": b"no row", **files})
    assert joined(folder, kind) == expected


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("last", [True, False])
def test_a_line_is_told_by_its_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, end: bytes, last: bool
) -> None:
    monkeypatch.setattr("augment.datasets.folders.CHUNK", 3)  # ends of lines are cut, too
    header = [b'"te', b'xt"']
    bodies = {"a.csv": [b"one", b'"two', b'lines"'], "b.csv": [], "c.csv": [b"three", b"four"]}
    fill(
        folder,
        {name: end.join([*header, *body]) + end * last for name, body in bodies.items()},
    )
    place = FolderLines(folder, ReadOptions("csv"))
    found = [place(number + 1) for number, _ in enumerate(joined(folder, "csv").splitlines())]
    assert found[:2] == [("a.csv", 1), ("a.csv", 2)]
    assert [
        (folder / name).read_bytes().splitlines()[number - 1] for name, number in found[2:]
    ] == [line for body in bodies.values() for line in body]


def test_rejects_name_the_file_and_its_line(
    tmp_path: Path, folder: Path, pipeline: Pipeline
) -> None:
    fill(folder, {"a.csv": b"text\nhello my friend\n", "b.csv": b"text\n7\nbad,row\n\xff,\n"})
    output = tmp_path / "out.csv"
    expand(ExpandRequest(input=folder, output=output), pipeline)
    lines = output.with_name("out.csv.rejects.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    assert [(one["kind"], one["file"], one["line"]) for one in found] == [
        ("copy", "b.csv", 2),
        ("row", "b.csv", 3),
        ("row", "b.csv", 4),
    ]
    assert [one.get("raw", one.get("raw_base64")) for one in found[1:]] == ["bad,row\n", "/ywK"]


def test_places_are_found_forwards_and_backwards(folder: Path) -> None:
    fill(folder, {f"{i:03}.csv": b"text\nrow %03d" % i for i in range(50)})
    whole = joined(folder, "csv")
    with open_folder(folder, ReadOptions("csv")) as opened:
        for place in (300, 0, 12, 13, 5, 401, 399, len(whole)):
            opened.seek(place, 0)
            assert opened.read(0) == b""
            assert opened.read(1) == whole[place : place + 1]
            opened.seek(place, 0)
            found = b"".join(iter(lambda: opened.read(100), b""))
            assert found == whole[place:]
            assert opened.read(0) == opened.read(9) == b""


def test_units_that_end_within_a_file_are_read_one_after_the_other(folder: Path) -> None:
    fill(folder, {f"{i:03}.jsonl": b"row %03d" % i for i in range(50)})
    whole = joined(folder, "jsonl")
    with open_folder(folder, ReadOptions("jsonl")) as opened:
        for place in range(0, len(whole), 20):
            opened.seek(place, 0)
            assert opened.read(0) == b""
            left, found = 20, b""
            while left and (data := opened.read(left)):
                found, left = found + data, left - len(data)
            assert found == whole[place : place + 20]
            assert opened.read(0) == b""


@pytest.fixture
def few_open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("few_open_files")
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_many_tiny_files_are_one_data_set(
    tmp_path: Path, folder: Path, pipeline: Pipeline, suffix: str
) -> None:
    rows = [{"key": f"k{i}", "text": f"where is parcel {i} of mine"} for i in range(400)]
    write(tmp_path / f"whole.{suffix}", rows)
    for i in range(0, 400, 2):
        write(folder / f"{i:05}.{suffix}", rows[i : i + 2])
    outputs = [tmp_path / f"one.{suffix}", tmp_path / f"two.{suffix}"]
    for source, output in zip((tmp_path / f"whole.{suffix}", folder), outputs, strict=True):
        request = ExpandRequest(input=source, output=output, columns=Columns(id="key"))
        assert expand(request, pipeline).written == 400
    assert read(outputs[0]) == read(outputs[1])


def write(path: Path, rows: list[dict[str, str]]) -> None:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    return list(csv.DictReader(io.StringIO(path.read_text())))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a.csv": b"text,y\na,1\n", "b.csv": b"text,z\nb,1\n"},
         "b.csv: has another header than a.csv: it begins 'text,z', not 'text,y'"),
        ({"a.csv": b"text\na\n", "b.csv": b"text2\nb\n"}, "b.csv: has another header"),
        ({"a.csv": b"text\na\n", "b.jsonl": b"{}"}, "b.jsonl: is jsonl, where the folder is"),
        ({"a.csv": b"text\na\n", "b.md": b"#"}, "b.md: has no suffix of a known format"),
        ({"a.txt": b"text\na\n"}, "a.txt: the format of the folder's files cannot be told"),
        ({"a.csv": b"", "b.csv": b"text\nb\n"}, "a.csv: is empty, and the first file of a folder"),
        ({"a.csv": b"text\na\n", "b.csv": b"text\nb\n\xff"}, ""),
        ({"a.parquet": b"PAR1"}, "a.parquet: cannot be read as Parquet"),
        ({}, "parts: the folder has no files"),
    ],
)  # fmt: skip
def test_files_that_do_not_belong_are_named(
    tmp_path: Path, folder: Path, pipeline: Pipeline, files: dict[str, bytes], told: str
) -> None:
    fill(folder, files)
    if not told:  # a row that does not hold is a reject as anywhere
        summary = expand(ExpandRequest(input=folder, output=tmp_path / "out.csv"), pipeline)
        assert dict(summary.rejected) == {"not_utf8": 1}
        return
    with pytest.raises(DataError, match=told):
        expand(ExpandRequest(input=folder, output=tmp_path / "out"), pipeline)
    assert not (tmp_path / "out").exists()


def test_parquet_files_must_have_the_same_columns(
    tmp_path: Path, folder: Path, pipeline: Pipeline
) -> None:
    pq.write_table(pa.table({"text": ["a"], "n": [1]}), folder / "a.parquet")
    pq.write_table(pa.table({"text": ["a"], "n": ["1"]}), folder / "b.parquet")
    with pytest.raises(DataError, match=r"b.parquet: has other columns than a.parquet: .*n: "):
        expand(ExpandRequest(input=folder, output=tmp_path / "out.parquet"), pipeline)


def test_a_folder_in_the_folder_is_named(tmp_path: Path, folder: Path, pipeline: Pipeline) -> None:
    fill(folder, {"a.csv": b"text\na\n"})
    (folder / "b").mkdir()
    with pytest.raises(DataError, match="b: is a folder inside a folder of data"):
        expand(ExpandRequest(input=folder, output=tmp_path / "out.csv"), pipeline)


SHARDED = {
    "in.csv": BOM + b'text,y\r\n"where is\r\nmy parcel",1\r\n' + b"where is it now,2\r\n" * 9,
    "in.jsonl": b'{"text": "where is parcel one"}\n' * 9 + b'{"text": "where is it now"}',
    "in.conll": b"# a comment\n" + b"Where O\nis O\nLisbon B-LOC\n\n" * 10,
}


@pytest.mark.parametrize("name", SHARDED)
@pytest.mark.parametrize("rows", [1, 7, 20, 1000])
def test_shards_are_the_output_cut_at_its_rows(
    tmp_path: Path, pipeline: Pipeline, name: str, rows: int
) -> None:
    source, output = tmp_path / name, tmp_path / "larger"
    source.write_bytes(SHARDED[name])
    kind: Any = source.suffix[1:]
    whole = ExpandRequest(input=source, output=tmp_path / f"out.{kind}")
    lines = 10 + expand(whole, pipeline).written
    expand(ExpandRequest(input=source, output=output, shard_rows=rows), pipeline)
    count = -(-lines // rows)
    names = [f"larger-{i:05}-of-{count:05}.{kind}" for i in range(count)]
    assert sorted(path.name for path in output.iterdir()) == names
    assert joined(output, kind) == (tmp_path / f"out.{kind}").read_bytes()
    done = replay(output, WrittenOptions())
    assert (done.originals, done.differing) == (10, 0)
    assert (tmp_path / "larger.run.json").is_file()


def test_an_output_that_is_there_is_replaced_only_by_force(
    tmp_path: Path, pipeline: Pipeline
) -> None:
    source, output = tmp_path / "in.csv", tmp_path / "larger"
    source.write_bytes(SHARDED["in.csv"])
    output.mkdir()  # an empty folder is as good as none
    expand(ExpandRequest(input=source, output=output, shard_rows=4), pipeline)
    with pytest.raises(OutputError, match="larger: exists already; give --force"):
        expand(ExpandRequest(input=source, output=output, shard_rows=9), pipeline)
    expand(ExpandRequest(input=source, output=output, shard_rows=9, force=True), pipeline)
    assert len(list(output.iterdir())) == 3
    other = tmp_path / "other"
    other.touch()
    with pytest.raises(OutputError, match="other: is a file, and the output is a folder"):
        expand(ExpandRequest(input=source, output=other, shard_rows=9, force=True), pipeline)
    other.unlink()
    with pytest.raises(OutputError, match="the output is a folder of files; name one with -o"):
        expand(ExpandRequest(input=source, output=None, shard_rows=9), pipeline)
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "larger", "larger.run.json"}


def test_shards_of_parquet_have_so_many_rows_each(tmp_path: Path, pipeline: Pipeline) -> None:
    table = pa.table({"text": [f"where is parcel {i}" for i in range(500)]})
    pq.write_table(table, tmp_path / "in.parquet")
    request = ExpandRequest(
        input=tmp_path / "in.parquet", output=tmp_path / "larger", shard_rows=300
    )
    expand(request, pipeline)
    shards = sorted((tmp_path / "larger").iterdir())
    assert [pq.read_table(shard).num_rows for shard in shards] == [300, 300, 300, 100]
    expand(ExpandRequest(input=tmp_path / "in.parquet", output=tmp_path / "o.parquet"), pipeline)
    assert pq.read_table(tmp_path / "larger") == pq.read_table(tmp_path / "o.parquet")
