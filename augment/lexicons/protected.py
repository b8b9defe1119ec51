"""Stretches of a text that edits leave alone, in two strengths.

*Verbatim* stretches (URLs, code, placeholders, IDs, the user's phrases and patterns) keep their
very characters. *Valued* ones (numbers, dates, negation: `augment.lexicons.values`) may be
reworded by kinds that rewrite whole sentences and check the values; word-level kinds leave both.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from augment.errors import SpecError
from augment.lexicons import values

__all__ = ["Protection", "Stretch"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A protected part of a text, in code points, and what it was taken for."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A kind of verbatim stretch; its group `part`, if it has one, is the stretch.

    The pattern is tried only on texts with one of the `signs`, and must take linear time: it
    starts at a literal or where a look-behind bars all but the first place of a run, and repeats
    within bounds or possessively. `trim` answers how much of a match to keep, 0 for none.
    """

    reason: str
    signs: frozenset[str]
    pattern: re.Pattern[str]
    trim: Callable[[str], int] = len


@dataclass(frozen=True, slots=True)
class Protection:
    """The built-in rules together with a user's own phrases and patterns, compiled once.

    Phrases are whole words with any whitespace between them; patterns are regular expressions as
    Python's `re` reads them, and take the time that they take.

    >>> protection = Protection(phrases=["Acme Cloud"])
    >>> text = "Mail a@b.io about ACME  cloud, not by 5 pm"
    >>> [(text[s.start : s.end], s.reason) for s in protection.stretches(text)]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('a@b.io', 'email'), ('ACME  cloud', 'phrase'), ('not', 'negation'), ('5 pm', 'time')]

    Raises:
        SpecError: a phrase is blank, or a pattern does not compile or matches empty text.
    """

    phrases: Sequence[str] = ()
    patterns: Sequence[str] = ()
    match_case: bool = field(default=False, kw_only=True)
    language: str = field(default="en", kw_only=True)
    _first_words: frozenset[str] = field(init=False, repr=False, compare=False)
    _phrase: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    _patterns: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        compiled = {
            "phrases": _listed("phrases", self.phrases),
            "patterns": _listed("patterns", self.patterns),
            "_first_words": frozenset(_first_word(phrase) for phrase in self.phrases),
            "_phrase": _any_phrase(self.phrases, self.match_case),
            "_patterns": tuple(_own_pattern(pattern) for pattern in self.patterns),
        }
        for name, value in compiled.items():
            object.__setattr__(self, name, value)

    def verbatim(self, text: str) -> tuple[Stretch, ...]:
        """Find what no edit may touch, sorted; overlapping finds become one stretch.

        >>> Protection().verbatim("Hi {name}!")
        (Stretch(start=3, end=9, reason='placeholder'),)
        """
        return merged_stretches([*self._own(text), *_built_in(text)])

    def valued(self, text: str) -> tuple[Stretch, ...]:
        """Find numbers, dates, times and negation, sorted.

        >>> Protection().valued("not 5")
        (Stretch(start=0, end=3, reason='negation'), Stretch(start=4, end=5, reason='number'))
        """
        return tuple(Stretch(*found) for found in values.stretches(text, self.language))

    def stretches(self, text: str) -> tuple[Stretch, ...]:
        """Find both strengths, sorted; overlapping finds become one stretch.

        >>> Protection().stretches("order no. 48213 of 2 May")
        ... # doctest: +NORMALIZE_WHITESPACE
        (Stretch(start=10, end=15, reason='id'), Stretch(start=19, end=24, reason='date'))
        """
        found = [Stretch(*found) for found in values.stretches(text, self.language)]
        return merged_stretches([*self._own(text), *_built_in(text), *found])

    def _own(self, text: str) -> Iterator[Stretch]:
        # Looking up the words is cheaper than running the pattern over every text.
        if self._phrase and not self._first_words.isdisjoint(_TOKEN.findall(text.casefold())):
            for match in self._phrase.finditer(text):
                yield Stretch(match.start(1), match.end(1), "phrase")
        for pattern in self._patterns:
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield Stretch(match.start(), match.end(), "pattern")


def merged_stretches(found: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Sort, and join what overlaps under the reason of its longest part: nothing is uncovered."""
    if len(found) < 2:
        return tuple(found)
    found = sorted(found, key=lambda stretch: (stretch.start, -stretch.end))
    merged: list[Stretch] = []
    longest = 0
    for stretch in found:
        length = stretch.end - stretch.start
        if not merged or stretch.start >= merged[-1].end:
            merged.append(stretch)
            longest = length
            continue
        last = merged[-1]
        reason = stretch.reason if length > longest else last.reason
        merged[-1] = Stretch(last.start, max(last.end, stretch.end), reason)
        longest = max(longest, length)
    return tuple(merged)


# --- the user's own ------------------------------------------------------------------------------

_TOKEN: Final = re.compile(r"\w+|[^\w\s]")


def _listed(name: str, given: Sequence[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise SpecError(f"protected {name} are a list of texts, not the text {given!r}")
    return tuple(given)


def _first_word(phrase: str) -> str:
    words = _TOKEN.findall(phrase.casefold())
    if not words:
        raise SpecError(f"protected phrase {phrase!r} is blank: give it a word or leave it out")
    return str(words[0])


def _any_phrase(phrases: Iterable[str], match_case: bool) -> re.Pattern[str] | None:
    """One pattern for all phrases; the longest come first, as the first that fits is taken.

    It only looks ahead, so that phrases which overlap are all found.
    """
    ordered = sorted({tuple(phrase.split()) for phrase in phrases}, key=lambda p: -len(" ".join(p)))
    if not ordered:
        return None
    alternatives = "|".join(_whole(words) for words in ordered)
    return re.compile(f"(?=({alternatives}))", 0 if match_case else re.IGNORECASE)


def _whole(words: tuple[str, ...]) -> str:
    """The pattern of a phrase between word edges; a sign at its end ("C++") needs no edge."""
    before = r"(?<!\w)" if re.match(r"\w", words[0]) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", words[-1]) else ""
    return before + r"\s+".join(re.escape(word) for word in words) + after


def _own_pattern(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise SpecError(
            f"protected pattern {pattern!r} is no regular expression: {error}"
        ) from error
    if compiled.search(""):
        raise SpecError(
            f"protected pattern {pattern!r} matches empty text: let it match a character"
        )
    return compiled


# --- the built-in rules --------------------------------------------------------------------------


def _built_in(text: str) -> Iterator[Stretch]:
    if not _ANY_SIGN.search(text):  # most texts
        return
    signs = set(text)
    # A point at the end of a sentence is no sign of a file name or a version.
    if "." in signs and not _INNER_POINT.search(text):
        signs.discard(".")
    if _LONG_FIGURE.search(text):
        signs |= _LONG
    for rule in _RULES:
        if rule.signs.isdisjoint(signs):
            continue
        group = "part" if "part" in rule.pattern.groupindex else 0
        for match in rule.pattern.finditer(text):
            start, end = match.span(group)
            if kept := rule.trim(text[start:end]):
                yield Stretch(start, start + kept, rule.reason)


_INNER_POINT: Final = re.compile(r"\.\w")
# Stands among the characters of a text for three digits in a row.
_LONG: Final = frozenset({"\\d{3}"})
_LONG_FIGURE: Final = re.compile(r"\d{3}")
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}


def _without_sentence_marks(url: str) -> int:
    """The length of a URL without the points and brackets of the sentence around it."""
    surplus = {close: url.count(close) - url.count(opening) for close, opening in _CLOSING.items()}
    end = len(url)
    while end and (
        url[end - 1] in ".,;:!?'\"*_\u2019\u201d\u00bb" or surplus.get(url[end - 1], 0) > 0
    ):
        end -= 1
        if url[end] in surplus:
            surplus[url[end]] -= 1
    return end


_PARTS: Final = re.compile(r"[-_]+")
_MEASURE: Final = re.compile(r"\d{1,6}(?:[A-Za-z]{1,4}|[a-z]+)")


def _code_length(run: str) -> int:
    """The length of a run of letters, digits and hyphens that is a code, 0 where it is none.

    AB-1234-X, H1N1 and 9f8c2d1 are; 10-year-old, 5km, 3rd, mid-1990s and 12-15 are not.
    """
    run = run.rstrip("-_")
    if run.isdigit() or run.isalpha():
        return 0
    parts = _PARTS.split(run)
    named = parts[0].isalpha() and parts[0].isupper() and any(map(str.isdigit, parts))
    mixed = any(
        not part.isdigit() and not part.isalpha() and part and not _MEASURE.fullmatch(part)
        for part in parts
    )
    return len(run) if named or mixed else 0


_POINTED_DATE: Final = re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})|\d{4}\.\d{1,2}\.\d{1,2}")
_GROUPED: Final = re.compile(r"\d{1,3}(?:\.\d{3})+")


def _version_length(figure: str) -> int:
    """The length of a version or an address (1.2.3), 0 for a date or grouped digits."""
    value = _POINTED_DATE.fullmatch(figure) or _GROUPED.fullmatch(figure)
    address = figure.count(".") == 3 and all(int(part) < 256 for part in figure.split(".") if part)
    return 0 if value and not address else len(figure)


def _rule(
    reason: str,
    signs: str | frozenset[str],
    pattern: str,
    trim: Callable[[str], int] = len,
    flags: int = 0,
) -> _Rule:
    return _Rule(reason, frozenset(signs), re.compile(pattern, flags), trim)


_DIGITS: Final = "0123456789"
_SUFFIXES: Final = (
    "com|org|net|edu|gov|mil|int|info|io|ai|app|dev|co|biz|shop|store|online|site|cloud"
    "|uk|eu|de|fr|es|pt|br|nl|ch|pl|se|dk|fi|ie|ru|cn|jp|kr|au|nz|ca|mx|ar|za|ly"
    # Where the space after a point is forgotten, these are words: they need a path.
    "|(?:me|tv|us|it|be|at|no|in|is|am|so|to)(?=/)"
)
_FILES: Final = (
    "txt|md|rst|pdf|docx?|xlsx?|pptx?|odt|csv|tsv|jsonl?|ya?ml|toml|ini|cfg|conf|xml|html?|css|scss"
    "|js|jsx|ts|tsx|py|ipynb|java|kt|cc|cpp|hpp|cs|go|rs|rb|php|sh|bat|ps1|sql|log|lock|env|exe"
    "|dll|so|jar|apk|deb|rpm|iso|zip|tar|gz|tgz|bz2|xz|7z|rar|png|jpe?g|gif|svg|webp|bmp|tiff?|ico"
    "|mp[34]|wav|flac|ogg|avi|mov|mkv|webm|epub|parquet|pkl|pt|onnx|safetensors|bak|tmp"
)
_LABELS: Final = (
    "order|ticket|invoice|booking|reference|ref|case|account|acct|policy|tracking|customer|serial"
    "|transaction|parcel|confirmation|reservation|claim|member|card|pin|code|voucher|passport"
    "|licence|license|iban|zip|postcode|phone|tel|telephone|fax|call|dial|mobile"
)

_RULES: Final = (
    _rule(
        "url",
        ":",
        r"(?<![A-Za-z])(?:https?|ftps?|sftp|file|wss?|ssh|git|s3|gs)://[^\s<>\"\u201c\u201d`]++",
        _without_sentence_marks,
        re.IGNORECASE,
    ),
    _rule(
        "url",
        ".",
        r"(?<![\w.@-])www\.[^\s<>\"\u201c\u201d`]++",
        _without_sentence_marks,
        re.IGNORECASE,
    ),
    # A bare domain, with its path.
    _rule(
        "url",
        ".",
        rf"(?<![\w.@/\\-])(?=[a-z0-9-]{{1,63}}\.[a-z0-9])(?:[a-z0-9-]{{1,63}}\.){{1,6}}"
        rf"(?:{_SUFFIXES})(?![\w@-]|\.\w)(?:[/?#][^\s<>\"\u201c\u201d`]*+)?",
        _without_sentence_marks,
    ),
    _rule(
        "email",
        "@",
        r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w@])",
    ),
    _rule("mention", "@", r"(?<![\w@.])@\w{1,64}(?:[.-]\w{1,64}){0,4}"),
    _rule("tag", "#", r"(?<![\w&#/])#\w++(?:-\d++)*+"),
    # Code: fenced, in back-ticks, with an underscore, called, or an identifier in quotes.
    _rule("code", "`", r"```.*?```", flags=re.DOTALL),
    _rule("code", "`", r"(?<![\w`])`[^`\n]{1,400}`(?![\w`])"),
    _rule("code", "_", r"(?<!\w)_{0,3}[^\W_]{1,60}_\w++(?:\(\))?"),
    _rule("code", "(", r"(?<![\w.])[A-Za-z][\w.]{0,80}\(\)"),
    # A name with points, as of a package; two parts alone may be sentences without a space between.
    _rule("code", ".", r"(?<![\w.])[A-Za-z]\w{1,40}+(?:\.[A-Za-z]\w{1,40}+){2,9}(?!\w)"),
    _rule(
        "code",
        "'\"\u2018\u201c",
        r"(?<!\w)['\"\u2018\u201c](?P<part>(?:[a-z][a-z0-9]{0,30}(?:[A-Z][a-z0-9]{0,30}){1,8}"
        r"|[A-Za-z]\w{0,60}(?:(?:\.|::|->)[A-Za-z_]\w{0,60}){1,8}|(?:[A-Z][a-z0-9]{1,30}){2,8}"
        r")(?:\(\))?)['\"\u2019\u201d](?!\w)",
    ),
    # File paths and file names: "/king" in running text is no path, "/tmp" is.
    _rule(
        "path",
        "/",
        r"(?<![\w/.<:*)\]])(?:(?:~|\.{1,2})/[\w.@+-]{1,255}|/[\w.@+-]{1,255}(?=/\w)|/(?:etc|tmp|usr|var"
        r"|home|opt|dev|bin|root|mnt|srv|proc)\b)(?:/[\w.@+-]{1,255})*+/?(?![\w/])",
        _without_sentence_marks,
    ),
    _rule(
        "path",
        "\\",
        r"(?<![\w\\])(?:[A-Za-z]:|\\\\[\w.$-]{1,63})(?:\\[\w.$@+-]{1,255})++\\?",
        _without_sentence_marks,
    ),
    _rule(
        "path",
        ".",
        rf"(?<![\w.@/\\-])(?=[\w/@-]{{1,255}}\.\w)\w[\w/@-]{{0,254}}(?:\.[\w/@-]{{1,64}}){{0,8}}"
        rf"\.(?:{_FILES}|(?-i:(?<=\w\w\.)[ch]))(?![\w@/-]|\.\w)",
        flags=re.IGNORECASE,
    ),
    # Placeholders; braces around a whole clause are none.
    _rule(
        "placeholder",
        "{",
        r"\{(?<!\{\{)(?:\{{1,2}[^{}\n]{1,120}\}{2,3}|%[^{}\n]{1,120}%\}"
        r"|\s?[\w.:,!|<>^+\-\[\]$@/?='\"]{0,60}(?: [\w-]{1,40}){0,2}\s?\})",
    ),
    _rule("placeholder", "$", r"\$\{[^{}\n]{1,120}\}"),
    _rule("placeholder", "$", r"(?<![\w$])\$[A-Za-z_]\w*+"),
    _rule(
        "placeholder",
        "%",
        r"(?<![\w%])%(?:\(\w{1,64}\)|\d{1,2}\$)?[-+0#]?\d{0,3}(?:\.\d{1,3})?l{0,2}[sdifgeuxXrc@](?!\w)",
    ),
    _rule("placeholder", "%", r"(?<![\w%])%[A-Za-z_]\w{1,60}%(?!\w)"),
    _rule("placeholder", "[", r"\[\[[^\[\]\n]{1,80}\]\]|\[[A-Z][A-Z0-9_ -]{1,60}\]|\[/?INST\]"),
    _rule(
        "placeholder",
        "<",
        r"</?[A-Za-z][\w:.|-]{0,60}(?:\s[^<>\n]{0,400})?/?>|<\|\w{1,40}\|>|<!--[^<>]{0,400}-->",
    ),
    _rule("placeholder", "&", r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,8}\d{0,2});"),
    _rule("placeholder", ":", r"(?<![\w:]):[a-z][a-z0-9_+-]{1,40}:(?![\w:])"),
    # Codes and numbers that name something.
    _rule("id", _DIGITS, r"(?<![\w-])[A-Za-z0-9][A-Za-z0-9_-]*+(?!\w)", _code_length),
    _rule("id", _LONG, r"(?<![\w.,-])\d{9,}+(?![\w-]|[.,]\d)"),
    _rule("id", ".", r"(?<![\w.,-])v?\d{1,5}(?:\.\d{1,5}){2,6}+(?![\w]|\.\d)", _version_length),
    _rule("id", ".", r"(?<![\w.])v\d{1,4}\.\d{1,4}(?![\w]|\.\d)"),
    _rule("id", ":", r"(?<![\w:])[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?![\w:])"),
    # "order 48213", "PIN: 123": five digits after a label, three where something more says so.
    _rule(
        "id",
        _LONG,
        rf"(?<!\w)(?:{_LABELS})(?:\s{{1,3}}(?:number|num|no|nr|id|code)\b\.?)?+"
        r"(?:\s{0,3}[:#=]|\s{1,3}is\b)?+\s{0,3}(?P<part>\d{5,}+(?:-\d{1,12}+)*+)(?!\w|[.,]\d)",
        flags=re.IGNORECASE,
    ),
    _rule(
        "id",
        _LONG,
        rf"(?<!\w)(?:{_LABELS})(?:\s{{1,3}}(?:number|num|no|nr|id|code)\b\.?(?:\s{{1,3}}is\b)?+[:#]?|[:#])"
        r"\s{0,3}(?P<part>\d{3,}+(?:-\d{1,12}+)*+)(?!\w|[.,]\d)",
        flags=re.IGNORECASE,
    ),
    _rule(
        "phone",
        "+",
        r"(?<![\w.+-])\+(?=(?:[ .\u00a0()-]{0,2}\d){7})\d{1,3}"
        r"(?:[ .\u00a0-]?+\(?+\d{1,4}+\)?+){2,6}+(?![\w-])",
    ),
    _rule(
        "phone",
        _LONG,
        r"(?<![\w.+-])(?:(?:1[-. ])?(?:\(\d{3}\)[ -]?|\d{3}[-. ])\d{3}[-. ]\d{4}"
        r"|\(0\d{1,4}\) ?\d{3,4}[ -]?\d{3,4}|0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}|0\d{9,10})"
        r"(?![\w-]|[.,]\d)",
    ),
    _rule(
        "card",
        _LONG,
        r"(?<![\w.-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{5}|\d{3}-\d{2}-\d{4}"
        r"|(?:[*xX\u2022]{4}[ -]?){1,4}\d{4}|[*\u2022]{2,16}[ -]?\d{2,4})(?![\w-])",
    ),
    # An account number in groups of four (IBAN).
    _rule("id", _LONG, r"(?<!\w)[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?(?!\w)"),
)

_SIGNS: Final = frozenset().union(*(rule.signs for rule in _RULES)) - _LONG - {"."}
_ANY_SIGN: Final = re.compile(f"[{''.join(map(re.escape, sorted(_SIGNS)))}]|{_INNER_POINT.pattern}")
