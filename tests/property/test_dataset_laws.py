"""Laws of data sets: rows keep their bytes, and nothing is lost from the counts."""

import csv
import io
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.build import build_pipeline
from augment.datasets.columns import Columns
from augment.datasets.conll import Shape, scan_sentences
from augment.datasets.delimited import Dialect, decode_field, scan_rows
from augment.datasets.expand import ExpandRequest, expand
from augment.datasets.json_lines import scan_object
from augment.datasets.lines import read_lines
from augment.datasets.rows import Raw
from augment.datasets.summary import Summary
from augment.pipeline import Pipeline
from augment.resources import Resources
from augment.spec import parse_spec

ENDS = st.sampled_from(["\n", "\r\n", "\r"])
# What a CSV scanner can trip over, and words that can be masked.
PIECES = st.sampled_from(
    ["word", " ", ",", '"', '""', "\n", "\r", "\r\n", ";", "\t", "naïve", "日本", "😀", "#12", "'"]
)
VALUES = st.lists(PIECES, max_size=8).map("".join)


@pytest.fixture(scope="module")
def masking() -> Pipeline:
    spec = parse_spec({"steps": [{"kind": "masking", "rate": 0.5}], "copies": 2, "attempts": 5})
    return build_pipeline(spec, Resources())


@st.composite
def tables(draw: st.DrawFn, width: int = 3) -> tuple[str, list[str]]:
    """A header line, and rows as written by hands of different habits, each with its end."""

    def row(values: list[str]) -> str:
        end, quote_all = draw(ENDS), draw(st.booleans())
        return ",".join(_cell(value, quote_all) for value in values) + end

    header = row(["id", "text", "label"][:width])
    count = draw(st.integers(1, 6))
    return header, [row([draw(VALUES) for _ in range(width)]) for _ in range(count)]


def _cell(value: str, quote_all: bool) -> str:
    if quote_all or any(character in value for character in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


def run(
    data: bytes, name: str, pipeline: Pipeline, **fields: Any
) -> tuple[Summary, bytes, list[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path, output = Path(folder, name), Path(folder, f"out.{name}")
        path.write_bytes(data)
        summary = expand(ExpandRequest(input=path, output=output, **fields), pipeline)
        rejects = Path(f"{output}.rejects.jsonl")
        lines = rejects.read_text("utf-8").splitlines() if rejects.exists() else []
        written = output.read_bytes() if output.exists() else b""
        return summary, written, [json.loads(line) for line in lines]


def counts_hold(summary: Summary, rejects: list[Any]) -> None:
    assert summary.rows == summary.kept + sum(summary.rejected.values())
    assert summary.asked == summary.written + sum(summary.dropped.values())
    kinds = [entry["kind"] for entry in rejects if entry.get("part", 1) == 1]
    assert kinds.count("row") == sum(summary.rejected.values())
    assert kinds.count("copy") == sum(summary.dropped.values())


@given(data=st.lists(PIECES, max_size=40).map("".join), chunk=st.integers(1, 9))
def test_any_bytes_are_scanned_as_the_csv_module_reads_them(data: str, chunk: int) -> None:
    dialect, stream = Dialect(b","), io.BytesIO(data.encode())
    lines = read_lines(lambda _: stream.read(chunk), limit=10**6)
    found = [*scan_rows(lines, dialect, limit=10**6)]
    assert b"".join(row.content for row in found) == data.encode()
    expected = csv.reader(io.StringIO(data, newline=""))
    for row, values in zip(found, expected, strict=True):
        # Of quotes that do not pair the csv module makes a field; here they are faults.
        if isinstance(row, Raw):
            fields = [row.content[slice(*field)] for field in row.fields]
            assert [decode_field(field, dialect) for field in fields] == values
        else:
            assert row.reason in ("unterminated_quote", "stray_quote")


@given(table=tables(), bom=st.booleans(), final_end=st.booleans())
def test_rows_of_a_table_keep_their_bytes(
    table: tuple[str, list[str]], bom: bool, final_end: bool, masking: Pipeline
) -> None:
    header, rows = table
    text = header + "".join(rows)
    stripped = text if final_end else text.rstrip("\r\n") or text
    data = b"\xef\xbb\xbf" * bom + stripped.encode()
    # CR and LF of neighbouring lines may meet; the csv module tells what the rows are.
    expected = [row for row in csv.reader(io.StringIO(stripped, newline="")) if row]
    summary, out, rejects = run(data, "in.csv", masking)
    counts_hold(summary, rejects)
    assert not rejects or {entry["kind"] for entry in rejects} == {"copy"}
    read = [*csv.reader(io.StringIO(out.decode("utf-8-sig"), newline=""))]
    originals = [row for row in read[1:] if row[4] == "0"]
    assert [row[:3] for row in originals] == expected[1:]
    assert out.startswith(data[: len(header.rstrip("\r\n"))])
    at = 0
    for row in rows:
        body = row.rstrip("\r\n").encode()
        at = out.index(body + b",in.csv:", at) + len(body)
    by_id = {row[3]: row for row in originals}
    for row in read[1:]:
        assert (row[0], row[2]) == (by_id[row[3]][0], by_id[row[3]][2])
    assert out.endswith((b"\n", b"\r")) == data.endswith((b"\n", b"\r"))


@given(table=tables(), faults=st.lists(st.integers(0, 5), max_size=3))
def test_bad_rows_are_counted_and_kept_whole(
    table: tuple[str, list[str]], faults: list[int], masking: Pipeline
) -> None:
    header, rows = table
    bad = b'one,"t\nwo"\n'
    # Ends that are LF, so that a bad row's bytes are its own.
    lines = [row.rstrip("\r\n").encode() + b"\n" for row in rows]
    for place in faults:
        lines.insert(place, bad)
    summary, _, rejects = run(header.encode() + b"".join(lines), "in.csv", masking)
    counts_hold(summary, rejects)
    raws = [entry["raw"].encode() for entry in rejects if entry["kind"] == "row"]
    assert raws == [bad] * len(faults)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | VALUES
LISTS = st.lists(SCALARS, max_size=3)
JSON_VALUES = SCALARS | LISTS | st.dictionaries(VALUES, SCALARS | LISTS, max_size=3)


@given(value=st.dictionaries(VALUES, JSON_VALUES, max_size=4), data=st.data())
def test_json_members_are_found_where_they_stand(
    value: dict[str, Any], data: st.DataObject
) -> None:
    ascii_only, indent = data.draw(st.booleans()), data.draw(st.sampled_from([None, 0, 2]))
    line = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    members, close = scan_object(line)
    assert {key: member.value for key, member in members.items()} == value
    assert close == len(line) - 1
    for member in members.values():
        assert json.loads(line[member.start : member.end]) == member.value


@given(
    values=st.lists(
        st.fixed_dictionaries({"text": VALUES, "n": JSON_VALUES, "spans": st.just([])}),
        min_size=1,
        max_size=5,
    ),
    data=st.data(),
)
def test_rows_of_json_lines_keep_their_bytes(
    values: list[dict[str, Any]], data: st.DataObject, masking: Pipeline
) -> None:
    lines = [json.dumps(value, ensure_ascii=data.draw(st.booleans())) for value in values]
    text = "".join(line + data.draw(ENDS) for line in lines)
    summary, out, rejects = run(text.encode(), "in.jsonl", masking, columns=Columns())
    counts_hold(summary, rejects)
    # Only these end lines; str.splitlines would split at more.
    written = [line.decode() for line in out.splitlines()]
    read = [json.loads(line) for line in written]
    originals = [line for line, row in zip(written, read, strict=True) if row["copy"] == 0]
    assert [line[: len(o) - 1] for line, o in zip(originals, lines, strict=True)] == [
        line[:-1] for line in lines
    ]
    for row in read:
        original = values[int(row["source_id"].rpartition(":")[2]) - 1]
        assert row["n"] == original["n"]


CONLL_LINES = st.sampled_from(
    [
        *("word\tX\tO", "Rome\tX\tB-city", "Old\tX\tI-city", "#tag\tX\tO", "ragged"),
        *("# a comment", "-DOCSTART-\tX\tO", "", "", " ", "naïve\tX\tO", "#\tX\tO"),
    ]
)


@given(lines=st.lists(st.tuples(CONLL_LINES, ENDS), max_size=25), final_end=st.booleans())
def test_sentences_of_a_conll_file_keep_their_bytes(
    lines: list[tuple[str, str]], final_end: bool, masking: Pipeline
) -> None:
    text = "first\tX\tO\n" + "".join(line + end for line, end in lines)
    data = (text if final_end else text.rstrip("\r\n")).encode()
    shape = Shape(tabs=True, width=3, token=0, tag=2)
    stream = io.BytesIO(data)
    found = [*scan_sentences(read_lines(stream.read, limit=10**6), shape, limit=10**6)]
    assert b"".join(row.content for row in found) == data
    summary, out, rejects = run(data, "in.conll", masking)
    counts_hold(summary, rejects)
    assert summary.rows == len(found)
    # Without its copies and new comments the output is the input, less what was rejected.
    new = rb"# source_id = in\.conll:\d+\n# copy = %s\n# trail = \[.*\]\n"
    plain = re.sub((new % b"[12]") + rb"(?:[^\t\n]+\t[X_]\t[^\n]+\n?)+\n?", b"", out)
    plain = re.sub(new % b"0", b"", plain)
    bad = {entry["raw"].encode() for entry in rejects if entry["kind"] == "row"}
    kept = b"".join(row.content for row in found if row.content not in bad)
    assert plain.split() == kept.split()
    if not summary.written and not bad:
        assert plain == kept
