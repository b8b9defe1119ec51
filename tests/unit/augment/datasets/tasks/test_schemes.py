"""Tags become entities and entities tags, in every scheme; what is no sequence of it is told."""

import pytest

from augment.datasets.rows import BadRowError
from augment.datasets.tasks.schemes import Entity, Scheme, read_tags, recognised, write_tags

ENTITIES = [Entity(0, 3, "A"), Entity(3, 4, "A"), Entity(4, 6, "B"), Entity(7, 8, "A-1")]
WRITTEN: dict[Scheme, str] = {
    "bio": "B-A I-A I-A B-A B-B I-B O B-A-1",
    "iob1": "I-A I-A I-A B-A I-B I-B O I-A-1",
    "bilou": "B-A I-A L-A U-A B-B L-B O U-A-1",
    "bioes": "B-A I-A E-A S-A B-B E-B O S-A-1",
}


@pytest.mark.parametrize("scheme", WRITTEN)
def test_there_and_back(scheme: Scheme) -> None:
    tags = WRITTEN[scheme].split()
    assert read_tags(tags, scheme) == ENTITIES
    assert write_tags(ENTITIES, 8, scheme) == tags
    assert recognised([tags]) == scheme
    assert read_tags([], scheme) == []


def test_tags_without_a_label() -> None:
    assert read_tags(["B", "I", "O"], "bio") == [Entity(0, 2, "")]
    assert write_tags([Entity(0, 2, "")], 3, "bio") == ["B", "I", "O"]


@pytest.mark.parametrize(
    ("scheme", "tags", "part"),
    [
        ("bio", "O I-A", "tag 2 ('I-A') cannot follow 'O' in the scheme bio"),
        ("bio", "I-A", "tag 1 ('I-A') cannot be the first one"),
        ("bio", "B-A I-B", "tag 2 ('I-B') cannot follow 'B-A'"),
        ("bio", "B-A L-A", "tag 2 is 'L-A'; in the scheme bio a tag is O, or one of B, I"),
        ("bio", "B-", "tag 1 is 'B-'"),
        ("bio", "PERSON", "name another scheme (iob1, bilou, bioes) with --tags-scheme"),
        ("iob1", "B-A", "cannot be the first one"),
        ("iob1", "I-A B-B", "tag 2 ('B-B') cannot follow 'I-A'"),
        ("bilou", "B-A O", "tag 2 ('O') cannot follow 'B-A'"),
        ("bilou", "O B-A", "tag 2 ('B-A') is the last one, and its entity has no end"),
        ("bilou", "U-A I-A", "tag 2 ('I-A') cannot follow 'U-A'"),
        ("bilou", "B-A U-A", "tag 2 ('U-A') cannot follow 'B-A'"),
        ("bioes", "L-A", "tag 1 is 'L-A'"),
        ("bioes", "B-A E-B", "tag 2 ('E-B') cannot follow 'B-A'"),
        ("bioes", "E-A", "cannot be the first one"),
    ],
)
def test_wrong_tags_are_told_with_their_place(scheme: Scheme, tags: str, part: str) -> None:
    with pytest.raises(BadRowError) as caught:
        read_tags(tags.split(), scheme)
    assert caught.value.reason == "bad_tags"
    assert part in caught.value.detail


def test_one_wrong_row_does_not_make_another_scheme() -> None:
    assert recognised([["O", "I-A"], ["B-A", "I-A"]]) == "bio"
    assert recognised([]) == "bio"
