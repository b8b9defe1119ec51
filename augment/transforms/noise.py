"""What kinds that noise the letters of words have in common."""

from collections.abc import Callable, Sequence

from augment.edits import Edit, apply_edits
from augment.lexicons import values
from augment.randomness import Stream
from augment.record import Refusal
from augment.transforms.base import Proposal, Subject

# Draws for one word before it is left as it is.
_TRIES = 4


def letters_only(word: str) -> bool:
    """Whether a word is of a script with capitals and small letters, and has nothing else in it.

    Letters of other scripts have no neighbours on these keyboards, and often no meaning alone.
    """
    return word.isalpha() and (word.isascii() or all(c.lower() != c.upper() for c in word))


def noised(
    subject: Subject,
    stream: Stream,
    wanted: int,
    fitting: Sequence[int],
    *,
    draw: Callable[[str, Stream], str],
    fits: Callable[[str], bool],
) -> tuple[Edit, ...]:
    """Edits of up to `wanted` of the fitting words, each with what `draw` makes of it.

    A draw that does not fit, or states a value by itself ("on" as "no"), is made anew.
    """
    edits: list[Edit] = []
    for index in stream.sample(fitting, len(fitting)):
        if len(edits) >= wanted:
            break
        word = subject.words[index]
        for _ in range(_TRIES):
            new = draw(word.surface, stream)
            if new != word.surface and fits(new):
                edits.append(Edit(word.start, word.surface, new))
                break
    return tuple(sorted(edits))


def guarded(subject: Subject, edits: tuple[Edit, ...], codes: bool = False) -> Proposal:
    """The edits, if the text states the same values after them; else why not.

    A word may be what makes a value of its neighbour ("in May"). With `codes`, words that came to
    have digits in them do not count: they look like codes, and are none.
    """
    if not edits:
        return Refusal("nothing_to_noise", "no word can be noised", final=False)
    before = subject.remember("values", lambda: values.values(subject.text))
    after = values.values(apply_edits(subject.text, edits))
    if codes:
        for key in [key for key in after if key.startswith("code ") and key not in before]:
            del after[key]
    if changed := values.difference(before, after):
        return Refusal("value_changed", changed, final=False)
    return edits


def states_nothing(word: str) -> bool:
    """Whether a word has no value in it when it stands alone."""
    return not values.values(word)
