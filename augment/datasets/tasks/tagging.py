"""One tag a token (BIO and its kin): entities travel as spans, and come back as tags."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from augment.datasets.rows import BadRowError, sound
from augment.datasets.tasks.schemes import Entity, Scheme, read_tags, recognised, write_tags
from augment.datasets.tasks.task import Values
from augment.datasets.tasks.tokens import Token, cut_anew, parts_clitics, placed
from augment.edits import Span
from augment.record import Copy, Record, Refusal
from augment.spec import Task as TaskName


@dataclass(frozen=True, slots=True)
class TaggingTask:
    """The columns of tokens and tags; a `scheme` that is not given is taken from the first rows.

    So is whether new words are cut as in "do n't" (`clitics`). The text of a record is its tokens
    joined by spaces. `origins`, if named, is a column of the copy with the number of each token
    among the original's, or None of one that is new.
    """

    tokens: str
    tags: str
    scheme: Scheme | None = None
    origins: str | None = None
    clitics: bool | None = None

    @property
    def name(self) -> TaskName:
        """Of a spec."""
        return "tagging"

    @property
    def columns(self) -> tuple[str, ...]:
        """Both."""
        return (self.tokens, self.tags)

    @property
    def sides(self) -> tuple[str, ...]:
        """One."""
        return ("",)

    @property
    def unsettled(self) -> bool:
        """Whether scheme or clitics are still to be found."""
        return self.scheme is None or self.clitics is None

    def settled(self, head: Iterable[Values]) -> Self:
        """The task with the scheme of the first rows, and their habit with clitics."""
        rows = list(head)
        return replace(
            self,
            scheme=self.scheme or recognised(_usable(rows, self.tags)),
            clitics=parts_clitics(_usable(rows, self.tokens)),
        )

    def records(self, values: Values, row_id: str, label: str | None) -> tuple[Record, ...]:
        """The tokens as one text, the entities as its spans."""
        tokens = self._strings(values, self.tokens, "bad_tokens")
        tags = self._strings(values, self.tags, "bad_tags")
        if len(tokens) != len(tags):
            raise BadRowError(
                "bad_tags", f"{len(tokens)} tokens in {self.tokens!r}, but {len(tags)} tags"
            )
        if "" in tokens:
            raise BadRowError(
                "bad_tokens", f"token {tokens.index('') + 1} of {self.tokens!r} is empty; leave "
                "it out, with its tag"
            )  # fmt: skip
        entities = read_tags(tags, self._scheme)
        places = placed(tokens)
        spans = tuple(Span(places[e.start].start, places[e.end - 1].end, e.label) for e in entities)
        return (Record(" ".join(tokens), row_id, label, spans),)

    def changed(self, values: Values, copies: Sequence[Copy | None]) -> Values | Refusal:
        """Tokens and tags of the copy."""
        (copy,) = copies
        assert copy is not None
        record = copy.record
        before, clitics = placed(values[self.tokens]), bool(self.clitics)
        tokens = cut_anew(before, copy.trail, record.text, record.spans, clitics=clitics)
        entities = []
        for span in sorted(record.spans):
            entity = _entity(span, tokens)
            if entity is None:
                return Refusal("span_lost", f"no token is left of the {span.label} at {span.start}")
            entities.append(entity)
        changed: dict[str, Any] = {
            self.tokens: [record.text[token.start : token.end] for token in tokens],
            self.tags: write_tags(entities, len(tokens), self._scheme),
        }
        if self.origins is not None:
            changed[self.origins] = [token.origin for token in tokens]
        return changed

    @property
    def _scheme(self) -> Scheme:
        assert self.scheme is not None, "a task is settled before it reads"
        return self.scheme

    def _strings(self, values: Values, name: str, reason: str) -> list[str]:
        value = values.get(name)
        if not isinstance(value, list):
            kind = "missing" if name not in values else type(value).__name__
            raise BadRowError(reason, f"{name!r} must be a list of strings, not {kind}")
        for place, item in enumerate(value, start=1):
            if not isinstance(item, str):
                remedy = "; write the names of the tags, not their numbers" * (reason == "bad_tags")
                raise BadRowError(
                    reason, f"item {place} of {name!r} is {str(item)[:80]}, not a string{remedy}"
                )
            sound(item, name)
        return value


def _entity(span: Span, tokens: Sequence[Token]) -> Entity | None:
    inside = [n for n, t in enumerate(tokens) if span.start <= t.start and t.end <= span.end]
    return Entity(inside[0], inside[-1] + 1, span.label) if inside else None


def _usable(rows: Sequence[Values], name: str) -> list[list[str]]:
    """The lists of strings in a column."""
    lists = (values.get(name) for values in rows)
    return [each for each in lists if isinstance(each, list) and all(map(_text, each))]


def _text(value: Any) -> bool:
    return isinstance(value, str)
