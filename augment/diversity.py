"""Which of several copies differ most from one another.

Farthest first (Gonzalez 1985): each time the candidate whose greatest likeness to the record and to
what is chosen already is the least. That is maximal marginal relevance (Carbonell and Goldstein
1998) with all its weight on novelty: what is not relevant was refused before. Likeness is chrF
(Popovic 2015) with both sides weighted alike.
"""

from collections import Counter
from collections.abc import Sequence

ORDER = 6  # characters in the longest n-gram, as in chrF


class Profile:
    """The character n-grams of a text, without its spaces, counted by length."""

    __slots__ = ("counts", "totals")

    def __init__(self, text: str) -> None:
        bare = "".join(text.split())
        self.counts = [
            Counter(bare[i : i + n] for i in range(len(bare) - n + 1)) for n in range(1, ORDER + 1)
        ]
        self.totals = [count.total() for count in self.counts]

    def likeness(self, other: "Profile") -> float:
        """Their chrF (beta 1), from 0 to 1; n-grams too long for both texts do not count.

        >>> round(Profile("a big dog").likeness(Profile("a large dog")), 3)
        0.18
        """
        scores = []
        for mine, theirs, total, other_total in zip(
            self.counts, other.counts, self.totals, other.totals, strict=True
        ):
            if total + other_total:
                scores.append(2 * (mine & theirs).total() / (total + other_total))
        return sum(scores) / len(scores) if scores else 1.0


def most_different(original: str, candidates: Sequence[str], count: int) -> list[int]:
    """Indices of `count` candidates, the most different first; the earlier one where two are alike.

    >>> most_different("a big dog", ["a big dogs", "the large hound", "one big dog"], 2)
    [1, 2]
    """
    if count >= len(candidates):
        return list(range(len(candidates)))
    profiles = [Profile(text) for text in candidates]
    first = Profile(original)
    nearest = [profile.likeness(first) for profile in profiles]
    chosen: list[int] = []
    while len(chosen) < count:
        best = min(
            (i for i in range(len(candidates)) if i not in chosen), key=lambda i: (nearest[i], i)
        )
        chosen.append(best)
        nearest = [
            max(near, profile.likeness(profiles[best]))
            for near, profile in zip(nearest, profiles, strict=True)
        ]
    return chosen
