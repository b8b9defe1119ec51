"""Parquet in and out: copies as of any other format, and all other values as they were."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.build import build_pipeline
from augment.datasets.arrow.lines import open_rows
from augment.datasets.columns import Columns, NewColumns
from augment.datasets.expand import ExpandRequest, Workers, expand
from augment.errors import DataError, OutputError, RunError
from augment.pipeline import Pipeline
from augment.report.reading import WrittenOptions
from augment.report.replay import replay
from augment.resources import Resources
from augment.spec import parse_spec

ROWS = 700
NEW = ["source_id", "copy", "trail"]


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    spec = parse_spec({"steps": [{"kind": "masking", "rate": 0.3}], "copies": 2})
    return build_pipeline(spec, Resources())


def rich_table(rows: int = ROWS) -> pa.Table:
    """A table with columns that JSON cannot hold, and nulls in all but the text."""

    def some(values: list[Any]) -> list[Any]:
        return [None if i % 5 == 0 else value for i, value in enumerate(values)]

    begin = datetime(2020, 2, 29, tzinfo=UTC)
    numbers = range(rows)
    columns = {
        "text": pa.array([f"where is parcel number {i} of mine" for i in numbers]),
        "label": pa.array(some([f"l{i % 3}" for i in numbers])).dictionary_encode(),
        "when": pa.array(some([begin + timedelta(seconds=i) for i in numbers]),
                         pa.timestamp("us", tz="Europe/Lisbon")),
        "fine": pa.array(some([i * 1_000_000_007 for i in numbers]), pa.timestamp("ns")),
        "price": pa.array(some([Decimal(f"{i}.125") for i in numbers]), pa.decimal128(30, 3)),
        "blob": pa.array(some([bytes([i % 256, 255]) for i in numbers])),
        "deep": pa.array(some([{"a": [i, None], "b": {"c": str(i)}} for i in numbers])),
        "tiny": pa.array(some([i % 100 for i in numbers]), pa.int8()),
        "big": pa.array(some(["x" * (i % 4) for i in numbers]), pa.large_string()),
    }  # fmt: skip
    fields = [
        pa.field(name, column.type, metadata={"of": name}) for name, column in columns.items()
    ]
    return pa.table(list(columns.values()), schema=pa.schema(fields, metadata={"owner": "tests"}))


def put(path: Path, table: pa.Table, **options: Any) -> Path:
    pq.write_table(table, path, **{"row_group_size": 300, **options})
    return path


def texts(values: list[Any]) -> pa.Table:
    return pa.table({"text": values})


def rejects(output: Path) -> list[dict[str, Any]]:
    path = output.with_name(f"{output.name}.rejects.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_all_columns_but_the_text_keep_type_and_value(tmp_path: Path, pipeline: Pipeline) -> None:
    table = rich_table()
    output = tmp_path / "out.parquet"
    expand(ExpandRequest(input=put(tmp_path / "in.parquet", table), output=output), pipeline)
    found = pq.read_table(output)
    assert found.schema.names == [*table.schema.names, *NEW]
    assert found.schema.metadata[b"owner"] == b"tests"
    assert [found.schema.field(n).type for n in NEW] == [pa.string(), pa.int32(), pa.string()]
    for number in range(3):
        rows = found.filter(pc.equal(found["copy"], number))
        assert rows.num_rows == ROWS
        for name in table.schema.names:
            assert rows.schema.field(name).type == table.schema.field(name).type
            assert rows.schema.field(name).metadata[b"of"] == name.encode()
            same = rows[name].to_pylist() == table[name].to_pylist()
            assert same is (name != "text" or number == 0), (name, number)
        assert rows["source_id"].to_pylist() == [f"in.parquet:{i + 1}" for i in range(ROWS)]


def test_copies_are_those_of_the_same_rows_as_lines_of_json(
    tmp_path: Path, pipeline: Pipeline
) -> None:
    rows = [
        {"key": f"k{i}", "text": f"where is parcel {i} of mine", "y": i % 2} for i in range(700)
    ]
    lines = tmp_path / "in.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    table = put(tmp_path / "in.parquet", pa.Table.from_pylist(rows))
    made = {}
    for source in (lines, table):
        output = tmp_path / f"out{source.suffix}"
        request = ExpandRequest(input=source, output=output, columns=Columns(id="key"))
        summary = expand(request, pipeline)
        made[source.suffix] = (summary.rows, summary.written, summary.labels, summary.kinds)
    plain = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    found = pq.read_table(tmp_path / "out.parquet").to_pylist()
    for row in found:
        row["trail"] = json.loads(row["trail"])
    assert found == plain
    assert made[".jsonl"] == made[".parquet"]


@pytest.mark.fault
def test_the_bytes_do_not_depend_on_who_makes_them(tmp_path: Path, pipeline: Pipeline) -> None:
    source = put(tmp_path / "in.parquet", rich_table(1600), row_group_size=1000)
    outputs = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    for output, workers in zip(outputs, (None, Workers(2)), strict=True):
        expand(ExpandRequest(input=source, output=output), pipeline, workers=workers)
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 1999), min_size=1, max_size=8), st.sampled_from([1, 90, 300, 5000]))
def test_rows_are_found_by_their_number(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[int], size: int
) -> None:
    path = tmp_path_factory.mktemp("rows") / "in.parquet"
    put(path, texts([f"text {i}" for i in range(2000)]), row_group_size=max(size, 20))
    with open_rows(path, "parquet", Columns(), NewColumns()) as opened:
        for row in wanted:
            opened.seek(-1, row)
            data = opened.read(40)
            assert json.loads(data.split(b"\n")[0] if b"\n" in data else data) == {
                "text": f"text {row}"
            }


def test_answers_move_within_their_lists(tmp_path: Path) -> None:
    allowed = {"task": "question_answering", "allow": ["meaning"]}
    spec = parse_spec({"steps": [{"kind": "masking", "rate": 0.3}], "copies": 2, **allowed})
    pipeline = build_pipeline(spec, Resources())
    answers = {"text": ["Lisbon"], "answer_start": [23]}
    table = pa.table(
        {
            "id": ["a"],
            "context": ["The parcel is still in Lisbon for two more days."],
            "question": ["Where is the parcel now?"],
            "answers": pa.array(
                [answers],
                pa.struct({"text": pa.list_(pa.string()), "answer_start": pa.list_(pa.int32())}),
            ),
        }
    )
    output = tmp_path / "out.parquet"
    source = put(tmp_path / "in.parquet", table)
    expand(ExpandRequest(input=source, output=output), pipeline)
    found = pq.read_table(output)
    assert found.schema.field("answers").type == table.schema.field("answers").type
    assert found.num_rows == 3
    for row in found.to_pylist():
        start = row["answers"]["answer_start"][0]
        assert row["context"][start:].startswith("Lisbon")
    assert len(set(found["context"].to_pylist())) == 3


def test_an_output_is_replayed(tmp_path: Path, pipeline: Pipeline) -> None:
    source, output = put(tmp_path / "in.parquet", rich_table()), tmp_path / "out.parquet"
    expand(ExpandRequest(input=source, output=output), pipeline)
    done = replay(output, WrittenOptions())
    assert (done.originals, done.equal, done.differing) == (ROWS, 2 * ROWS, 0)
    table = pq.read_table(output)
    spoilt = ["spoilt", *table["text"].to_pylist()[1:]]
    put(output, table.set_column(0, "text", pa.array(spoilt)))
    assert replay(output, WrittenOptions()).differing == 2


def test_only_copies_may_be_written(tmp_path: Path, pipeline: Pipeline) -> None:
    source, output = put(tmp_path / "in.parquet", rich_table()), tmp_path / "out.parquet"
    expand(ExpandRequest(input=source, output=output, keep_originals=False), pipeline)
    assert set(pq.read_table(output)["copy"].to_pylist()) == {1, 2}
    done = replay(output, WrittenOptions(), originals=source, input_name="in.parquet")
    assert (done.equal, done.differing) == (2 * ROWS, 0)


def test_rows_that_cannot_be_used_are_rejects_with_their_number(
    tmp_path: Path, pipeline: Pipeline
) -> None:
    source = tmp_path / "in.parquet"
    bad = pa.array([b"fine words are here", b"bad \xff byte", b"fine again for all"])
    held = pa.StringArray.from_buffers(3, bad.buffers()[1], bad.buffers()[2])
    put(source, pa.concat_tables([texts(["some text is here", None]), pa.table({"text": held})]))
    output = tmp_path / "out.parquet"
    summary = expand(ExpandRequest(input=source, output=output), pipeline)
    assert (summary.rows, summary.kept) == (5, 3)
    told = [(one["line"], one["reason"]) for one in rejects(output) if one["kind"] == "row"]
    assert told == [(2, "no_text"), (4, "not_utf8")]
    assert pq.read_table(output).filter(pc.field("copy") == 0)["source_id"].to_pylist() == [
        "in.parquet:1", "in.parquet:3", "in.parquet:5",
    ]  # fmt: skip


def without_rows(path: Path) -> None:
    with pq.ParquetWriter(path, texts(["a"]).schema) as writer:
        for rows in (texts([]), texts(["where is the parcel now"]), texts([])):
            writer.write_table(rows.cast(texts(["a"]).schema))


def test_row_groups_without_rows_are_passed_over(tmp_path: Path, pipeline: Pipeline) -> None:
    without_rows(tmp_path / "in.parquet")
    assert pq.ParquetFile(tmp_path / "in.parquet").num_row_groups > 1
    output = tmp_path / "out.parquet"
    summary = expand(ExpandRequest(input=tmp_path / "in.parquet", output=output), pipeline)
    assert (summary.rows, pq.read_table(output).num_rows) == (1, 3)


@pytest.mark.parametrize(
    ("table", "columns", "told"),
    [
        (texts([1, 2]), Columns(), "column 'text' is of type int64, where strings are needed"),
        (texts([["a"]]), Columns(), "column 'text' is of type list<"),
        (texts([b"a"]), Columns(), "column 'text' is of type binary"),
        (texts(["a"]), Columns(text="txt"), "no column 'txt' .--text.; did you mean 'text'"),
        (texts(pa.array([], pa.string())), Columns(), "the data set has no rows"),
        (pa.table({"n": [1], "m": [2]}), Columns(), "no column has a usual name for the text"),
        (pa.table({"text": ["a"], "label": [b"a"]}), Columns(), "column 'label' holds bytes"),
        (pa.table({"text": ["a"], "copy": [1]}), Columns(), "has a column 'copy' already"),
        (
            pa.table({"tokens": ["a b"], "tags": [["O"]]}),
            Columns(tokens="tokens", tags="tags"),
            "column 'tokens' is of type string, where a list of strings",
        ),
    ],
)
def test_what_cannot_be_expanded_is_told_before_anything_is_written(
    tmp_path: Path, pipeline: Pipeline, table: pa.Table, columns: Columns, told: str
) -> None:
    source = put(tmp_path / "in.parquet", table)
    request = ExpandRequest(input=source, output=tmp_path / "out.parquet", columns=columns)
    with pytest.raises(DataError, match=f"in.parquet: .*{told}"):
        expand(request, pipeline)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


@pytest.mark.parametrize("keep", [0, 3, 200, -9])
def test_a_damaged_file_is_told(tmp_path: Path, pipeline: Pipeline, keep: int) -> None:
    source = put(tmp_path / "in.parquet", rich_table())
    source.write_bytes(source.read_bytes()[:keep])
    request = ExpandRequest(input=source, output=tmp_path / "out.parquet")
    with pytest.raises(DataError, match="in.parquet: cannot be read as Parquet"):
        expand(request, pipeline)


def test_damage_within_the_rows_is_told_too(tmp_path: Path, pipeline: Pipeline) -> None:
    source = put(tmp_path / "in.parquet", rich_table())
    data = bytearray(source.read_bytes())
    data[4:400] = bytes(396)
    source.write_bytes(data)
    request = ExpandRequest(input=source, output=tmp_path / "out.parquet")
    with pytest.raises(DataError, match="in.parquet: cannot be read as Parquet"):
        expand(request, pipeline)
    assert not (tmp_path / "out.parquet").exists()


def test_a_change_of_a_column_that_is_not_read_is_noticed(
    tmp_path: Path, pipeline: Pipeline
) -> None:
    source = put(tmp_path / "in.parquet", rich_table())
    other = rich_table()
    other = other.set_column(7, "tiny", pc.fill_null(other["tiny"], 7))
    output = tmp_path / "out.parquet"
    request = ExpandRequest(input=source, output=output)
    with pytest.raises(DataError, match="in.parquet: was changed since the run began"):
        expand(request, pipeline, progress=lambda _: put(source, other) and None)
    assert not output.exists()
    with pytest.raises(RunError, match="input.sha256: "):
        expand(ExpandRequest(input=source, output=output, resume=True), pipeline)
    put(source, rich_table())
    expand(ExpandRequest(input=source, output=output, resume=True), pipeline)
    assert pq.read_table(output).num_rows == 3 * ROWS


def test_a_large_output_has_bounded_row_groups(
    tmp_path: Path, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("augment.datasets.arrow.writers.GROUP_ROWS", 512)
    source = put(tmp_path / "in.parquet", rich_table(), compression="zstd")
    output = tmp_path / "out.parquet"
    expand(ExpandRequest(input=source, output=output), pipeline)
    told = pq.ParquetFile(output).metadata
    groups = [told.row_group(i) for i in range(told.num_row_groups)]
    assert [group.num_rows for group in groups[:2]] == [512, 512]
    assert groups[0].column(0).compression == "ZSTD"


@pytest.mark.parametrize(
    "kind", [pa.string_view(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())]
)
def test_texts_of_every_type_are_read(tmp_path: Path, pipeline: Pipeline, kind: Any) -> None:
    texts_of = pa.array([f"where is parcel {i} of mine" for i in range(90)])
    table = pa.table({"a.text": texts_of.cast(kind), "a": [{"text": 1}] * 90,
                      "seen": texts_of.cast(pa.string_view())})  # fmt: skip
    output = tmp_path / "out.parquet"
    asked = Columns(text="a.text")
    source = put(tmp_path / "in.parquet", table)
    expand(ExpandRequest(input=source, output=output, columns=asked), pipeline)
    rows = pq.read_table(output).to_pylist()
    assert [row["a.text"] for row in rows if not row["copy"]] == texts_of.to_pylist()
    assert all(row["seen"] != row["a.text"] for row in rows if row["copy"])
    assert [row["seen"] for row in rows if row["copy"] == 2] == texts_of.to_pylist()


def test_another_name_than_the_format_is_refused(tmp_path: Path, pipeline: Pipeline) -> None:
    source = put(tmp_path / "in.parquet", texts(["where is it"]))
    with pytest.raises(OutputError, match="named as csv, but the input is parquet"):
        expand(ExpandRequest(input=source, output=tmp_path / "out.csv"), pipeline)
    with pytest.raises(OutputError, match="Parquet packs its columns itself.* leave out .gz"):
        expand(ExpandRequest(input=source, output=tmp_path / "out.parquet.gz"), pipeline)
