"""HTML that is escaped unless it was made here."""

from collections.abc import Iterable
from html import escape
from typing import Final


class Markup(str):
    """HTML that may stand in the page as it is."""

    __slots__ = ()


EMPTY: Final = Markup("")

# Characters that HTML forbids, and those that would turn round the text after them.
_SHOWN: Final = {
    **dict.fromkeys((*range(9), 11, *range(14, 32), *range(127, 160)), "�"),
    **dict.fromkeys(range(55296, 57344), "�"),
}


def tag(name: str, *inner: str | Markup, **attributes: str | None) -> Markup:
    """An element; names of attributes lose a last underscore, and others become hyphens.

    >>> tag("td", "1 < 2", class_="number")
    '<td class="number">1 &lt; 2</td>'
    """
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{shown}>{joined(inner)}</{name}>")


def joined(parts: Iterable[str | Markup]) -> Markup:
    """Parts one behind the other; what is no markup is escaped."""
    return Markup(
        "".join(part if isinstance(part, Markup) else escape(clean(part)) for part in parts)
    )


def clean(text: str) -> str:
    """A text without characters that a page cannot hold."""
    return text.translate(_SHOWN)


def text_of_data(text: str) -> Markup:
    """A text of the data: its direction is its own and turns nothing beside it."""
    return tag("bdi", text)


def table(
    heads: Iterable[str], rows: Iterable[Iterable[str | Markup]], *, numbers: Iterable[int] = ()
) -> Markup:
    """A table with a head; `numbers` are the columns that are set right."""
    right = set(numbers)
    head = [
        tag("th", name, scope="col", class_="number" if i in right else None)
        for i, name in enumerate(heads)
    ]
    body = [
        tag(
            "tr",
            *(tag("td", cell, class_="number" if i in right else None) for i, cell in
              enumerate(row)),
        )
        for row in rows
    ]  # fmt: skip
    inner = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body))
    return tag("div", inner, class_="wide", tabindex="0", role="region", aria_label="table")
