"""What kinds that put words in share: where there is room for one, and the edits for it."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from augment.edits import Edit
from augment.lexicons.articles import Articles
from augment.lexicons.casing import like
from augment.lexicons.protected import Stretch
from augment.transforms.base import Subject
from augment.transforms.replacing import ARTICLE
from augment.transforms.surroundings import CLOSING, touched

_CLAUSE_END: Final = re.compile(r"[.,;:!?\r\n]")


def inserted(subject: Subject, place: int, new: str, articles: Articles) -> list[Edit]:
    """Edits that put a word behind the one at `place`, and mend that one if it is an article."""
    word = subject.words[place]
    added = Edit(word.end, "", f" {new}")
    if not ARTICLE.fullmatch(word.surface):
        return [added]
    fitting = like(articles.article(new), word.surface)
    return [Edit(word.start, word.surface, fitting), added]


def open_places(subject: Subject) -> tuple[int, ...]:
    """Words behind which another word can stand.

    Not between a negation and the end of its clause, where it would be denied, not behind an
    article that cannot be mended, and not inside anything protected.
    """
    text, words, free = subject.text, subject.words, frozenset(subject.free)
    denied = tuple(_denied(subject))
    return tuple(
        index
        for index, word in enumerate(words)
        if _room(text, word.end)
        and (index in free or not ARTICLE.fullmatch(word.surface))
        and not touched(subject.protected, word.end, word.end)
        and not touched(denied, word.end, word.end)
    )


def _denied(subject: Subject) -> Iterator[Stretch]:
    """From each negation to where its clause ends."""
    negations = [s for s in subject.protected if s.reason == "negation"]
    ends = [m.start() for m in _CLAUSE_END.finditer(subject.text)] if negations else []
    for found in negations:
        at = bisect_left(ends, found.end)
        end = ends[at] if at < len(ends) else len(subject.text)
        yield Stretch(found.start, end + 1, "denied")


def _room(text: str, at: int) -> bool:
    """Whether a space, a closing mark or the end of the text follows."""
    following = text[at : at + 1]
    return not following or following.isspace() or following in CLOSING
