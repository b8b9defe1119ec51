"""The words of a text with their tags, and which of them are names."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from augment.lexicons.tagger import Tagger
from augment.words import Word


class Tagged(NamedTuple):
    """A text as the tagger sees it: tokens with their tags, and where each word is among them."""

    tokens: list[str]
    places: list[int]
    tags: Sequence[str]

    def named(self, place: int) -> bool:
        """Whether a token has a capital inside a sentence, as names and titles have."""
        token = self.tokens[place]
        if not token[0].isupper() or token.isupper():
            return False
        return place > 0 and self.tokens[place - 1][-1] not in '.!?:"“'


def tag_words(text: str, words: Sequence[Word], tagger: Tagger) -> Tagged:
    """Tags of the words; the tagger sees the punctuation between them too, as in training."""
    tokens, places, at = [], [], 0
    for word in words:
        gap = text[at : word.start]
        if gap not in {" ", ""}:
            tokens += gap.split()
        places.append(len(tokens))
        tokens.append(word.surface)
        at = word.end
    tokens += text[at:].split()
    return Tagged(tokens, places, tagger.tag(tokens))


def names(words: Sequence[Word], tagged: Tagged) -> Iterator[tuple[int, int]]:
    """Start and end of each proper name: capitalised words in a row that are tagged as one.

    A single word at the beginning of a sentence is left out, as its capital says nothing; so are
    all where nearly all words have capitals, as in titles. A possessive 's is no part of it.
    """
    capitals = [w.surface[0].isupper() for w in words]
    if len(words) > 3 and sum(capitals) > 0.8 * len(words):
        return
    run: list[int] = []
    for index in range(len(words) + 1):
        if index < len(words) and _part_of_name(index, run, words, tagged):
            run.append(index)
            continue
        if len(run) > 1 or (run and not _opens_sentence(run[0], tagged)):
            last = words[run[-1]]
            yield words[run[0]].start, last.end - 2 * last.surface.endswith(("'s", "’s"))
        run = []
        if index < len(words) and _part_of_name(index, run, words, tagged):
            run = [index]


def _part_of_name(index: int, run: list[int], words: Sequence[Word], tagged: Tagged) -> bool:
    surface, place = words[index].surface, tagged.places[index]
    if not surface[0].isupper() or tagged.tags[place] not in {"NNP", "NNPS"}:
        return False
    # Neighbours have nothing but a space between them.
    return not run or words[index].start - words[run[-1]].end == 1


def _opens_sentence(index: int, tagged: Tagged) -> bool:
    place = tagged.places[index]
    return place == 0 or tagged.tokens[place - 1][-1] in '.!?:"“'
