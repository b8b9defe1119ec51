"""Polarity: no negation added or lost, no word turned into its opposite.

Embeddings are blind to both: an antonym leaves a cosine of 0.95. So negations are counted as
`lexicons.values` reads them, and each word that went is held against each that came (WordNet's
antonyms, negative affixes). A negation that went may be paid by an opposite that came ("not good",
"bad") or by a word that carries its own and came or went with it ("cannot", "unable to"; "didn't
fail to", "did"), and two in one clause are none; all else is dropped. What it keeps of right and
of wrong copies stands in the docstring of `meaning`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from augment.checks.base import Case, Verdict, drop
from augment.checks.opposites import Opposites, negations_and_words
from augment.checks.orientation import Orientation
from augment.checks.rewordings import negations_plain
from augment.lexicons.values import values

# Where one statement ends and another, with negations of its own, may begin.
_CLAUSE: Final = re.compile(
    r"[.;:!?,()]|\b(?:and|or|but|so|because|although|though|while|whereas|since|if|why|how|when|"
    r"where|what)\b",
    re.IGNORECASE,
)
# "None but members" is "only members".
_ONLY: Final = re.compile(
    r"\b(?:none|nobody|no one|nothing|no \w+) (?:but|except|other than)\b", re.IGNORECASE
)
# Negations in the form alone: "can't help laughing", "nothing beats it".
_FORM: Final = re.compile(
    r"\b(?:can['’]t|cannot|can not|could(?:n['’]t| not)) (?:help|wait)\b|\bsecond to none\b|"
    r"\bcan(?:['’]t|not) (?:thank|praise|recommend|stress|emphasi[sz]e)(?: \w+){1,4}? enough\b|"
    r"\bnothing (?:beats|compares|(?:is|was) (?:better|greater|finer|nicer) than)\b",
    re.IGNORECASE,
)
# "Couldn't be happier" is "very happy", unless the other text says "could".
_COULD: Final = re.compile(
    r"\bcould(?:n['’]t| not) (?=(?:be|have been|agree|(?:ask|wish|hope) for) "
    r"(?:an?y? )?(?:more|better|\w+er)\b)",
    re.IGNORECASE,
)
_NOT_UNTIL: Final = re.compile(
    r"(?:\bnot|n['’]t)\b(?=[^.;!?]*? (?:until|till|before)\b)", re.IGNORECASE
)
_OR: Final = re.compile(r"\b(?:or|nor|neither)\b", re.IGNORECASE)
_FIRST_THEN: Final = re.compile(r"\b(?:only|at the earliest)\b", re.IGNORECASE)
# "Not as quick as" is "slower than", and "no other is quicker than this" is "the quickest".
_NOT_AS: Final = re.compile(
    r"(?:\b(?:not|never|no|nothing|nobody)\b|n['’]t\b)(?: \w+){0,6}? (?:as|so) \w+(?: \w+)? as\b",
    re.IGNORECASE,
)
_NONE_MORE: Final = re.compile(
    r"\b(?:no|none|nothing|nobody|never)\b(?: \w+){0,7}? (?:\w+er|more|less|worse)(?: \w+)? than\b",
    re.IGNORECASE,
)
_AS: Final = re.compile(r"\bas \w+(?: \w+)? as\b", re.IGNORECASE)
_COMPARED: Final = re.compile(
    r"\b(?:more|less|most|least|better|worse|best|worst|\w{2,}(?:er|est))\b", re.IGNORECASE
)
# "I have never eaten a better one" is "the best I have ever eaten".
_NEVER_BETTER: Final = re.compile(
    r"(?:\b(?:never|no|nobody|nothing)\b|n['’]t\b(?= ever))"
    r"(?=(?: \w+){0,6}? (?:more|better|worse|\w{2,}er)\b)",
    re.IGNORECASE,
)
_EVER: Final = re.compile(r"\b(?:ever|yet|so far|of all)\b", re.IGNORECASE)
_UTMOST: Final = re.compile(r"\b(?:most|least|best|worst|\w{2,}est)\b", re.IGNORECASE)


class PolarityCheck:
    """See `augment.spec.PolarityGuard`. The score counts what turned round; 0 is kept.

    >>> from augment.record import Copy, Record
    >>> check = PolarityCheck(Opposites.load())
    >>> def judged(text, new):
    ...     return check.judge([Case(Record(text), Copy(Record(new), 1, ()))])[0].refusal
    >>> judged("The food was good.", "The food was bad.").detail
    'good became its opposite bad'
    >>> judged("The food was not good.", "The food was bad.")
    """

    exact = True

    def __init__(self, opposites: Opposites) -> None:
        self._opposites = opposites
        self._orientation = Orientation(opposites)

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.texts) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        before, old_words, all_before = _read(text, new, by_degree=self._by_degree(text, new))
        after, new_words, all_after = _read(new, text, by_degree=self._by_degree(new, text))
        if all_before == all_after:
            before = after  # "without ... can't", "if not ... can't": no clause was read apart
        counted, counted_new = Counter(old_words), Counter(new_words)
        lost, gained = counted - counted_new, counted_new - counted
        pairs = (
            self._pairs(lost, gained)
            or self._exchanged(old_words, new_words, lost, gained)
            or self._orientation.other_ends(text, new)
        )
        if pairs and self._orientation.from_the_other_end(text, new):
            pairs = []
        more, fewer = (text, new) if before > after else (new, text)
        change = abs(after - before)
        if change == 1 and before and after and _OR.search(fewer):
            change = 0  # "no meat or fish", "no meat and no fish"
        if not change and not pairs:
            return Verdict(0.0)
        paired = {word for pair in pairs for word in pair}
        paid = len(pairs) <= change and paired <= _paying(more, fewer)
        if paid and change - len(pairs) <= self._carriers(more, fewer, paired):
            return Verdict(0.0)
        details = [f"{one} became its opposite {other}" for one, other in pairs]
        if change:
            times = "a negation" if change == 1 else f"{change} negations"
            details.append(f"{'added' if after > before else 'lost'} {times}")
        return drop("polarity", "; ".join(details), float(max(1, abs(change - len(pairs)))))

    def _by_degree(self, text: str, other: str) -> bool:
        """Whether "not as long as" stands against "longer than", told from the other end."""
        if not _NOT_AS.search(text) or _AS.search(other) or not _COMPARED.search(other):
            return False
        told = "than" not in other or self._orientation.exchanged(text, other, "as", "than")
        return bool(told)

    def _carriers(self, more: str, fewer: str, paired: set[str]) -> int:
        """How many words with a negation of their own make good for a negation.

        In the text with fewer negations they stand for one; in the other they are undone by it, if
        they stand in its clause.
        """
        negated = " . ".join(one for one in _CLAUSE.split(more) if values(one)["negation"])
        own, others = self._negatives(fewer), self._negatives(negated)
        everywhere = self._negatives(more)
        return sum(
            word not in paired and not any(self._same(word, other) for other in across)
            for words, across in ((own, everywhere), (others, own))
            for word in words
        )

    def _negatives(self, text: str) -> set[str]:
        _, words = negations_and_words(text)
        return {word for word in words if self._opposites.negated(word)}.union(
            self._opposites.phrases(text.casefold())
        )

    def _same(self, word: str, other: str) -> bool:
        return bool(self._opposites.lemmas(word) & self._opposites.lemmas(other))

    def _pairs(self, lost: Counter[str], gained: Counter[str]) -> list[tuple[str, str]]:
        """Words that went with an opposite that came, each word once.

        None where each of the two has another that may stand for it on the other side: in "from
        start to finish" and "from beginning to end" nothing was turned.
        """
        found: list[tuple[str, str]] = []
        left = dict.fromkeys(gained)
        for word in lost:
            for other in left:
                if self._opposites.opposed(word, other) and not (
                    self._stands_for(word, gained) and self._stands_for(other, lost)
                ):
                    found.append((word, other))
                    del left[other]
                    break
        return found

    def _stands_for(self, word: str, others: Counter[str]) -> bool:
        return any(self._opposites.akin(word, other) for other in others)

    def _exchanged(
        self, words: list[str], new_words: list[str], lost: Counter[str], gained: Counter[str]
    ) -> list[tuple[str, str]]:
        """Words that stand where a word stood that says the opposite, by its synonyms."""
        wide = {
            (word, other)
            for word in lost
            for other in gained
            if self._opposites.opposed_in_place(word, other)
        }
        if not wide:
            return []
        matcher = SequenceMatcher(a=words, b=new_words, autojunk=False)
        return [
            (word, other)
            for _, i, j, k, m in matcher.get_opcodes()
            for word, other in zip(words[i:j], new_words[k:m], strict=False)
            if (word, other) in wide
        ]


def _paying(more: str, fewer: str) -> set[str]:
    """The words that can stand for a negation: those of its clauses, and those of the other text.

    In "no longer here, so switch it off" and "still here, so switch it on" both were turned.
    """
    _, words = negations_and_words(fewer)
    clauses = [one for one in _CLAUSE.split(more) if values(one)["negation"]]
    return {*words, *(word for one in clauses for word in negations_and_words(one)[1])}


def _read(text: str, other: str, *, by_degree: bool) -> tuple[int, list[str], int]:
    """Negations, words, negations before any are taken as undone by others.

    `values` knows the negations that do not count ("not only"). Two of one clause make none
    ("nobody who didn't clap"), and none is counted in a comparison that the other text tells with a
    comparative ("not as quick as", "slower").
    """
    text = _FORM.sub("", _ONLY.sub("only", negations_plain(text, other)))
    if not re.search(r"\bcould\b|\bcouldn", other, re.IGNORECASE):
        text = _COULD.sub("", text)
    if _FIRST_THEN.search(other) and not _NOT_UNTIL.search(other):
        text = _NOT_UNTIL.sub("", text)
    count, words = negations_and_words(text)
    if not count:
        return 0, words, 0
    if by_degree:
        text = _NOT_AS.sub("as", text)
    if _UTMOST.search(other) and not _NONE_MORE.search(other):
        text = _NONE_MORE.sub("than", text)
        if _EVER.search(other) and not _UTMOST.search(text):
            text = _NEVER_BETTER.sub("", text)
    return sum(values(clause)["negation"] % 2 for clause in _CLAUSE.split(text)), words, count
