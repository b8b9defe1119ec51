"""Rows in groups for the engine, bounded in number and in bytes."""

from collections.abc import Iterable, Iterator

from augment.datasets.rows import Fault, Row

BATCH_ROWS = 256
BATCH_BYTES = 1 << 20


def batches(rows: Iterable[Row | Fault]) -> Iterator[list[Row | Fault]]:
    """Groups that depend on nothing but the rows of their unit."""
    batch: list[Row | Fault] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row.content)
        if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
