"""Which column holds what: named by the user, or found by its usual name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from difflib import get_close_matches

from augment.datasets.labels import LabelShape
from augment.datasets.tasks.schemes import Scheme
from augment.errors import DataError

# In the order in which they are taken when a file has several of them.
TEXT_NAMES = (
    *("text", "sentence", "utterance", "message", "content", "review", "comment", "question"),
    *("tweet", "post", "body", "document", "query", "prompt", "input", "description", "title"),
)
LABEL_NAMES = (
    *("label", "labels", "class", "category", "intent", "sentiment", "target", "topic"),
    *("emotion", "rating", "stars", "score", "y"),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns that are read; those left open are looked for or not used.

    Copies are made of rows whose `split` column says `part`; without `split`, of all rows. `text_b`
    makes rows pairs; `tokens` or `tags` make them tagged; `context`, `question` or `answers` make
    them questions with answers. `sides` says which texts of a pair or question are copied. In a
    CoNLL file `tokens` and `tags` are numbers of columns, from 1.
    """

    text: str | None = None
    label: str | None = None
    id: str | None = None
    split: str | None = None
    part: str = "train"
    spans: str | None = "spans"
    text_b: str | None = None
    sides: str | None = None
    tokens: str | None = None
    tags: str | None = None
    scheme: Scheme | None = None
    context: str | None = None
    question: str | None = None
    answers: str | None = None
    labels: LabelShape = field(default_factory=LabelShape)


@dataclass(frozen=True, slots=True)
class NewColumns:
    """Names of the columns that the output has beside those of the input."""

    source_id: str = "source_id"
    copy: str = "copy"
    trail: str = "trail"

    @property
    def names(self) -> tuple[str, str, str]:
        """All three, in the order in which they are written."""
        return (self.source_id, self.copy, self.trail)


@dataclass(frozen=True, slots=True)
class Found:
    """The columns of a file beside those of its task, all of which exist in it."""

    label: str | None
    id: str | None
    split: str | None


def find_columns(asked: Columns, names: Sequence[str], used: Sequence[str] = ()) -> Found:
    """The columns to read beside those that the task uses, of those that the file has.

    Raises:
        DataError: a named column is not there, or one is there twice.

    >>> find_columns(Columns(), ["id", "Text", "intent"], used=["Text"])
    Found(label='intent', id=None, split=None)
    """
    for name, count in Counter(names).items():
        if count > 1:
            raise DataError(f"the column {name!r} is there {count} times; rename all but one")
    for option in ("label", "id", "split"):
        check_named(asked, option, names)
    label = asked.label or first_of(LABEL_NAMES, [name for name in names if name not in used])
    return Found(label, asked.id, asked.split)


def find_text(asked: Columns, names: Sequence[str]) -> str:
    """The column of the text.

    Raises:
        DataError: the named column is not there, or none has a usual name.

    >>> find_text(Columns(), ["id", "Text", "intent"])
    'Text'
    """
    check_named(asked, "text", names)
    text = asked.text or first_of(TEXT_NAMES, [n for n in names if n != asked.label])
    if text is None and len(names) == 1:
        text = _only(names[0])
    if text is None:
        raise DataError(
            "no column has a usual name for the text; name it with --text. "
            f"The columns are: {listed(names)}"
        )
    return text


def check_named(asked: Columns, option: str, names: Sequence[str]) -> None:
    """Refuse a column that the user named and that is not there.

    Raises:
        DataError: names what there is, and what the user may have meant.
    """
    name = getattr(asked, option)
    if name is not None and name not in names:
        near = get_close_matches(name, names, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise DataError(
            f"there is no column {name!r} ({flag(option)}){meant}; the columns are: {listed(names)}"
        )


def flag(option: str) -> str:
    """The option of the command line behind a field of `Columns`.

    >>> flag("text_b"), flag("split")
    ('--text-b', '--split-column')
    """
    return "--split-column" if option == "split" else f"--{option.replace('_', '-')}"


def check_new(new: NewColumns, names: Sequence[str]) -> None:
    """Refuse names of new columns that the input has already.

    Raises:
        DataError: names the column, and the option that gives it another name.
    """
    taken = [name for name in new.names if name in names]
    if len(set(new.names)) < len(new.names):
        raise DataError(f"two new columns have the same name: {listed(new.names)}")
    if not taken:
        return
    if len(taken) == len(new.names):
        raise DataError(
            f"the input has the columns {listed(new.names)}: it is an output of `augment expand`; "
            "expand the original data set, or rename the new columns with --rename, "
            f"such as --rename {new.copy}={new.copy}_2"
        )
    old = next(
        default
        for default, name in zip(astuple(NewColumns()), new.names, strict=True)
        if name == taken[0]
    )
    raise DataError(
        f"the input has a column {taken[0]!r} already, and the output needs that name; rename it "
        f"in the input, or name the new column otherwise, such as --rename {old}=augment_{old}"
    )


def first_of(wanted: Sequence[str], names: Sequence[str]) -> str | None:
    """The first of the usual names that is there, as the file writes it."""
    by_key = {name.strip().lower(): name for name in reversed(names)}
    return next((by_key[key] for key in wanted if key in by_key), None)


def listed(names: Sequence[str]) -> str:
    """Names for a message; of very many the first fifty."""
    shown = ", ".join(repr(name) for name in names[:50])
    return shown + (f" and {len(names) - 50} more" if len(names) > 50 else "")


def _only(name: str) -> str:
    for delimiter, given in ((";", "';'"), ("\t", "tab"), ("|", "'|'"), (",", "','")):
        if delimiter in name:
            raise DataError(
                f"the first line is one column, {name!r}, but seems to hold several: "
                f"give --delimiter {given}, or --text {name!r} if it is one column"
            )
    return name
