"""What kinds that replace single words share: drawing, and the article before a word."""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from augment.edits import Edit
from augment.lexicons.articles import Articles
from augment.randomness import Stream
from augment.transforms.base import Subject, share
from augment.words import Word

ARTICLE: Final = re.compile(r"(?i)an?")


class Option(NamedTuple):
    """A word that can be replaced: its index, what can come, and the index of its article."""

    place: int
    candidates: tuple[str, ...]
    article: int | None


def options_of(
    subject: Subject, articles: Articles, candidates: Callable[[int], tuple[str, ...]]
) -> tuple[Option, ...]:
    """The free words that have candidates; `candidates` tells those of the word at an index."""
    found = (option_of(subject, articles, index, candidates(index)) for index in subject.free)
    return tuple(option for option in found if option.candidates)


def option_of(
    subject: Subject, articles: Articles, index: int, candidates: tuple[str, ...]
) -> Option:
    """A word with those candidates that an article before it can go with."""
    before = index - 1
    if index == 0 or not ARTICLE.fullmatch(subject.words[before].surface):
        return Option(index, candidates, None)
    if before in subject.remember("free", lambda: frozenset(subject.free)):
        return Option(index, candidates, before)
    # The article cannot be put right, so only what fits it may come.
    now = subject.words[before].surface.lower()
    fitting = tuple(new for new in candidates if articles.article(new) == now)
    return Option(index, fitting, None)


def drawn(subject: Subject, options: Sequence[Option], rate: float, stream: Stream) -> list[Option]:
    """As many of the options as `rate` of all words, in random order."""
    wanted = min(share(rate, len(subject.words)), len(options))
    if wanted and wanted == len(options):
        # There are few, so all of them each time would leave few copies that differ.
        wanted = stream.between(1, wanted)
    return stream.sample(options, wanted)


def by_rank(candidates: Sequence[str], stream: Stream) -> str:
    """One of some candidates, best first: the n-th is n times less likely than the first."""
    return candidates[stream.weighted([1 / rank for rank in range(1, len(candidates) + 1)])]


def replacement(subject: Subject, option: Option, new: str, articles: Articles) -> list[Edit]:
    """The edits that put a candidate in place of its word, and mend the article before it."""
    word = subject.words[option.place]
    edits = [Edit(word.start, word.surface, new)]
    if option.article is not None:
        edits[:0] = _article_edit(subject.words[option.article], articles.article(new))
    return edits


def _article_edit(word: Word, fitting: str) -> list[Edit]:
    if word.surface.lower() == fitting:
        return []
    if word.surface.isupper() and len(word.surface) > 1:
        fitting = fitting.upper()
    elif word.surface[0].isupper():
        fitting = fitting.capitalize()
    return [Edit(word.start, word.surface, fitting)]
