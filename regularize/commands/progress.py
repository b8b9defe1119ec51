"""A progress bar for people at a terminal; nothing elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(total: int | None, unit: str, *, quiet: bool) -> Iterator[Callable[[int], object]]:
    """What is to be called with how many more are done."""
    from tqdm import tqdm

    hidden = quiet or not sys.stderr.isatty()
    with tqdm(total=total, unit=f" {unit}", disable=hidden, leave=False) as shown:
        yield shown.update
