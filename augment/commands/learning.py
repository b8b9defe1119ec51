"""What must know a data set learns of one, where a command has none of its own: a preview."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from augment.pipeline import Pipeline
    from augment.record import Record

SAMPLE: Final = "sample:support"


def ready(pipeline: "Pipeline", data: Path | None = None) -> "Pipeline":
    """The pipeline with all ready; what must read a data set reads `data`, else the sample.

    Raises:
        DataError: the data set cannot be read, or has nothing that a step or check could go by.
    """
    if not pipeline.unfitted:
        return pipeline
    if data is not None:
        return pipeline.fitted(_records(data), ())
    from augment.samples import sample_file

    with sample_file(SAMPLE) as train, sample_file(f"{SAMPLE}/test") as test:
        return pipeline.fitted(_records(train), _records(test))


def _records(path: Path) -> Iterator["Record"]:
    from augment.datasets.formats import open_input
    from augment.datasets.request import ExpandRequest
    from augment.datasets.rows import Row
    from augment.datasets.units.run import open_reader

    with open_input(path) as opened:
        for row in open_reader(opened, ExpandRequest(input=path, output=None)):
            if isinstance(row, Row):
                yield from row.records
