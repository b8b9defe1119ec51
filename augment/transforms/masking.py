"""Random masking: whole words, or runs of words, become a mask token."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from augment.edits import Edit
from augment.errors import ResourceError
from augment.lexicons.protected import Stretch
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Masking
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.surroundings import ends_line, with_values


@dataclass(frozen=True, eq=False)
class MaskingTransform:
    """Masks `rate` of the words, at most the free ones; one word of the text at least stays."""

    spec: Masking
    token: str
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits that put the mask token in place of drawn words."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        words, free = subject.words, subject.free
        wanted = min(share(self.spec.rate, len(words)), len(words) - 1, len(free))
        if wanted < 1:
            if self.spec.rate == 0:
                return ()
            detail = f"{len(words)} words, {len(free)} of them free"
            return Refusal("nothing_to_mask", detail, final=False)
        _, high = self.spec.span_range
        chosen = (
            set(stream.sample(free, wanted)) if high == 1 else self._runs(subject, wanted, stream)
        )
        edits = tuple(self._edit(subject, run) for run in _grouped(sorted(chosen), high > 1))
        if not _beside(subject.protected, edits):
            return edits
        # It may change a value, as a mask in place of "for" in "for a week" does.
        return with_values(subject, [[edit] for edit in edits])

    def _runs(self, subject: Subject, wanted: int, stream: Stream) -> set[int]:
        """Runs of neighbouring free words, of drawn lengths, until `wanted` words are hidden."""
        low, high = self.spec.span_range
        free = subject.free
        ends = subject.remember("line ends", lambda: _line_ends(subject))
        available, chosen = set(free), set[int]()
        for start in stream.sample(free, len(free)):
            length = min(stream.between(low, high), wanted - len(chosen))
            run = range(start, start + length)
            # Neither over a protected word or the end of a line, nor up against another run, which
            # would join the two.
            if (
                length >= 1
                and ends.isdisjoint(run[:-1])
                and available.issuperset(run)
                and not chosen & {start - 1, start + length}
            ):
                available.difference_update(run)
                chosen.update(run)
            if len(chosen) == wanted:
                break
        return chosen

    def _edit(self, subject: Subject, run: tuple[int, int]) -> Edit:
        start, end = subject.words[run[0]].start, subject.words[run[1]].end
        return Edit(start, subject.text[start:end], self.token)


def _line_ends(subject: Subject) -> frozenset[int]:
    """The words that are the last of their line."""
    between = (subject.text[a.end : b.start] for a, b in pairwise(subject.words))
    return frozenset(index for index, gap in enumerate(between) if any(map(ends_line, gap)))


def _beside(stretches: Sequence[Stretch], edits: Sequence[Edit]) -> bool:
    """Whether an edit is next to a stretch: up against it, or one sign or space away."""
    return any(e.start <= s.end + 2 and s.start <= e.end + 2 for s in stretches for e in edits)


def _grouped(indices: Sequence[int], join: bool) -> list[tuple[int, int]]:
    """First and last index of each run of neighbours; without `join` each index is its own run."""
    runs: list[tuple[int, int]] = []
    for index in indices:
        if join and runs and index == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def mask_token(spec: Masking) -> str:
    """The text of the mask: given, of a tokenizer on disk, or [MASK].

    Raises:
        ResourceError: the folder holds no tokenizer, or its tokenizer has no mask token.
    """
    if spec.tokenizer is None:
        return spec.mask_token or "[MASK]"
    if not spec.tokenizer.is_dir():
        raise ResourceError(f"tokenizer: {spec.tokenizer} is not a folder")
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        token = _read_token(spec.tokenizer / name)
        if token:
            return token
    raise ResourceError(
        f"the tokenizer in {spec.tokenizer} names no mask token (looked in special_tokens_map.json "
        "and tokenizer_config.json); give mask_token instead"
    )


def _read_token(path: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        value = json.loads(path.read_text(encoding="utf-8")).get("mask_token")
    except (ValueError, AttributeError) as error:
        raise ResourceError(f"{path} is not a JSON object: {error}") from error
    token = value.get("content") if isinstance(value, dict) else value
    return token if isinstance(token, str) else None
