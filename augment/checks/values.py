"""Values: the same numbers, amounts, dates, times and names before and after.

Kinds of this project keep them by themselves; this check is for copies of other making. Numbers and
the like are compared as `lexicons.values` reads them, so that "3" may become "three". Names are
words with a capital that begin no sentence, and listed names anywhere; their capitals may change.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from augment.checks.base import Case, Verdict, drop
from augment.checks.bounds import moved
from augment.checks.equal_values import named_day, settle
from augment.checks.rewordings import amounts_plain
from augment.lexicons import store
from augment.lexicons.gazetteer import Gazetteer
from augment.lexicons.real_words import RealWords
from augment.lexicons.values import difference, stretches, values
from augment.words import Word, split_words

BRANDS: Final = "brands.txt"
# Written so in one text and otherwise in another, the same is meant.
_ALIASES: Final = {
    "doctor": "dr",
    "mister": "mr",
    "missus": "mrs",
    "professor": "prof",
    "saint": "st",
    "mount": "mt",
    "britain": "uk",
    "america": "usa",
    "us": "usa",
    "tv": "television",
}
_SHORT_FORMS: Final = {
    "usa": frozenset({"united", "states", "america"}),
    "uk": frozenset({"united", "kingdom", "great", "britain"}),
    "eu": frozenset({"european", "union"}),
    "un": frozenset({"united", "nations"}),
    "nyc": frozenset({"new", "york", "city"}),
    "uae": frozenset({"united", "arab", "emirates"}),
    "la": frozenset({"los", "angeles"}),
}
_PEOPLES: Final = {
    "french": "france",
    "dutch": "netherlands",
    "british": "britain",
    "english": "england",
    "scottish": "scotland",
    "irish": "ireland",
    "welsh": "wales",
    "spanish": "spain",
    "portuguese": "portugal",
    "swiss": "switzerland",
    "greek": "greece",
    "danish": "denmark",
    "swedish": "sweden",
    "finnish": "finland",
    "norwegian": "norway",
    "polish": "poland",
    "belgian": "belgium",
    "thai": "thailand",
}
_TITLES: Final = frozenset({"dr", "mr", "mrs", "ms", "miss", "prof", "sir", "madam"})
_PEOPLE: Final = re.compile(r"(?:[aeo]?i?an|[aeo]n|ese|ish|i|ic|)")
_LONG: Final = 5  # letters of an unknown word that is more than an abbreviation
_NO_NAMES: Final = frozenset({"i", "i'm", "i'd", "i'll", "i've", "ok"})
_ENDS: Final = frozenset('.!?:;"“”()[]|\n-–—*#')


class ValuesCheck:
    """See `augment.spec.Values`. The score counts what was lost or added; 0 is kept.

    >>> from augment.record import Copy, Record
    >>> from augment.lexicons.wordnet import WordNet
    >>> check = ValuesCheck(Gazetteer.load(), RealWords.load(WordNet.load()))
    >>> def judged(text, new):
    ...     return check.judge([Case(Record(text), Copy(Record(new), 1, ()))])[0].refusal
    >>> judged("Meet Ann at 5 pm.", "Meet Bob at 17:00.").detail
    'lost name ann; added name bob'
    """

    exact = True

    def __init__(self, gazetteer: Gazetteer, real_words: RealWords) -> None:
        self._gazetteer = gazetteer
        self._real_words = real_words
        self._brands = frozenset(name.replace("_", " ") for name in store.words(BRANDS))

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.unmasked) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        text, new = amounts_plain(text), amounts_plain(new)
        before, after = values(text), values(new)
        if before["negation"] == after["negation"] and (bounds := moved(text, new)):
            return drop("values", "; ".join(bounds), float(len(bounds)))
        # Negation is for `polarity`, which knows that "not good" may become "bad".
        before["negation"] = after["negation"] = 0
        named, named_now = self._names(text), self._names(new)
        if (opening := self._opening(text)) and (opening_now := self._opening(new)):
            named, named_now = named | {opening}, named_now | {opening_now}
        had, has = _forms(text), _forms(new)
        lost = {name for name in named if name not in has}
        gained = {name for name in named_now if name not in had}
        for key in (before - after) | (after - before):
            if (unit := _single(key)) and unit.search(text) and unit.search(new):
                before[key] = after[key] = 0
        settle(before, after, text, new)
        if _settle_holidays(before, after, new):
            gained = set()
        if _settle_holidays(after, before, text):
            lost = set()
        before.update(f"name {name}" for name in lost if not _meant(name, new))
        after.update(f"name {name}" for name in gained if not _meant(name, text))
        detail = difference(+before, +after)
        if not detail:
            return Verdict(0.0)
        return drop("values", detail, float(((before - after) + (after - before)).total()))

    def _names(self, text: str) -> set[str]:
        words = split_words(text)
        taken = [(start, end) for start, end, _ in stretches(text)]
        capitals = sum(word.surface[0].isupper() for word in words)
        # In a headline, or a text in capitals, a capital tells nothing.
        telling = (
            2 * capitals <= len(words)
            or 2 * (capitals - words[0].surface[0].isupper()) < len(words)
            or len(words) < 4
        )
        return {
            _form(word)
            for word, begins in self._begun(text, words)
            if word.surface[0].isupper()
            and word.surface.casefold() not in _NO_NAMES
            and not any(start < word.end and word.start < end for start, end in taken)
            and ((telling and not begins) or self._listed(word.surface))
        }

    def _begun(self, text: str, words: Sequence[Word]) -> Iterator[tuple[Word, bool]]:
        """Each word, and whether it begins a sentence or something like one."""
        end, before = 0, ""
        for word in words:
            gap = text[end : word.start]
            titled = gap.strip() == "." and before in self._gazetteer.pointed_titles
            yield word, end == 0 or (not titled and not _ENDS.isdisjoint(gap))
            end, before = word.end, word.surface

    def _listed(self, name: str) -> bool:
        bare = name.removesuffix("'s").removesuffix("’s")
        if self._gazetteer.given(bare) or self._gazetteer.place(bare):
            return True
        return bare.casefold() in self._brands

    def _opening(self, text: str) -> str:
        """The word that opens a text, if no lexicon has it: a name, or misspelt."""
        word = next(iter(split_words(text)), None)
        if word is None or not word.surface[0].isupper() or not word.surface.isalpha():
            return ""
        unknown = len(word.surface) >= _LONG and not self._real_words.knows(word.surface)
        return _form(word) if unknown else ""


def _settle_holidays(dated: Counter[str], named: Counter[str], text: str) -> bool:
    """Whether the text names the holiday that a date of the other is, and so states that date."""
    found = [key for key in dated - named if key.startswith("date ") and named_day(key, text)]
    for key in found:
        year = f"number {key[5:9]}"
        dated[key] = named[key] = 0
        named[year] = max(0, named[year] - 1)
    return bool(found)


def _meant(name: str, text: str) -> bool:
    """Whether the other text means a name in another form: short, or of its people."""
    words = [_form(word) for word in split_words(text)]
    alias = _ALIASES.get(name, name)
    if any(_ALIASES.get(word, word) == alias for word in words) or alias in _TITLES:
        return True
    initials = "".join(word.surface[0] for word in split_words(text) if word.surface[0].isupper())
    if 2 <= len(name) <= 5 and name.upper() in initials:
        return True
    short_forms = {_ALIASES.get(word, word) for word in words}
    if not _SHORT_FORMS.get(alias, frozenset()).isdisjoint(words):
        return True
    if any(name in long for short, long in _SHORT_FORMS.items() if short in short_forms):
        return True
    return any(_people_of(name, word) or _people_of(word, name) for word in words)


def _people_of(word: str, place: str) -> bool:
    """Whether a word is the adjective of a place: "korean" of "korea", "japanese" of "japan"."""
    if _PEOPLES.get(word) == place:
        return True
    stem = re.sub(r"(?:ey|[aeyo])$", "", place)
    ending = word.removeprefix(stem)
    return len(stem) > 3 and word.startswith(stem) and bool(_PEOPLE.fullmatch(ending))


def _single(key: str) -> re.Pattern[str] | None:
    """Of one of a unit, what finds it: "last a day" may become "last for a day", which counts."""
    kind, _, rest = key.partition(" 1 ")
    if kind != "number" or not rest:
        return None
    return re.compile(rf"\b(?:an?|one|1|the|per|each|every) {re.escape(rest)}\b", re.IGNORECASE)


def _form(word: Word) -> str:
    return word.surface.casefold().removesuffix("'s").removesuffix("’s")


def _forms(text: str) -> Counter[str]:
    return Counter(_form(word) for word in split_words(text))
