"""What is asked of `expand`."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from augment.datasets.balance import Balance
from augment.datasets.columns import Columns, NewColumns
from augment.datasets.formats import Kind, input_kind, input_name
from augment.datasets.reader import ReadOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpandRequest:
    """What to expand, and how; `input` and `output` None are standard input and output.

    `copies` and `seed` stand in for those of the spec; `balance` says instead how many copies each
    label gets. A text over `text_limit` characters is kept, but gets no copies. A run that was
    broken off goes on with `resume` and begins anew with `restart`. With `shard_rows` the output is
    a folder of files with so many rows each.
    """

    input: Path | None
    output: Path | None
    rejects: Path | None = None
    kind: Kind | None = None
    columns: Columns = field(default_factory=Columns)
    new: NewColumns = field(default_factory=NewColumns)
    delimiter: bytes | None = None
    quotes: bool = True
    copies: int | None = None
    balance: Balance | None = None
    seed: int | None = None
    keep_originals: bool = True
    force: bool = False
    resume: bool = False
    restart: bool = False
    row_limit: int = 16 << 20
    text_limit: int = 1_000_000
    shard_rows: int | None = None

    @property
    def in_folder(self) -> bool:
        """Whether the output is a folder of files, and not one file.

        Raises:
            DataError: the format of the input is not known.
        """
        return self.shard_rows is not None or input_kind(self.input, self.kind) == "arrow"

    @property
    def rejects_path(self) -> Path | None:
        """Where rejects go: as asked, else beside the output, else (None) to standard error."""
        if self.rejects is None and self.output is not None:
            return self.output.with_name(f"{self.output.name}.rejects.jsonl")
        return self.rejects

    @property
    def shown(self) -> str:
        """The input by name, for messages."""
        return "standard input" if self.input is None else str(self.input)

    @property
    def name(self) -> str:
        """What row numbers are put behind to make an id."""
        return input_name(self.input)

    @property
    def options(self) -> ReadOptions:
        """How the input is to be read.

        Raises:
            DataError: its format is not known.
        """
        return ReadOptions(
            kind=input_kind(self.input, self.kind),
            columns=self.columns,
            new=self.new,
            delimiter=self.delimiter,
            quotes=self.quotes,
            row_limit=self.row_limit,
        )

    def of(self, path: Path) -> "ExpandRequest":
        """The same for another data set with the same columns."""
        return self if path == self.input else replace(self, input=path, kind=None)
