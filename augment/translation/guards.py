"""Faults that a model makes of itself: empty, endless, cut short, copied through, form lost."""

import re
from collections import Counter
from collections.abc import Set as AbstractSet
from unicodedata import category, normalize

from augment.record import Refusal
from augment.translation import Hypothesis
from augment.words import split_words

_MARKS = ".,;:!?\"'()[]“”‘’«»…–—-"
_LETTERS = re.compile(r"[^\W\d_]{2}")
_SIGNS = re.compile(r"[{}\[\]<>*#_`|\\^~=]+")
_SEEN = ("So", "Sk", "Cs")  # emoji, their skin tones, and half surrogate pairs


def translatable(text: str) -> bool:
    """Whether there are two words to translate, one of them with two letters.

    Numbers, emoji and signs are left as they are. So is a word alone, which may mean anything: a
    model makes "The big one." of "Great.", and "Do not" of "No".

    >>> translatable("Great!"), translatable("Well done!"), translatable("a 1 b")
    (False, True, False)
    """
    if _LETTERS.search(text) is None:
        return False
    return sum(any(map(str.isalpha, word.surface)) for word in split_words(text)) > 1


def unreadable(text: str, known: AbstractSet[str]) -> str:
    """Letters and emoji of the text that are in no piece of a model, each once, in order.

    A model leaves out what it cannot read, or makes words up for it. Punctuation is not asked for:
    it matters less, and what matters of it is compared as a value.

    >>> unreadable("Até já, мир!", set("Atéjá"))
    'мир'
    """
    lacking = (c for c in text if (c.isalpha() or category(c) in _SEEN) and c not in known)
    return "".join(dict.fromkeys(c for c in lacking if not set(normalize("NFKC", c)) <= known))


def control(text: str) -> str | None:
    r"""A character that a model would leave out: control, invisible or half; a tab is as a space.

    >>> control("ring\x07the bell")
    '\x07'
    """
    return next((c for c in text if category(c) in ("Cc", "Cf", "Cs") and c != "\t"), None)


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


def copied(source: str, output: str) -> bool:
    """Whether the output is the source over again, as models do with a language not their own.

    That is so where two thirds of the words stand in both; of up to three words, where all do.

    >>> copied("O gato dorme no tapete.", "O gato dorme no tapete")
    True
    """
    spoken, heard = Counter(_bare(source)), Counter(_bare(output))
    longest = max(spoken.total(), heard.total())
    share = 0.65 if longest > 3 else 1.0
    return longest > 0 and (spoken & heard).total() >= share * longest


def markup(before: str, after: str) -> Refusal | None:
    """Why the signs that give a text its form are not as they were, if so.

    Models drop braces and part asterisks from their words, so what was JSON, code or Markdown is
    none any more. Compared are runs of such signs, with the sides on which they touch a word.

    >>> str(markup("**pay the rent** now", "** pay rent** now"))
    "markup_changed: '**' stands otherwise"
    >>> markup("a [draft] here", "here a [draft]")
    """
    changed = _signs(before)
    changed.subtract(_signs(after))
    for (run, *_), count in changed.items():
        if count:
            return Refusal("markup_changed", f"{run!r} stands otherwise")
    return None


def _signs(text: str) -> Counter[tuple[str, bool, bool]]:
    return Counter(
        (found[0], text[: found.start()][-1:].isalnum(), text[found.end() :][:1].isalnum())
        for found in _SIGNS.finditer(text)
    )


def _bare(text: str) -> list[str]:
    """Words by spaces alone, without the marks around them: enough to compare, and quick."""
    return [bare for word in text.casefold().split() if (bare := word.strip(_MARKS))]


def _loop(source: str, output: str) -> Refusal | None:
    """A run of one to four words repeated on the spot, more often than in the source."""
    words = _folded(output)
    heard = Counter(words)
    if max(heard.values(), default=0) < 4:
        return None  # nothing can stand there four times in a row
    for length in range(1, 5):
        repeats, worst = _longest_repeat(words, length)
        if repeats >= 4 and repeats > 2 * _longest_repeat(_folded(source), length)[0]:
            return Refusal("looping", f"{' '.join(worst)!r} {repeats} times")
    spoken = Counter(_folded(source))
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
