"""A cursor over the tokens of a piece, and the reading of negation."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from augment.lexicons.value_grammar import Grammar
from augment.lexicons.value_tokens import tokens_of

SENTENCE_MARKS: Final = (".", "!", "?", ";")
HYPHENS: Final = ("-", "\u2010", "\u2011", "\u2013", "\u2212")
JOINERS: Final = (*HYPHENS, "\u2014", "to", "or")
# Days in a row, and groups of digits: a bound, so that no text takes more than linear time.
MOST_JOINED: Final = 4


@dataclass(frozen=True, slots=True)
class Value:
    """One stated value: where it stands, its normalised key, and whether it counts.

    A word such as the `not` of "not only" is kept from word-level edits, yet does not count.
    """

    start: int
    end: int
    key: str
    counted: bool = True

    @property
    def reason(self) -> str:
        """The kind of value: `number`, `amount`, `percentage`, `date`, `time`, `negation`, ..."""
        return self.key.partition(" ")[0]


class Cursor:
    """Looks at the tokens of one piece; made, used once and dropped, so threads share nothing."""

    def __init__(self, text: str, offset: int, grammar: Grammar) -> None:
        self.text = text
        self.offset = offset
        self.grammar = grammar
        self.tokens = tokens_of(text)
        self.neither = False
        self.found: list[Value] = []

    # Beyond either end of the tokens there is an empty word.

    def _at(self, i: int) -> str:
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def _kind(self, i: int) -> str:
        return self.tokens[i].kind if 0 <= i < len(self.tokens) else ""

    def _touches(self, i: int) -> bool:
        """Whether no space stands between this token and the one before."""
        return 0 < i < len(self.tokens) and self.tokens[i].start == self.tokens[i - 1].end

    def _phrase(self, i: int, table: Container[str]) -> tuple[str, int] | None:
        """The longest phrase of a table that begins here, and the token after it."""
        if self._at(i) not in self.grammar.phrase_heads:
            return None
        for j in range(min(i + 5, len(self.tokens)), i, -1):
            phrase = " ".join(token.text for token in self.tokens[i:j])
            if phrase in table:
                return phrase, j
        return None

    def _add(self, i: int, j: int, key: str, counted: bool = True) -> int:
        start, end = self.tokens[i].start + self.offset, self.tokens[j - 1].end + self.offset
        self.found.append(Value(start, end, key, counted))
        return j

    def _after(self, end: int, i: int) -> int:
        """The first token from `i` on that begins at or after an offset in the piece."""
        while i < len(self.tokens) and self.tokens[i].start < end:
            i += 1
        return i

    # Negation.

    def _negation(self, i: int) -> int:
        word, following = self._at(i), self._at(i + 1)
        contracted = word.endswith("n't")
        if idiom := self._kind(i) == "word" and self._phrase(i, self.grammar.not_negating):
            return self._add(i, idiom[1], "negation", counted=False)
        if not contracted and word not in self.grammar.negations:
            return i
        if word == "no" and self._labels(i):
            return i + 1
        ended = self._kind(i + 1) in ("", "mark")
        tag = self._at(i - 1) == "," and self._at(i + 2) == "?"
        free = (
            (contracted and following in self.grammar.softeners)
            or (contracted and tag and following in self.grammar.pronouns)
            or (word == "not" and self._at(i - 1) == "or" and ended)
            or (word == "nor" and self.neither)
        )
        self.neither = word == "neither" or (self.neither and word != "nor")
        return self._add(i, i + 1, "negation", counted=not free)

    def _labels(self, i: int) -> bool:
        """Whether this `no` is short for number: "No. 5", or "No 5" inside a sentence."""
        if self._at(i + 1) == "." and self._touches(i + 1):
            return self._kind(i + 2) == "number"
        begins = i == 0 or self._at(i - 1) in SENTENCE_MARKS
        token = self.tokens[i]
        written = self.text[token.start : token.end]
        return self._kind(i + 1) == "number" and written == "No" and not begins
