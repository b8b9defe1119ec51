"""Files of every format as examples: what is read, and what becomes a fault with its line."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from augment.datasets.columns import Columns
from augment.datasets.labels import LabelShape
from augment.errors import DataError
from regularize.data import Example
from regularize.reading import DataOptions, read_examples


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def lines(path: Path, *rows: object) -> str:
    return written(path, "".join(f"{json.dumps(row)}\n" for row in rows))


def test_csv_by_usual_names_with_file_and_row_as_id(tmp_path: Path) -> None:
    found = read_examples(written(tmp_path / "a.csv", 'intent,Text\nplay,"a, b"\nstop,c\n'))
    assert found.rows == (Example("a.csv:1", "a, b", "play"), Example("a.csv:2", "c", "stop"))
    assert (found.task, found.faults) == ("single", ())


def test_rows_that_cannot_be_used_are_faults_with_their_line(tmp_path: Path) -> None:
    source = written(tmp_path / "a.csv", "text,label\ngood,a\n  ,a\nno label,\nragged\nfine,b\n")
    found = read_examples(source)
    assert [row.text for row in found.rows] == ["good", "fine"]
    assert [(fault.line, fault.reason) for fault in found.faults] == [
        (3, "empty_text"), (4, "no_label"), (5, "ragged"),
    ]  # fmt: skip
    assert found.faults[0].content == b"  ,a\n"


def test_labels_of_another_type_than_most_rows_have_are_faults(tmp_path: Path) -> None:
    source = lines(
        tmp_path / "a.jsonl",
        {"text": "odd", "label": 1},
        {"text": "x", "label": "a"},
        {"text": "y", "label": "b"},
        {"text": "z", "label": ["a", "b"]},
        {"text": "t", "label": True},
        {"text": "o", "label": {"a": 1}},
    )
    found = read_examples(source)
    assert [row.label for row in found.rows] == ["a", "b"]
    assert [(fault.line, fault.reason) for fault in found.faults] == [
        (1, "mixed_labels"), (4, "mixed_labels"), (5, "mixed_labels"), (6, "bad_label"),
    ]  # fmt: skip
    assert found.faults[0].detail == "the label in 'label' is a number, where most rows have a name"


def test_lists_are_several_labels_and_may_be_empty(tmp_path: Path) -> None:
    source = lines(
        tmp_path / "a.jsonl", {"text": "x", "labels": ["b", "a", "b"]}, {"text": "y", "labels": []}
    )
    found = read_examples(source)
    assert found.task == "several"
    assert [row.label for row in found.rows] == [("b", "a"), ()]


def test_a_separator_makes_several_labels_of_a_field(tmp_path: Path) -> None:
    source = written(tmp_path / "a.csv", "text,label\nx,a; b\ny,\n")
    options = DataOptions(columns=Columns(labels=LabelShape("classes", ";")))
    found = read_examples(source, options)
    assert [row.label for row in found.rows] == [("a", "b"), ()]


def test_scores_are_no_classes_but_whole_numbers_are(tmp_path: Path) -> None:
    scores = lines(tmp_path / "a.jsonl", {"text": "x", "label": 1.5}, {"text": "y", "label": 2})
    with pytest.raises(DataError, match="holds scores, and a classifier needs classes"):
        read_examples(scores)
    whole = lines(tmp_path / "b.jsonl", {"text": "x", "label": 1}, {"text": "y", "label": 2})
    assert [row.label for row in read_examples(whole).rows] == ["1", "2"]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_copies_by_expand_have_the_id_of_their_original(tmp_path: Path, name: str) -> None:
    rows = [("x", "in.csv:1", 0), ("x y", "in.csv:1", 1), ("z", "in.csv:2", 0)]
    if name == "a.csv":
        body = "".join(f"{text},a,{source},{copy},[]\n" for text, source, copy in rows)
        source = written(tmp_path / name, f"text,label,source_id,copy,trail\n{body}")
    else:
        source = lines(
            tmp_path / name,
            *(
                {"text": text, "label": "a", "source_id": of, "copy": copy, "trail": []}
                for text, of, copy in rows
            ),
        )
    found = read_examples(source)
    assert [(row.id, row.source_id) for row in found.rows] == [
        ("in.csv:1", None), ("in.csv:1#1", "in.csv:1"), ("in.csv:2", None),
    ]  # fmt: skip
    assert found.rows[1].group == found.rows[0].group


def test_an_id_that_comes_twice_is_a_fault(tmp_path: Path) -> None:
    source = written(tmp_path / "a.csv", "id,text,label\n7,x,a\n7,y,b\n")
    found = read_examples(source, DataOptions(columns=Columns(id="id")))
    assert [fault.reason for fault in found.faults] == ["duplicate_id"]


def test_parquet_is_read_as_the_same_rows_in_jsonl(tmp_path: Path) -> None:
    rows = [{"text": "x", "label": "a"}, {"text": "", "label": "b"}, {"text": "y", "label": "b"}]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    found = read_examples(str(tmp_path / "a.parquet"))
    assert [(row.id, row.text) for row in found.rows] == [
        ("a.parquet:1", "x"),
        ("a.parquet:3", "y"),
    ]
    assert [fault.line for fault in found.faults] == [2]


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing")
    with pytest.raises(DataError, match=r"a\.parquet: cannot be read as Parquet"):
        read_examples(str(tmp_path / "a.parquet"))


def test_tags_come_in_iob2_whatever_the_scheme(tmp_path: Path) -> None:
    source = lines(
        tmp_path / "a.jsonl",
        {"tokens": ["New", "York", "is", "in", "Ohio"], "tags": ["B-x", "L-x", "O", "O", "U-x"]},
        {"tokens": ["a"], "tags": ["O", "O"]},
    )
    found = read_examples(source)
    assert found.task == "tags"
    assert found.rows[0].label == ("B-x", "I-x", "O", "O", "B-x")
    assert found.rows[0].tokens == ("New", "York", "is", "in", "Ohio")
    assert [fault.reason for fault in found.faults] == ["bad_tags"]


def test_conll(tmp_path: Path) -> None:
    source = written(tmp_path / "a.conll", "Ohio B-x\nis O\n\ngood O\n")
    assert [row.text for row in read_examples(source).rows] == ["Ohio is", "good"]


def test_the_sample_is_read_without_a_file() -> None:
    assert len(read_examples("sample:support/dev").rows) == 96


def test_what_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no\.csv: there is no such file"):
        read_examples(str(tmp_path / "no.csv"))
    with pytest.raises(DataError, match="is a folder"):
        read_examples(str(tmp_path))
    with pytest.raises(DataError, match="no column has a usual name for the label"):
        read_examples(written(tmp_path / "a.csv", "text,other\nx,y\n"))
    with pytest.raises(DataError, match=r"no row can be used \(2 empty_text\)"):
        read_examples(written(tmp_path / "b.csv", "text,label\n ,y\n ,z\n"))
    source = written(tmp_path / "c.csv", "text,other,label\nx,y,z\n")
    with pytest.raises(DataError, match="two texts each"):
        read_examples(source, DataOptions(columns=Columns(text="text", text_b="other")))
