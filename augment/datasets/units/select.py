"""Whether a copy of a row is let through when it is held against those written before it."""

from collections.abc import Iterable

from augment.datasets.rows import Row
from augment.datasets.tasks.task import RowCopy
from augment.record import Copy, Outcome, Record, Refusal
from augment.selector import Selector


def cases_of(row: Row, copy: RowCopy) -> list[tuple[str, str, str]]:
    """Id, original and copy of each text of a row that was changed."""
    originals = {record.id: record.text for record in row.records}
    return [(one.record.id, originals[one.record.id], one.record.text) for one in copy.copies]


def refusal_of(
    select: Selector, number: int, cases: Iterable[tuple[str, str, str]]
) -> Refusal | None:
    """Why a copy is dropped: none of its texts is new (`cases`: id, original, copy of each)."""
    refusals = []
    for record_id, original, text in cases:
        one = Copy(Record(text, record_id), number, ())
        outcome = select(Outcome(Record(original, record_id), (one,)))
        if outcome.copies:
            return None
        refusals.append(outcome.missing[0][1])
    return refusals[0] if refusals else None
