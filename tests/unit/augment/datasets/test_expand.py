"""What comes out of `expand`, format by format and fault by fault."""

import base64
import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from augment.build import build_pipeline
from augment.datasets.columns import Columns, NewColumns
from augment.datasets.expand import ExpandRequest, Progress, expand
from augment.datasets.labels import LabelCount
from augment.datasets.summary import Summary
from augment.datasets.units.batches import BATCH_ROWS
from augment.errors import Cancelled, DataError, OutputError
from augment.pipeline import Pipeline
from augment.record import trail_from_json, undo
from augment.resources import Resources
from augment.spec import parse_spec

TABLE = b"text,label\nWhere is my parcel now?,delivery\nI want my money back today,returns\n"


@pytest.fixture(scope="module")
def masking() -> Pipeline:
    spec = parse_spec({"steps": [{"kind": "masking", "rate": 0.3}], "copies": 2})
    return build_pipeline(spec, Resources())


class Runner:
    """Runs `expand` in a folder of its own."""

    def __init__(self, folder: Path, pipeline: Pipeline) -> None:
        self.folder = folder
        self.pipeline = pipeline

    def __call__(
        self, data: bytes, name: str = "in.csv", output: str = "", **fields: Any
    ) -> tuple[Summary, bytes]:
        (self.folder / name).write_bytes(data)
        path = self.folder / (output or f"out.{name}")
        request = ExpandRequest(input=self.folder / name, output=path, **fields)
        summary = expand(request, self.pipeline)
        return summary, path.read_bytes() if path.exists() else b""

    def rejects(self, output: str) -> list[dict[str, Any]]:
        path = self.folder / f"{output}.rejects.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def run(tmp_path: Path, masking: Pipeline) -> Runner:
    return Runner(tmp_path, masking)


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_originals_first_then_their_copies(run: Runner) -> None:
    summary, out = run(TABLE)
    found = rows(out)
    assert [row["copy"] for row in found] == ["0", "1", "2", "0", "1", "2"]
    assert [row["source_id"] for row in found] == ["in.csv:1"] * 3 + ["in.csv:2"] * 3
    for row in found:
        original = found[0] if row["source_id"] == "in.csv:1" else found[3]
        assert row["label"] == original["label"]
        assert undo(row["text"], trail_from_json(json.loads(row["trail"]))) == original["text"]
    assert summary.labels == {"delivery": LabelCount(1, 3), "returns": LabelCount(1, 3)}
    assert summary.kinds == {"masking": 4}
    assert run.names() == ["in.csv", "out.in.csv", "out.in.csv.run.json"]


def test_bytes_around_the_text_stay(run: Runner) -> None:
    head = b'\xef\xbb\xbf"id" ,text,note\r\n'
    one = b'007," a ""quoted"" text, of words",\r'
    two = b"'8',plain words of a text,\"two\nlines\""
    _, out = run(head + one + two, columns=Columns(text="text"))
    lines = out.split(b"\r\n")
    assert lines[0] == head[:-2] + b",source_id,copy,trail"
    first, second = lines[1].split(b"\r")
    assert first == one[:-1] + b",in.csv:1,0,[]"
    assert second.startswith((b'007," a ""', b'007," [MASK]'))
    assert b"\r\n" + two + b",in.csv:2,0,[]\r\n" in out
    assert not out.endswith(b"\n")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b""])
def test_the_last_line_ends_as_it_did(run: Runner, end: bytes) -> None:
    _, out = run(b"text\nsome words to hide" + end)
    assert out.endswith(b"\n") == bool(end)
    assert len(rows(out)) == 3


def test_only_copies(run: Runner) -> None:
    summary, out = run(TABLE, keep_originals=False)
    assert [row["copy"] for row in rows(out)] == ["1", "2", "1", "2"]
    assert summary.labels["returns"] == LabelCount(1, 2)


def test_copies_of_one_part_only(run: Runner) -> None:
    data = b"text,part\nmany words in here,train\nmany words in here,test\n"
    summary, out = run(data, columns=Columns(split="part"))
    assert [(row["part"], row["copy"]) for row in rows(out)] == [
        *(("train", copy) for copy in "012"),
        ("test", "0"),
    ]
    assert (summary.kept, summary.asked) == (2, 2)


def test_gzip_in_and_out_gives_the_same_copies(run: Runner) -> None:
    _, plain = run(TABLE)
    _, packed = run(gzip.compress(TABLE), "in.csv.gz", "packed.csv.gz")
    assert gzip.decompress(packed) == plain


def test_tsv_with_and_without_quotes(run: Runner) -> None:
    data = b'text\tlabel\n"Oh no!\tx\nsome "quoted" words here\ty\n'
    _, out = run(data, "in.tsv", quotes=False)
    assert b'"Oh no!\tx\tin.tsv:1\t0\t[]\n' in out
    summary, _ = run(data + b"a row that holds\tz\n", "two.tsv")
    assert summary.rejected == {"stray_quote": 1}
    assert "--no-quotes" in run.rejects("out.two.tsv")[0]["detail"]


def test_json_keeps_its_bytes_and_moves_spans(run: Runner) -> None:
    line = (
        '{ "text" : "Please send the parcel to Köln soon", "spans": [[26, 30, "CITY"]], "n": 1.0 }'
    )
    _, out = run(line.encode(), "in.jsonl", columns=Columns())
    lines = out.decode().split("\n")
    assert lines[0] == line[:-1] + ', "source_id": "in.jsonl:1", "copy": 0, "trail": []}'
    for copy in map(json.loads, lines[1:]):
        ((start, end, label),) = copy["spans"]
        assert (copy["text"][start:end], label) == ("Köln", "CITY")
        assert undo(copy["text"], trail_from_json(copy["trail"])) == json.loads(line)["text"]
    assert all('"n": 1.0 , "source_id"' in line for line in lines)


def test_json_escapes_where_the_row_did(run: Runner) -> None:
    data = b'{"text": "caf\\u00e9 in the old town"}\n{"text": "caf\xc3\xa9 in the old town"}\n'
    _, out = run(data, "in.jsonl")
    lines = out.splitlines()
    assert all(line.isascii() for line in lines[:3])
    assert all("é".encode() in line for line in lines[3:] if b"caf" in line.split(b"trail")[0])


BAD_ROWS = {
    "ragged": b"one,two,three\n",
    "not_utf8": b"caf\xe9 au lait,x\n",
    "nul_byte": b"a\0b,x\n",
}


@pytest.mark.parametrize("reason", BAD_ROWS)
def test_a_bad_row_goes_to_the_rejects_whole(run: Runner, reason: str) -> None:
    summary, out = run(TABLE + BAD_ROWS[reason] + b"the last row is fine,z\n")
    assert len(rows(out)) == 9
    assert (summary.rows, summary.kept, summary.rejected) == (4, 3, {reason: 1})
    (entry,) = run.rejects("out.in.csv")
    assert (entry["kind"], entry["line"], entry["reason"]) == ("row", 4, reason)
    raw = base64.b64decode(entry["raw_base64"]) if "raw_base64" in entry else entry["raw"].encode()
    assert raw == BAD_ROWS[reason]
    # The row keeps its number, so mending it changes no other copy.
    assert rows(out)[-1]["source_id"] == "in.csv:4"


BAD_JSON = {
    '{"text": "x"': "not_json",
    '["x"]': "not_json",
    '{"label": "x", "id": "3"}': "no_text",
    '{"text": null, "id": "4"}': "no_text",
    '{"text": "\\ud800 words", "id": "5"}': "lone_surrogate",
    '{"text": "x", "copy": 1}': "name_taken",
    '{"text": "x", "text": "y"}': "duplicate_key",
    '{"text": "x", "id": "2", "spans": [[0, 9, "A"]]}': "bad_spans",
    '{"text": "x", "id": [1]}': "bad_id",
    '{"text": "x", "id": "1"}': "duplicate_id",
}


def test_bad_json_rows(run: Runner) -> None:
    good = '{"text": "a row of many words", "id": "1"}'
    data = "\n".join([good, *BAD_JSON]).encode()
    summary, _ = run(data, "in.jsonl", columns=Columns(id="id"))
    entries = run.rejects("out.in.jsonl")
    assert [entry["reason"] for entry in entries] == list(BAD_JSON.values())
    assert [entry["raw"].rstrip("\n") for entry in entries] == list(BAD_JSON)
    assert [entry["line"] for entry in entries] == [*range(2, 12)]
    assert summary.rows == summary.kept + sum(summary.rejected.values()) == 11


@pytest.mark.parametrize(
    "text", ["", "   ", "\U0001f600\U0001f44d", "\u0645\u0631\u062d\u0628\u0627"]
)
def test_texts_without_a_word_to_spare_are_kept(run: Runner, text: str) -> None:
    summary, out = run(f'text,label\n"{text}",x\n'.encode())
    assert [row["text"] for row in rows(out)] == [text]
    assert summary.dropped == {"nothing_to_mask": 2}
    assert [entry["copy"] for entry in run.rejects("out.in.csv")] == [1, 2]


def test_a_long_text_is_augmented_and_a_longer_one_only_kept(run: Runner) -> None:
    data = b"text\n" + b"word " * 20_000 + b"\n"
    summary, _ = run(data, output="one.csv")
    assert summary.written == 2
    summary, out = run(data, output="two.csv", text_limit=1000)
    assert summary.dropped == {"text_too_long": 2}
    assert len(rows(out)) == 1


def test_a_row_over_the_limit_is_rejected_whole(run: Runner) -> None:
    big = b"x" * 10_000_000 + b",y\n"
    summary, out = run(TABLE + big + b"and one more row,z\n", row_limit=1 << 20)
    assert (summary.rows, summary.rejected) == (4, {"row_too_long": 1})
    entries = run.rejects("out.in.csv")
    assert [entry["part"] for entry in entries] == [*range(1, len(entries) + 1)]
    assert "".join(entry["raw"] for entry in entries).encode() == big
    assert rows(out)[-1]["source_id"] == "in.csv:4"


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("in.csv", b"", "the file is empty"),
        ("in.csv", b"\xef\xbb\xbf", "the file is empty"),
        ("in.csv", b"\n\r\n", "the file is empty"),
        ("in.csv", b"text,label\n\n", "a header but no rows"),
        ("in.csv", b"a,b\n1,2\n", "name it with --text"),
        ("in.csv", b"text,text\n1,2\n", "'text' is there 2 times"),
        ("in.csv", b"text,copy\n1,2\n", "--rename copy=augment_copy"),
        ("in.csv", b"text,source_id,copy,trail\n1,2,3,4\n", "is an output of `augment expand`"),
        ("in.csv", "text\nwörds\n".encode("utf-16"), "is UTF-16; convert it first"),
        ("in.csv", "text\nw\n".encode("utf-16-le"), "NUL byte"),
        ("in.csv", b"t\xe9xt\n1\n", "cannot be read as a header: byte 2 of the row (0xe9)"),
        ("in.jsonl", b"", "the file is empty"),
        ("in.jsonl", b"\n \n", "only blank lines"),
        ("in.jsonl", b"text,label\na,b\n", "none of the first 2 rows is a JSON object; line 1"),
        ("in.jsonl", b'{"a": 1, "b": 2}\n', "name it with --text"),
        ("in.csv.gz", b"text\nwords\n", "named .gz but holds no gzip data"),
        ("in.csv.gz", gzip.compress(b"text\nwords\n" * 99)[:-12], "damaged or cut off"),
        ("in.txt", b"text\nwords\n", "name it with --format csv, tsv, jsonl, conll or parquet"),
    ],
)
def test_an_unusable_file_is_an_error_and_leaves_nothing(
    run: Runner, name: str, data: bytes, part: str
) -> None:
    with pytest.raises(DataError) as caught:
        run(data, name)
    assert part in str(caught.value)
    assert name in str(caught.value)
    assert run.names() == [name]


def test_renamed_columns(run: Runner) -> None:
    _, out = run(b"text,copy\nmany words in here,x\n", new=NewColumns(copy="number"))
    assert [row["number"] for row in rows(out)] == ["0", "1", "2"]


def test_outputs_that_are_refused(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to("in.csv")
    for output in ("in.csv", "link.csv"):
        with pytest.raises(OutputError, match="is the input itself"):
            run(TABLE, output=output, force=True)
    with pytest.raises(OutputError, match=r"named as jsonl, but the input is csv.*suffix \.csv"):
        run(TABLE, output="out.jsonl")
    run(TABLE)
    with pytest.raises(OutputError, match="give --force"):
        run(TABLE)
    _, first = run(TABLE, force=True)
    assert first == (tmp_path / "out.in.csv").read_bytes()


def test_without_any_line_there_is_no_output(run: Runner) -> None:
    summary, out = run(b"text,label\nragged\n")
    assert (out, summary.output, summary.rejected) == (b"", None, {"ragged": 1})
    assert run.names() == ["in.csv", "out.in.csv.rejects.jsonl"]


def test_old_rejects_do_not_outlive_their_rows(run: Runner) -> None:
    run(TABLE + b"ragged\n")
    with pytest.raises(OutputError, match=r"rejects\.jsonl: exists already|give --force"):
        run(TABLE)
    run(TABLE, force=True)
    assert run.names() == ["in.csv", "out.in.csv", "out.in.csv.run.json"]


@pytest.mark.parametrize("name", ["in.csv", "in.csv.gz"])
def test_progress_comes_to_the_size_of_the_file(
    tmp_path: Path, masking: Pipeline, name: str
) -> None:
    data = b"text\n" + b"some words here\n" * (3 * BATCH_ROWS + 8)
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    seen: list[Progress] = []
    request = ExpandRequest(input=tmp_path / name, output=tmp_path / "out.csv")
    expand(request, masking, progress=seen.append)
    assert [progress.rows for progress in seen] == [
        *(BATCH_ROWS, 2 * BATCH_ROWS, 3 * BATCH_ROWS, 3 * BATCH_ROWS + 8)
    ]
    assert seen[-1].size == (tmp_path / name).stat().st_size
    assert 0.9 * seen[-1].size < seen[-1].position <= seen[-1].size


@pytest.mark.parametrize("fault", [KeyboardInterrupt, RuntimeError])
def test_a_run_that_breaks_off_leaves_nothing(
    tmp_path: Path, masking: Pipeline, fault: type[BaseException]
) -> None:
    (tmp_path / "in.csv").write_bytes(b"text\n" + b"some words here\nragged,row\n" * 200)
    request = ExpandRequest(input=tmp_path / "in.csv", output=tmp_path / "out.csv")

    def stop(progress: Progress) -> None:
        if progress.rows > 100:
            raise fault

    expected = Cancelled if fault is KeyboardInterrupt else fault
    with pytest.raises(expected) as caught:
        expand(request, masking, progress=stop)
    if expected is Cancelled:
        assert "nothing was written to" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_copy_that_the_format_cannot_hold_is_dropped(run: Runner) -> None:
    step = {"kind": "masking", "mask_token": "\t"}
    run.pipeline = build_pipeline(parse_spec({"steps": [step]}), Resources())
    summary, out = run(TABLE.replace(b",", b"\t"), "in.tsv", quotes=False)
    assert summary.dropped == {"not_writable": 2}
    assert len(out.splitlines()) == 3
