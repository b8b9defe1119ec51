"""A sequence classifier of the user: the probability of each label of a text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from augment.checks.torch_models import load_model, longest_input, padded
from augment.errors import ModelError


class Classifier:
    """Texts to probabilities by label. Safe to share between threads."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._longest = longest_input(model, tokenizer)
        self.labels = tuple(str(name) for _, name in sorted(model.config.id2label.items()))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a folder.

        Raises:
            ModelError: it holds no sequence classifier.
        """

        def auto_class(config: Any) -> str:
            kinds = config.architectures or []
            if not any("SequenceClassification" in kind for kind in kinds):
                raise ModelError(
                    f"{folder} holds {', '.join(kinds) or 'an unnamed model'}, no sequence "
                    "classifier; train one on your labels first"
                )
            return "AutoModelForSequenceClassification"

        return cls(*load_model(folder, "sequence classifier", auto_class))

    def probabilities(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """For each text the probability of each label; a text is cut where the model ends."""
        import torch

        rows = self._tokenizer(list(texts), truncation=True, max_length=self._longest)["input_ids"]
        found: list[dict[str, float]] = [{} for _ in texts]
        with torch.inference_mode():
            for group, ids, mask in padded(rows, self._tokenizer.pad_token_id or 0):
                logits = self._model(input_ids=ids, attention_mask=mask).logits
                for i, row in zip(group, logits.softmax(dim=-1).tolist(), strict=True):
                    found[i] = dict(zip(self.labels, row, strict=True))
        return found
