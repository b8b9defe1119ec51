"""Names in labelled spans: the labels say what they are, so that no gazetteer need know them."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Final

from augment.edits import Span
from augment.lexicons.gazetteer import Gazetteer
from augment.spec.names import NameKind
from augment.transforms.base import Subject
from augment.transforms.name_parts import Mention, Part, stem_length

_PLAIN_NAME: Final = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+)*")


def labelled_names(
    subject: Subject, gazetteer: Gazetteer, labels: Mapping[str, NameKind]
) -> Iterator[Mention]:
    """The spans of a record whose labels say that they are names, as far as they look like one."""
    spans = [s for s in subject.record.spans if s.end > s.start]
    fixed = subject.protection.stretches(subject.text) if labels else ()
    done: set[tuple[int, int]] = set()
    ends = [word.end for word in subject.words]
    for span in spans:
        kind = labels.get(span.label)
        extent = (span.start, span.end)
        alone = all(
            extent == (o.start, o.end) or o.end <= span.start or o.start >= span.end for o in spans
        )
        # What its words are beside a name (a user's phrase, a number) says that they stay.
        firm = any(s.start < span.end and s.end > span.start for s in fixed)
        if kind is None or not alone or firm or extent in done:
            continue
        # Two labels of the same words must both allow it.
        if any(o.label not in labels for o in spans if (o.start, o.end) == extent):
            continue
        done.add(extent)
        if parts := _parts(subject, gazetteer, span, kind):
            yield Mention(bisect_right(ends, span.start), parts, span)


def _parts(subject: Subject, gazetteer: Gazetteer, span: Span, kind: NameKind) -> tuple[Part, ...]:
    """The names that a span consists of; none where it has signs that names have not."""
    written = subject.text[span.start : span.end]
    written = written[: stem_length(written)]
    if not _PLAIN_NAME.fullmatch(written):
        return ()
    start, end = span.start, span.start + len(written)
    if kind != "person":
        place = gazetteer.place(_capitalised(written)) or "city" if kind == "place" else kind
        return (Part(start, end, written, place),)
    given, _, rest = written.partition(" ")
    gender = gazetteer.given(_capitalised(given))
    if not rest:
        family = _capitalised(written) in gazetteer.families
        return (Part(start, end, written, gender or ("family" if family else "given")),)
    cut = start + len(given)
    # "van Beethoven" goes as a whole, and "Beethoven" is what the text may say again.
    return (
        Part(start, cut, given, gender or "given"),
        Part(cut + 1, end, written.rpartition(" ")[2], "family"),
    )


def _capitalised(name: str) -> str:
    """A name as a gazetteer has it, where it is written without capitals or in nothing else."""
    return name.title() if name.islower() or name.isupper() else name
