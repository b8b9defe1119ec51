"""A language model of the user: how likely a text is, as a mean over its pieces.

Causal models give the log-probability of each piece after those before it; masked ones that of
each piece with it alone masked (pseudo-log-likelihood, Salazar et al. 2020), which takes one run
for each piece.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from augment.checks.torch_models import load_model, longest_input, padded
from augment.errors import ModelError

_IGNORED = -100


class LanguageModel:
    """Texts to mean log-probabilities. Safe to share between threads."""

    def __init__(self, model: Any, tokenizer: Any, *, masked: bool) -> None:
        self.masked = masked
        self._model = model
        self._tokenizer = tokenizer
        self._longest = longest_input(model, tokenizer)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a folder.

        Raises:
            ModelError: it holds neither a causal nor a masked language model.
        """
        chosen: list[str] = []

        def auto_class(config: Any) -> str:
            kinds = config.architectures or []
            for ending, name in (
                ("ForMaskedLM", "AutoModelForMaskedLM"),
                ("ForCausalLM", "AutoModelForCausalLM"),
                ("LMHeadModel", "AutoModelForCausalLM"),
            ):
                if any(kind.endswith(ending) for kind in kinds):
                    chosen.append(name)
                    return name
            raise ModelError(
                f"{folder} holds {', '.join(kinds) or 'an unnamed model'}, neither a causal nor a "
                "masked language model"
            )

        model, tokenizer = load_model(folder, "language model", auto_class)
        masked = chosen == ["AutoModelForMaskedLM"]
        if masked and tokenizer.mask_token_id is None:
            raise ModelError(f"the tokenizer in {folder} has no mask token, which its model needs")
        return cls(model, tokenizer, masked=masked)

    def mean_log_probabilities(self, texts: Sequence[str]) -> list[float]:
        """Nats a piece of each text, 0 for one without pieces; long texts go in windows."""
        rows, targets, owners = [], [], []
        for owner, text in enumerate(texts):
            for window in self._windows(text):
                for row, target in self._tasks(window):
                    rows.append(row)
                    targets.append(target)
                    owners.append(owner)
        sums, counts = [0.0] * len(texts), [0] * len(texts)
        for i, (total, count) in enumerate(self._scored(rows, targets)):
            sums[owners[i]] += total
            counts[owners[i]] += count
        return [total / count if count else 0.0 for total, count in zip(sums, counts, strict=True)]

    def _windows(self, text: str) -> list[list[int]]:
        ids: list[int] = self._tokenizer(text)["input_ids"]
        return [ids[i : i + self._longest] for i in range(0, len(ids), self._longest)]

    def _tasks(self, ids: list[int]) -> list[tuple[list[int], list[int]]]:
        """What the model reads, and the piece that is asked for in each place."""
        if not self.masked:
            return [(ids, [*ids[1:], _IGNORED])]
        special = set(self._tokenizer.all_special_ids)
        return [
            (
                [*ids[:i], self._tokenizer.mask_token_id, *ids[i + 1 :]],
                [piece if j == i else _IGNORED for j in range(len(ids))],
            )
            for i, piece in enumerate(ids)
            if piece not in special
        ]

    def _scored(
        self, rows: Sequence[list[int]], targets: Sequence[list[int]]
    ) -> list[tuple[float, int]]:
        """For each row the log-probabilities of what is asked for: their sum and their number."""
        import torch

        found = [(0.0, 0)] * len(rows)
        with torch.inference_mode():
            for group, ids, mask in padded(rows, self._tokenizer.pad_token_id or 0):
                logits = self._model(input_ids=ids, attention_mask=mask).logits.log_softmax(-1)
                for place, i in enumerate(group):
                    asked = [(j, piece) for j, piece in enumerate(targets[i]) if piece != _IGNORED]
                    if asked:
                        at, pieces = zip(*asked, strict=True)
                        total = logits[place, list(at), list(pieces)].double().sum().item()
                        found[i] = (float(total), len(asked))
        return found
