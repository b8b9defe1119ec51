"""Whether a difference is one: the same seeds with and without, their differences, intervals.

Student's distribution is computed here, since SciPy would be a large package for one function.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt
from statistics import fmean, stdev

from augment.randomness import stream

DRAWS = 10_000
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of paired differences with its intervals at `level`.

    `t_interval` holds if differences are about normal. `bootstrap_interval` is the percentile one
    over pairs; of few pairs (below ten or so) it is too narrow, so the t interval decides.
    `p_value` is two-sided, of the paired t test.
    """

    mean: float
    pairs: int
    deviation: float
    t_interval: tuple[float, float]
    bootstrap_interval: tuple[float, float]
    p_value: float
    level: float

    @property
    def clear(self) -> bool:
        """Whether the t interval does not hold 0."""
        return not self.t_interval[0] <= 0 <= self.t_interval[1]


def paired(
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Difference:
    """The differences `ours` minus `theirs`, pair by pair.

    Raises:
        ValueError: there are fewer than two pairs, or a number of each that differs.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} and {len(theirs)} figures make no pairs")
    if len(ours) < 2:
        raise ValueError("an interval needs two pairs at least")
    differences = [one - other for one, other in zip(ours, theirs, strict=True)]
    count, mean, deviation = len(differences), fmean(differences), stdev(differences)
    error = deviation / sqrt(count)
    width = t_quantile((1 + level) / 2, count - 1) * error
    return Difference(
        mean=mean,
        pairs=count,
        deviation=deviation,
        t_interval=(mean - width, mean + width),
        bootstrap_interval=bootstrap(differences, level=level, draws=draws, seed=seed),
        p_value=_p_value(mean, error, count - 1),
        level=level,
    )


def bootstrap(
    values: Sequence[float], *, level: float = 0.95, draws: int = DRAWS, seed: int = 0
) -> tuple[float, float]:
    """The percentile interval of the mean (Efron 1979), the same for the same seed and values."""
    draw = stream(seed, "bootstrap", draws)
    count = len(values)
    means = sorted(fmean(values[draw.below(count)] for _ in range(count)) for _ in range(draws))
    return _quantile(means, (1 - level) / 2), _quantile(means, (1 + level) / 2)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p values as they count when all are looked at (Holm 1979), in the order given.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return tuple(adjusted)


def share_interval(right: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); of nothing it is all of 0 to 1.

    >>> tuple(round(end, 3) for end in share_interval(9, 10))
    (0.596, 0.982)
    """
    if not total:
        return 0.0, 1.0
    z, share = 1.959963984540054, right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    spread = share * (1 - share) / total + z * z / (4 * total * total)
    width = z * sqrt(spread) / (1 + z * z / total)
    return max(0.0, middle - width), min(1.0, middle + width)


def t_quantile(share: float, freedom: int) -> float:
    """Below which point a share of Student's distribution lies.

    >>> round(t_quantile(0.975, 4), 3)
    2.776
    """
    if share < 0.5:
        return -t_quantile(1 - share, freedom)
    low, high = 0.0, 1.0
    while t_share(high, freedom) < share and high < 1e12:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if t_share(middle, freedom) < share else (low, middle)
    return (low + high) / 2


def t_share(point: float, freedom: int) -> float:
    """The share of Student's distribution that lies below a point."""
    tail = _beta_share(freedom / (freedom + point * point), freedom / 2, 0.5) / 2
    return 1 - tail if point >= 0 else tail


def _p_value(mean: float, error: float, freedom: int) -> float:
    if error == 0:
        return 1.0 if mean == 0 else 0.0
    point = mean / error
    return _beta_share(freedom / (freedom + point * point), freedom / 2, 0.5)


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b) (Press et al. 2007, 6.4)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction behind it, by Lentz's method."""
    c, d = 1.0, 1 / _far_from_0(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        step = 1.0
        for term in (even, odd):
            d = 1 / _far_from_0(1 + term * d)
            c = _far_from_0(1 + term / c)
            step = c * d
            value *= step
        if abs(step - 1) < 1e-15:
            break
    return value


def _far_from_0(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two nearest values, as a straight line."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
