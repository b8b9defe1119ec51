"""Figures on texts and on lists of numbers, each small enough to check by hand."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from augment.words import split_words

BINS = 20
BLEU_ORDER = 4
# What a count of nothing becomes: NLTK's method 1 (Chen and Cherry 2014), as in Texygen.
_EPSILON = 0.1


@dataclass(frozen=True, slots=True)
class Spread:
    """How numbers lie: mean, quantiles by interpolation, and how many are in each bin."""

    count: int
    mean: float
    least: float
    p5: float
    p25: float
    median: float
    p75: float
    p95: float
    most: float
    edges: tuple[float, ...]
    bins: tuple[int, ...]


def spread(numbers: Sequence[float], low: float | None = None, high: float | None = None) -> Spread:
    """How numbers lie; bins go from `low` to `high`, else over all of them.

    >>> spread([0.0, 0.5, 1.0]).median
    0.5
    """
    ordered = sorted(numbers)
    low = ordered[0] if low is None else low
    high = ordered[-1] if high is None else high
    width = (high - low) / BINS or 1.0
    edges = tuple(round(low + i * width, 6) for i in range(BINS + 1))
    # What lies outside of the bins counts in the outermost ones.
    places = Counter(min(max(int((n - low) / width), 0), BINS - 1) for n in ordered)
    p5, p25, median, p75, p95 = (
        round(quantile(ordered, share), 4) for share in (0.05, 0.25, 0.5, 0.75, 0.95)
    )
    return Spread(
        count=len(ordered),
        mean=round(math.fsum(ordered) / len(ordered), 4),
        least=round(ordered[0], 4),
        p5=p5,
        p25=p25,
        median=median,
        p75=p75,
        p95=p95,
        most=round(ordered[-1], 4),
        edges=edges,
        bins=tuple(places[i] for i in range(BINS)),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The number below which a share of sorted numbers lies.

    >>> quantile([1, 2, 3, 4], 0.5)
    2.5
    """
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def edit_rate(before: str, after: str) -> float:
    """The share of words that changed, of the text with more words; capitals count.

    >>> edit_rate("a big dog", "a large dog barks")
    0.5
    """
    old = [word.surface for word in split_words(before)]
    new = [word.surface for word in split_words(after)]
    if not old and not new:
        return float(before != after)
    codes = SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    changed = sum(max(j - i, m - k) for tag, i, j, k, m in codes if tag != "equal")
    return min(1.0, changed / max(len(old), len(new)))


def distinct(texts: Sequence[str], order: int) -> float | None:
    """Distinct-n (Li et al. 2016): different n-grams of words by all of them; None of none.

    >>> distinct(["a big dog", "a big cat"], 1)
    0.6666666666666666
    """
    grams = [gram for text in texts for gram in _grams(_words(text), order)]
    return len(set(grams)) / len(grams) if grams else None


def self_bleu(texts: Sequence[str]) -> float | None:
    """Self-BLEU (Zhu et al. 2018): the mean BLEU-4 of each text against all others.

    1 where all are equal; texts without words are left out. None of fewer than two texts.

    >>> round(self_bleu(["the dog saw a cat", "the dog saw a bird"]), 3)
    0.669
    """
    sentences = [words for text in texts if (words := _words(text))]
    if len(sentences) < 2:
        return None
    orders = range(1, BLEU_ORDER + 1)
    counts = [[Counter(_grams(words, n)) for n in orders] for words in sentences]
    greatest = [_two_greatest([count[n - 1] for count in counts]) for n in orders]
    lengths = Counter(map(len, sentences))
    scores = []
    for place, words in enumerate(sentences):
        matched = [
            sum(_clipped(count, most[gram], place) for gram, count in found.items())
            for found, most in zip(counts[place], greatest, strict=True)
        ]
        if not matched[0]:
            scores.append(0.0)
            continue
        logs = sum(
            math.log((match or _EPSILON) / max(1, found.total()))
            for match, found in zip(matched, counts[place], strict=True)
        )
        scores.append(_brevity(len(words), lengths) * math.exp(logs / BLEU_ORDER))
    return math.fsum(scores) / len(scores)


def _clipped(count: int, most: tuple[int, int, int], place: int) -> int:
    """A count, of which no more match than another text has."""
    first, owner, second = most
    return min(count, second if owner == place else first)


def _two_greatest(counts: Sequence[Counter[str]]) -> dict[str, tuple[int, int, int]]:
    """For each n-gram its greatest count, in which text, and the greatest of all other texts."""
    found: dict[str, tuple[int, int, int]] = {}
    for place, counted in enumerate(counts):
        for gram, count in counted.items():
            first, owner, second = found.get(gram, (0, -1, 0))
            if count > first:
                found[gram] = (count, place, first)
            elif count > second:
                found[gram] = (first, owner, count)
    return found


def _brevity(length: int, lengths: Counter[int]) -> float:
    """The penalty of texts shorter than the other one that is nearest in length."""
    others = (other for other, count in lengths.items() if count > (other == length))
    nearest = min(others, key=lambda other: (abs(other - length), other))
    return 1.0 if length > nearest else math.exp(1 - nearest / length)


def _words(text: str) -> list[str]:
    return [word.surface.casefold() for word in split_words(text)]


def _grams(words: Sequence[str], order: int) -> list[str]:
    if order == 1:
        return list(words)
    if order == 2:
        return [f"{one} {two}" for one, two in pairwise(words)]
    return [" ".join(words[i : i + order]) for i in range(len(words) - order + 1)]
