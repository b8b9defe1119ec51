"""Draws of pieces that can be made again: one number for each text and position, in any company.

The number comes from SplitMix64 at (key, position), so that no draw depends on the draws before it,
on the order of the texts or on their number. It chooses a piece by the inverse of the cumulated
probabilities, the most probable pieces first.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from augment.randomness import Stream
from augment.translation import Draw

# The step of SplitMix64 from one state to the next; see `augment.randomness.Stream`.
_STEP = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1

# Most probable pieces that are looked at first. A translation model rarely gives the others more
# than a hundredth together, and sorting all takes longer than the model itself.
_HEAD = 64


def uniform(key: int, position: int) -> float:
    """The number in [0, 1) for a position of an output: the position-th of `Stream(key)`.

    >>> stream = Stream(7)
    >>> [stream.random(), stream.random()] == [uniform(7, 0), uniform(7, 1)]
    True
    """
    return Stream((key + position * _STEP) & _MASK).random()


class Drawing:
    """A logits processor for `generate`: leaves one piece to each row, and forbids all others.

    It must be the last one, so that what others forbid is never drawn. `keys`: one for each row.
    """

    def __init__(self, draw: Draw, keys: Sequence[int]) -> None:
        check(draw)
        self._draw = draw
        self._keys = keys

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Scores of shape (rows, pieces): 0 for the drawn piece, minus infinity for the rest."""
        position = input_ids.shape[1] - 1  # the first piece starts the decoder and is not drawn
        points = [uniform(key, position) for key in self._keys]
        drawn = choose(scores, self._draw, torch.tensor(points, dtype=torch.float64))
        return torch.full_like(scores, -torch.inf).scatter_(1, drawn[:, None], 0.0)


def check(draw: Draw) -> None:
    """Refuse what is no distribution.

    Raises:
        ValueError: names the setting and its range.
    """
    if not draw.temperature > 0:
        raise ValueError(f"temperature must be above 0, not {draw.temperature}")
    if draw.top_k < 0:
        raise ValueError(f"top_k must be at least 1, or 0 for all pieces, not {draw.top_k}")
    if not 0 < draw.top_p <= 1:
        raise ValueError(f"top_p must be above 0 and at most 1, not {draw.top_p}")


def choose(scores: Tensor, draw: Draw, points: Tensor) -> Tensor:
    """The piece of each row where the cumulated probability passes the row's point in [0, 1).

    Temperature first, then `top_k`, then `top_p`, each over what the one before it left.

    >>> scores = torch.tensor([[0.1, 0.2, 0.7]]).log().expand(3, 3)
    >>> choose(scores, Draw(), torch.tensor([0.69, 0.71, 0.91])).tolist()
    [2, 1, 0]
    """
    # The best becomes 0, so that a small temperature makes the others vanish and nothing overflows.
    scores = (scores - scores.amax(-1, keepdim=True)) / draw.temperature
    points = points.to(scores.device, torch.float64)[:, None]
    if draw.top_k:
        values, pieces = _best(scores, draw.top_k)
        return _passed(_chances(values, values), pieces, draw.top_p, points)
    values, pieces = _best(scores, _HEAD)
    chances = _chances(values, scores)
    mass = chances.sum(-1, keepdim=True)
    # Whether the first pieces decide: they hold the whole nucleus, or the point.
    decided = mass >= draw.top_p if draw.top_p < 1 else mass > points
    drawn = _passed(chances, pieces, draw.top_p, points)
    rest = ~decided[:, 0]
    if not rest.any():
        return drawn
    if draw.top_p < 1:
        values, pieces = scores[rest].sort(descending=True, stable=True)
        drawn[rest] = _passed(_chances(values, values), pieces, draw.top_p, points[rest])
    else:
        # Without a nucleus the others need no rank: they follow by number, for a tenth of the time.
        others = _chances(scores[rest], scores[rest]).scatter_(-1, pieces[rest], 0.0)
        share = (points[rest] - mass[rest]) / (1 - mass[rest])
        passed = others.cumsum(-1)
        drawn[rest] = torch.searchsorted(passed, share * passed[:, -1:], right=True)[:, 0]
    return drawn


def _best(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Values and pieces of the best, best first; of equal ones the lower piece first."""
    pieces = scores.topk(min(count, scores.shape[-1]), sorted=False).indices.sort(-1).values
    values, order = scores.gather(-1, pieces).sort(descending=True, stable=True)
    return values, pieces.gather(-1, order)


def _chances(values: Tensor, among: Tensor) -> Tensor:
    """Probabilities of values, in double precision: a sum of 32,000 must not lose the small."""
    return (values.double() - among.logsumexp(-1, keepdim=True).double()).exp()


def _passed(chances: Tensor, pieces: Tensor, top_p: float, points: Tensor) -> Tensor:
    """The piece of each row where the cumulated chance passes the point's share of the nucleus."""
    passed = chances.cumsum(-1)
    kept = chances > 0
    if top_p < 1:
        # A piece is in the nucleus where those before it have less than `top_p`: the first always.
        kept &= passed - chances < top_p
        last = kept.sum(-1, keepdim=True) - 1
        points = points * passed.gather(-1, last)
    else:
        last = kept.sum(-1, keepdim=True) - 1
    # Rounding may leave the sum just below the point; then it is the last piece.
    index = (passed <= points).sum(-1, keepdim=True).minimum(last)
    return pieces.gather(-1, index)[:, 0]
