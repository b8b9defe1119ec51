"""Members of a JSON row by offset; what is no usable row is told with its reason."""

import json

import pytest

from augment.datasets.json_lines import scan_object
from augment.datasets.rows import BadRowError
from augment.datasets.spans import read_spans, write_spans
from augment.edits import Span


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        ' { "a" : "x" , "b":[1,{"c":"}"}],"d":null}\r\n',
        '{"text": "caf\u00e9 \\ud83d\\ude00 \\"q\\"", "n": -1.5e3, "t": true}\n',
        '{"": {"nested": ["\\u007d", 1]}}',
    ],
)
def test_members_are_those_of_json(line: str) -> None:
    members, close = scan_object(line)
    assert {key: member.value for key, member in members.items()} == json.loads(line)
    assert line[close] == "}"
    assert line[close + 1 :].strip() == ""
    for member in members.values():
        assert json.loads(line[member.start : member.end]) == member.value


@pytest.mark.parametrize(
    ("line", "reason", "part"),
    [
        ("", "not_json", "no JSON"),
        ("text", "not_json", "no JSON"),
        ('["a"]', "not_json", "no object"),
        ('{"a": 1,}', "not_json", "expected"),
        ('{"a": 1', "not_json", "expected ','"),
        ('{"a" 1}', "not_json", "expected ':'"),
        ('{"a": 1} {"b": 2}', "not_json", "follows the object"),
        ('{"a": "x\ty"}', "not_json", "no JSON"),
        ('{"a": ' + "[" * 100_000, "not_json", "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "not_json", "no JSON"),
        ('{"a": 1, "a": 2}', "duplicate_key", "'a' twice"),
    ],
)
def test_faults(line: str, reason: str, part: str) -> None:
    with pytest.raises(BadRowError) as caught:
        scan_object(line)
    assert caught.value.reason == reason
    assert part in caught.value.detail


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("x", "must be a list"),
        ([[0]], "each must be"),
        ([[0, 1.5, "A"]], "each must be"),
        ([{"start": 0}], "each must be"),
        ([[True, 2]], "each must be"),
        ([[0, 99, "A"]], "not inside the text of 5"),
        ([[-1, 2, "A"]], "not inside"),
        ([[0, 3, "A"], [2, 4, "B"]], "overlap"),
    ],
)
def test_wrong_spans(value: object, part: str) -> None:
    with pytest.raises(BadRowError) as caught:
        read_spans(value, "hello", "spans")
    assert part in caught.value.detail


def test_spans_keep_their_shape_and_order() -> None:
    value = [{"start": 3, "end": 5, "label": "B", "score": 0.5}, [0, 2, "A"], [5, 5]]
    spans = read_spans(value, "hello", "spans")
    assert spans == (Span(3, 5, "B"), Span(0, 2, "A"), Span(5, 5))
    moved = [Span(s.start + 1, s.end + 1, s.label) for s in spans]
    assert write_spans(value, moved) == [
        {"start": 4, "end": 6, "label": "B", "score": 0.5},
        [1, 3, "A"],
        [6, 6],
    ]
