"""Faults that a translation model makes of itself: empty, endless, cut short."""

import re
from collections import Counter
from collections.abc import Set as AbstractSet
from unicodedata import category, normalize

from augment.record import Refusal
from augment.translation import Hypothesis
from augment.words import split_words

_LETTERS = re.compile(r"[^\W\d_]{2}")
_PICTURE = ("So", "Sk")  # emoji and their skin tones


def translatable(text: str) -> bool:
    """Whether there is a word to translate.

    Numbers, emoji and signs are left as they are; so are single letters, to which a model answers
    with something of its own.
    """
    return _LETTERS.search(text) is not None


def unreadable(text: str, known: AbstractSet[str]) -> str:
    """Letters and emoji of the text that are in no piece of a model, each once, in order.

    A model leaves out what it cannot read, or makes words up for it. Punctuation is not asked for:
    it matters less, and what matters of it is compared as a value.

    >>> unreadable("Até já, мир!", set("Atéjá"))
    'мир'
    """
    lacking = (c for c in text if (c.isalpha() or category(c) in _PICTURE) and c not in known)
    return "".join(dict.fromkeys(c for c in lacking if not set(normalize("NFKC", c)) <= known))


def fault(source: str, hypothesis: Hypothesis) -> Refusal | None:
    """Why a translation cannot be used, or nothing.

    >>> str(fault("good day", Hypothesis("good good good good good good")))
    "looping: 'good' 6 times"
    """
    if hypothesis.unknown:
        return Refusal("unknown_characters", f"the model cannot read {hypothesis.unknown[:40]!r}")
    if hypothesis.truncated:
        fault = "the output never ended" if hypothesis.text else "too long for the model"
        return Refusal("truncated", f"{fault}: {len(source)} characters")
    if not hypothesis.text.strip():
        return Refusal("empty", f"nothing came back for {source[:40]!r}")
    return _loop(source, hypothesis.text)


def _loop(source: str, output: str) -> Refusal | None:
    """A run of one to four words repeated on the spot, more often than in the source."""
    words = [word.surface.casefold() for word in split_words(output)]
    for length in range(1, 5):
        repeats, worst = _longest_repeat(words, length)
        if repeats >= 4 and repeats > 2 * _longest_repeat(_folded(source), length)[0]:
            return Refusal("looping", f"{' '.join(worst)!r} {repeats} times")
    spoken, heard = Counter(_folded(source)), Counter(words)
    # A loop whose parts are not neighbours still makes one word far too frequent.
    word, count = max(heard.items(), key=lambda item: item[1], default=("", 0))
    if count >= 10 and count > 4 * (spoken.most_common(1)[0][1] if spoken else 1):
        return Refusal("looping", f"{word!r} {count} times")
    return None


def _folded(text: str) -> list[str]:
    return [word.surface.casefold() for word in split_words(text)]


def _longest_repeat(words: list[str], length: int) -> tuple[int, list[str]]:
    """How often, at most, the same run of `length` words stands right after itself, and the run."""
    best, worst = 1, words[:length]
    for start in range(length):
        repeats = 1
        for at in range(start + length, len(words) - length + 1, length):
            same = words[at : at + length] == words[at - length : at]
            repeats = repeats + 1 if same else 1
            if repeats > best:
                best, worst = repeats, words[at : at + length]
    return best, worst
