"""Lists of several kinds in one data file: a line `[kind]`, then the words of that kind."""

from collections.abc import Mapping
from importlib.resources.abc import Traversable

from augment.errors import ResourceError
from augment.lexicons import store


def sections(name: str, folder: Traversable | None = None) -> Mapping[str, tuple[str, ...]]:
    """The words of each section of a data file, in order.

    >>> sections("gazetteer.txt")["saint"]
    ('St', 'Ste', 'Mt', 'Ft')
    """
    found: dict[str, list[str]] = {}
    words: list[str] | None = None
    for line in store.lines(name, folder):
        if line.startswith("["):
            words = found.setdefault(line.strip("[]"), [])
        elif words is None:
            raise ResourceError(f"{name} has {line[:40]!r} before its first section")
        else:
            words += line.split()
    return {section: tuple(listed) for section, listed in found.items()}
