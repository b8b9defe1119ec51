"""Batches for models: like lengths together, a bounded number of padded pieces, back in order."""

from collections.abc import Iterator, Sequence


def token_batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Indices in groups whose padded size (longest times count) stays within the budget.

    An item longer than the budget makes a group of its own.

    >>> list(token_batches([9, 2, 3, 2], budget=9))
    [[1, 3, 2], [0]]
    """
    group: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if group and lengths[index] * (len(group) + 1) > budget:
            yield group
            group = []
        group.append(index)
    if group:
        yield group
