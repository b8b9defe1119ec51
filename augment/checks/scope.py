"""Scope: how many, how sure, on what condition, in what order, and whether it is asked or said.

Small words that embeddings hardly see turn a label round: "all" -> "some", "must" -> "may", "if" ->
"unless", "before" -> "after". `data/scope.txt` lists them in families. Of most families a word may
come or go in a rewording, but not give way to another group of the family; of the strict ones
(`unless`, `only`, `almost`, `far from`, ...) a word that comes or goes changes what is said.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from augment.checks.base import Case, Verdict, drop
from augment.checks.equal_values import days
from augment.checks.moods import boundless_lost, mood, settled
from augment.checks.opposites import Opposites
from augment.checks.orientation import Orientation
from augment.checks.rewordings import exceptions_plain, homonyms_aside
from augment.lexicons.sections import sections
from augment.lexicons.values import values

FILE: Final = "scope.txt"
_STRICT: Final = frozenset(
    {"exception", "concession", "unreal", "near", "pretence"} | {"former", "effort"}
)
# Strict in one group; with another of the family on the other side it may be a rewording.
_FIRST: Final = {"condition": "if", "limit": "only_if"}
# Strict as well, unless a negation changed beside it, which is another check's to weigh.
_WEIGHED: Final = frozenset({"failing", "far", "rare", "sole", "instead", "doubt", "advice"})
_ACROSS: Final = ("exception", "condition", "lasting", "limit", "order", "rare", "sole")
_WITHOUT: Final = re.compile(r"\b(?:without|but for)\b", re.IGNORECASE)
_IF_NOT: Final = re.compile(r"\bif\b[^.;!?]*(?:\bnot\b|n['’]t\b|\bno\b)", re.IGNORECASE)
# Families that hold for a phrase, where a word of both texts says enough of it.
_NAMED: Final = {
    "effort": re.compile(r"\b(?:try|tries|tried|trying|attempt\w*)\b", re.IGNORECASE),
    "failing": re.compile(
        r"\b(?:fail\w*|reject\w*|declin\w*|refus\w*|den(?:y|ied|ies|ying)|turned down|block\w*|"
        r"unsuccessful|unable|errors?)\b",
        re.IGNORECASE,
    ),
    "far": re.compile(r"\b(?:far|faraway|away)\b", re.IGNORECASE),
}
# What a family that a text names may be told with in the other: "tea instead of milk", "not milk".
_TOLD_BY: Final = {
    "instead": re.compile(r"\b(?:but|not|instead|over)\b|n['’]t\b", re.IGNORECASE),
    "former": re.compile(r"\b(?:no longer|in the past|previously|any ?more|once)\b", re.IGNORECASE),
}
_ENDS: Final = ("way", "degree", "compass", "place")
_THOUGH: Final = re.compile(r"\b(?:although|though|despite|in spite of)\b", re.IGNORECASE)
_TIMES: Final = frozenset({"second", "minute", "hour", "day", "week", "month", "year"})
_ALSO: Final = re.compile(r"\b(?:also|both|too|as well|besides|moreover)\b", re.IGNORECASE)
_NOT_AS_LONG: Final = re.compile(r"(?:\bnot|n['’]t)(?: \w+)? as long as\b")
_SHUT: Final = re.compile(r"\b(?:closed|shut|except|excluding|not|no)\b|n['’]t\b", re.IGNORECASE)
_OPENING_ONLY: Final = re.compile(r"^(?:only|just) (?:the |a |an )?(\w+)")
_LATER_ONLY: Final = re.compile(
    r"(\w+) (?:only|solely|exclusively)\b(?: (?:to|for|by|the))*(?: (\w+))?"
    r"(?: (?:in|by|with|at|on|from|via) (\w+))?"
)
_TOO: Final = re.compile(r"\btoo \w+(?: \w+)? to\b", re.IGNORECASE)
_ENOUGH: Final = re.compile(
    r"(?:\bnot|n['’]t)\b[^.;!?]* enough\b|"
    r"\bso \w+(?: \w+)? (?:that )?[^.;!?]*(?:\bnot\b|n['’]t\b|\bcannot\b|\bno\b|\bnever\b)",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
Groups = dict[str, Counter[str]]


class ScopeCheck:
    """See `augment.spec.Scope`. The score counts the families that changed; 0 is kept.

    >>> from augment.record import Copy, Record
    >>> check = ScopeCheck(Opposites.load())
    >>> def judged(text, new):
    ...     return check.judge([Case(Record(text), Copy(Record(new), 1, ()))])[0].refusal
    >>> judged("All of them came.", "Some of them came.").detail
    'quantity: all became some'
    >>> judged("All of them came.", "Everybody came.")
    """

    exact = True

    def __init__(self, opposites: Opposites) -> None:
        self._orientation = Orientation(opposites)
        listed = sections(FILE)
        self._groups: dict[str, list[tuple[str, str]]] = {}
        for title, words in listed.items():
            family, _, group = title.partition(" ")
            for word in words:
                self._groups.setdefault(word.replace("_", " "), []).append((family, group))
        phrases = sorted((p for p in self._groups if " " in p), key=len, reverse=True)
        self._phrases = re.compile(rf"\b(?:{'|'.join(phrases)})\b")

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.unmasked) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        before, after = self._read(text), self._read(new)
        self._reconcile(before, after, text, new)
        changes = [
            change
            for family in sorted(before.keys() | after.keys())
            if (change := self._change(family, before, after, text, new))
        ]
        if _focus_moved(text, new):
            changes.append("only belongs to another word")
        # "not old enough" and "so young that she can't" are "too young to".
        enough = _ENOUGH.search(text) or _ENOUGH.search(new)
        if not enough and bool(_TOO.search(text)) != bool(_TOO.search(new)):
            changes.append('"too ... to" came or went')
        if settled(text, new) or settled(new, text):
            changes.append("what might be so became a fact, or the other way round")
        if boundless_lost(text, new):
            changes.append("praise without bounds became a plain negation, or the other way round")
        if {mood(text), mood(new)} == {"asked", "said"}:
            changes.append("a question became a statement, or the other way round")
        if not changes:
            return Verdict(0.0)
        return drop("scope", "; ".join(changes), float(len(changes)))

    def _reconcile(self, before: Groups, after: Groups, text: str, new: str) -> None:
        """Leave out what was reworded across families."""
        either = {family: before.get(family) or after.get(family) for family in _ACROSS}
        free = _reworded(text, new)
        if values(text)["negation"] != values(new)["negation"]:
            free |= _negated(frozenset(family for family, found in either.items() if found))
        if "only after" in f"{text}\n{new}".casefold() and either["order"]:
            free |= {"limit", "order"}  # "only after", "before": `roles` knows which came first
        for named, other in ((before, new), (after, text)):
            free.update(n for n, form in _TOLD_BY.items() if n in named and form.search(other))
        if either["rare"]:
            free.add("near")  # "hardly ever", "almost never"
        if either["order"] and self._orientation.order_kept(text, new):
            free.add("order")
        ends = [family for family in _ENDS if before.get(family) != after.get(family)]
        if ends and self._orientation.from_the_other_end(text, new):
            free.update(ends)
        for family in free:
            for groups in (before, after):
                groups.pop(family, None)

    def _change(self, family: str, before: Groups, after: Groups, text: str, new: str) -> str:
        none: Counter[str] = Counter()
        old, now = before.get(family, none), after.get(family, none)
        lost, gained = old - now, now - old
        if family == "condition" and not mood(text) == mood(new) == "said":
            return ""  # a question may be asked in many ways
        if {*lost, *gained} == {"must", "should"}:
            return ""  # five of 198 back-translated sentences exchange them
        if first := _FIRST.get(family):
            lost, gained = ((one if first in one else none) for one in (old, now))
            return "" if old and now else _told(family, lost, gained) if lost | gained else ""
        if family == "extra" and lost | gained:
            return _told(family, lost, gained)
        strict = family in _STRICT or (
            family in _WEIGHED and values(text)["negation"] == values(new)["negation"]
        )
        if (lost and gained) or (strict and lost | gained):
            return _told(family, lost, gained)
        return ""

    def _read(self, text: str) -> Groups:
        """How often each group of each family is named; the longest phrase at a place counts."""
        plain = homonyms_aside(" ".join(_WORD.findall(_folded(exceptions_plain(text)))))
        plain = _NOT_AS_LONG.sub("not as", plain)
        found: dict[str, Counter[str]] = {}
        phrases = self._phrases.findall(plain)
        words = self._phrases.sub(" ", plain).split()
        for word in (*phrases, *words):
            for family, group in self._groups.get(word, ()):
                found.setdefault(family, Counter())[group] += 1
        return found


def _negated(named: frozenset[str]) -> set[str]:
    """The families that a negation which came or went lets go free, of those that are named."""
    free = {"lasting", "freed"}  # "not until", "only when"
    if {"lasting", "limit"} <= named:
        free.add("limit")
    if {"exception", "limit"} <= named:
        free |= {"exception", "limit", "condition"}  # "can't unless", "can only if"
    if {"exception", "sole"} <= named:
        free |= {"exception", "limit"}  # "the only one who didn't", "all except her"
    if {"exception", "condition"} <= named:
        free |= {"exception", "condition"}  # "unless we hear", "if we don't hear"
    return free


def _reworded(text: str, new: str) -> set[str]:
    """The families that the words beside them let go free."""
    free: set[str] = set()
    if any(" ".join(key.split()[2:]) in _TIMES for one in (text, new) for key in values(one)):
        free.add("unit")  # `values` weighs "90 minutes" and "an hour and a half"
    if bool(_SHUT.search(text)) != bool(_SHUT.search(new)):
        free.add("week")  # "closed at weekends", "open on weekdays"
    if days(text) == days(new) != frozenset():
        free.add("exception")
    if _ALSO.search(text) or _ALSO.search(new):
        free.add("extra")
    if _THOUGH.search(text) or _THOUGH.search(new):
        free.add("concession")
    if text.rstrip().endswith("?") or values(text)["negation"]:
        free.add("joint")  # "do you take cash or cards?", "no meat or fish"
    free.update(name for name, form in _NAMED.items() if form.search(text) and form.search(new))
    if any(_WITHOUT.search(one) and _IF_NOT.search(two) for one, two in ((text, new), (new, text))):
        free.add("condition")
    return free


def _focus_moved(text: str, new: str) -> bool:
    """Whether "only members can" became "can only ...": what it bears on is another word."""
    one, two = (" ".join(_WORD.findall(each.casefold())) for each in (text, new))
    for first, second in ((one, two), (two, one)):
        opening, later = _OPENING_ONLY.match(first), _LATER_ONLY.search(second)
        if opening and later and opening[1] in second.split() and opening[1] not in later.groups():
            return True
    return False


def _folded(text: str) -> str:
    return text.casefold().replace("’", "'")


def _told(family: str, lost: Counter[str], gained: Counter[str]) -> str:
    old, new = (", ".join(sorted(one)).replace("_", " ") for one in (lost, gained))
    if old and new:
        return f"{family}: {old} became {new}"
    return f"{family}: {f'lost {old}' if old else f'added {new}'}"
