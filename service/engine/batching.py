"""Which of the waiting items leave together: like lengths, a bounded padded size."""

from collections.abc import Sequence


def fill(
    lengths: Sequence[int], weights: Sequence[int], budget: int, overdue: int = 0
) -> list[int]:
    """Indices of a batch around the first item, which always goes.

    Of a window of items, the first `overdue` come first, whatever their length, then those nearest
    in length to the first, so that little is padded. The padded cost (longest length times the sum
    of weights) stays within the budget, unless the first item alone is over it.

    >>> fill([10, 40, 11, 9], [1, 1, 1, 1], budget=33)
    [0, 2, 3]
    >>> fill([10, 40, 11, 9], [1, 1, 1, 1], budget=80, overdue=2)
    [0, 1]
    """
    nearest = sorted(
        range(1, len(lengths)),
        key=lambda i: (0, i) if i < overdue else (1 + abs(lengths[i] - lengths[0]), i),
    )
    chosen, longest, total = [0], lengths[0], weights[0]
    for index in nearest:
        padded = max(longest, lengths[index]) * (total + weights[index])
        if padded > budget:
            continue
        chosen.append(index)
        longest, total = max(longest, lengths[index]), total + weights[index]
    return sorted(chosen)
