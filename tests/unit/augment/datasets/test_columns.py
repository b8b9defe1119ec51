"""Columns are found by name, or the error says what there is and what to do."""

import pytest

from augment.datasets.columns import (
    Columns,
    Found,
    NewColumns,
    check_new,
    find_columns,
    find_text,
)
from augment.errors import DataError


@pytest.mark.parametrize(
    ("names", "text", "label"),
    [
        (["id", "text", "label"], "text", "label"),
        (["Review ", "Sentiment"], "Review ", "Sentiment"),
        (["message", "text", "class", "intent"], "text", "class"),
        (["anything"], "anything", None),
    ],
)
def test_found_by_usual_names(names: list[str], text: str, label: str | None) -> None:
    assert find_text(Columns(), names) == text
    assert find_columns(Columns(), names, [text]) == Found(label, None, None)


def test_a_named_label_is_not_taken_for_the_text() -> None:
    assert find_text(Columns(label="text"), ["text", "message"]) == "message"


@pytest.mark.parametrize(
    ("asked", "names", "parts"),
    [
        (Columns(), ["a", "b"], ("name it with --text", "'a', 'b'")),
        (
            Columns(text="txt"),
            ["text"],
            ("no column 'txt' (--text); did you mean 'text'?", "'text'"),
        ),
        (Columns(label="zzz"), ["text"], ("no column 'zzz' (--label); the columns are: 'text'",)),
        (Columns(split="part"), ["text"], ("--split-column",)),
        (Columns(), ["text", "x", "x"], ("'x' is there 2 times", "rename")),
        (Columns(), ["id;text;label"], ("--delimiter ';'",)),
        (Columns(), ["id\ttext"], ("--delimiter tab",)),
    ],
)
def test_errors_name_what_is_there(
    asked: Columns, names: list[str], parts: tuple[str, ...]
) -> None:
    with pytest.raises(DataError) as caught:
        find_columns(asked, names, [find_text(asked, names)])
    for part in parts:
        assert part in str(caught.value)


def test_a_taken_name_is_told_with_the_option_that_helps() -> None:
    with pytest.raises(DataError, match=r"a column 'copy' already.*--rename copy=augment_copy"):
        check_new(NewColumns(), ["text", "copy"])
    with pytest.raises(DataError, match="an output of `augment expand`"):
        check_new(NewColumns(), ["text", "source_id", "copy", "trail"])
    with pytest.raises(DataError, match="two new columns have the same name"):
        check_new(NewColumns(copy="trail"), ["text"])
    check_new(NewColumns(copy="copy_number"), ["text", "copy"])
