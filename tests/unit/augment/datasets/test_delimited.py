"""The scanner finds the fields that Python's csv module finds, in the file's own bytes."""

import csv
import io

import pytest

from augment.datasets.delimited import Dialect, decode_field, encode_field, scan_rows
from augment.datasets.lines import read_lines
from augment.datasets.rows import Fault, Raw

COMMA = Dialect(b",")


def scan(data: bytes, dialect: Dialect = COMMA, limit: int = 1000) -> list[Raw | Fault]:
    return list(scan_rows(read_lines(io.BytesIO(data).read, limit=limit), dialect, limit=limit))


def values(data: bytes, dialect: Dialect = COMMA) -> list[list[str]]:
    found = scan(data, dialect)
    assert all(isinstance(row, Raw) for row in found)
    return [
        [decode_field(row.content[slice(*field)], dialect) for field in row.fields]
        for row in found
        if isinstance(row, Raw)
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n",
        b"a,b\r\n1,2\r3,4\n5,6",
        b'a,"b, c"\n"two\nlines","x""y"\n',
        b'"",,""\n,\n',
        b'5" pipe,"3"" pipe"\n',
        b'"closed"tail,"a"b"c"\n',
        b'a,"b"\r\n\r\n\n"c\r\nd",e\r',
        b"\n\na\n",
        " a , \u201cb\u201d,\u4e2d\u6587\n".encode(),
        b'"\n\n\n"\n',
    ],
)
def test_fields_are_those_of_the_csv_module(data: bytes) -> None:
    expected = list(csv.reader(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")))
    assert values(data) == expected


def test_rows_joined_are_the_file() -> None:
    data = b'a,"b\nc"\r\nd,e\rf,g'
    assert b"".join(row.content for row in scan(data)) == data


def test_lines_are_counted_within_quotes() -> None:
    assert [row.line for row in scan(b'a\n"x\ny\nz"\nb\n')] == [1, 2, 5]


def test_without_quotes_a_quote_is_a_character() -> None:
    assert values(b'"a\tb"\n', Dialect(b"\t", quotes=False)) == [['"a', 'b"']]


def test_an_open_quote_takes_the_rest_and_names_its_line() -> None:
    *before, fault = scan(b'a,b\n1,2\n3,"x\n4,5\n')
    assert len(before) == 2
    assert isinstance(fault, Fault)
    assert (fault.line, fault.reason, fault.content) == (3, "unterminated_quote", b'3,"x\n4,5\n')
    assert "opens in line 3" in fault.detail


def test_an_open_quote_in_a_later_line_of_its_row() -> None:
    (fault,) = scan(b'"a\nb","c\nd')
    assert isinstance(fault, Fault)
    assert (fault.line, "opens in line 2" in fault.detail) == (1, True)


def test_a_quote_that_closes_lines_later_and_not_at_a_field_s_end_is_no_pair() -> None:
    head, fault, last = scan(b'a,b\n"Oh no,1\nsaid "quoted",2\nx,y\n')
    assert isinstance(fault, Fault)
    assert (fault.line, fault.reason) == (2, "stray_quote")
    assert (head.line, last.line) == (1, 4)


def test_a_row_over_the_limit_comes_in_parts_and_the_next_one_is_read() -> None:
    data = b"a,b\n" + b"x" * 5000 + b",y\n1,2\n"
    head, *faults, last = scan(data, limit=1000)
    assert all(isinstance(fault, Fault) and fault.reason == "row_too_long" for fault in faults)
    assert b"".join(row.content for row in (head, *faults, last)) == data
    assert (last.line, last.content) == (3, b"1,2\n")


def test_a_long_quoted_field_goes_on_over_line_ends() -> None:
    data = b'"' + b"x,y\n" * 500 + b'",z\n1,2\n'
    *faults, last = scan(data, limit=100)
    assert [fault.part for fault in faults if isinstance(fault, Fault)] == [
        *range(1, len(faults) + 1)
    ]
    assert [fault.parts_follow for fault in faults if isinstance(fault, Fault)][-2:] == [
        True,
        False,
    ]
    assert max(len(fault.content) for fault in faults) < 200
    assert last.content == b"1,2\n"
    assert b"".join(row.content for row in (*faults, last)) == data


def test_values_are_quoted_where_they_must_be() -> None:
    assert encode_field("plain", COMMA) == b"plain"
    assert encode_field("plain", COMMA, quoted=True) == b'"plain"'
    for value in ("a,b", 'a"b', "a\nb", "a\rb"):
        encoded = encode_field(value, COMMA)
        assert encoded is not None
        assert decode_field(encoded, COMMA) == value
    assert encode_field("a\tb", Dialect(b"\t", quotes=False)) is None
    assert encode_field('a"b', Dialect(b"\t", quotes=False)) == b'a"b'
