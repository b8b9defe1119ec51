"""The whole declaration of a training run: frozen, and a field that there is not is refused.

A recipe is to `regularize` what a spec is to `augment`: the one declaration behind YAML and
Python. What does not suit the model or the data is refused when both are known (`preparation`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from augment.errors import SpecError
from augment.presets import preset
from augment.spec import PipelineSpec
from augment.spec.part import Part, Probability

# A share that may not be all: with everything dropped nothing could be learnt.
Drop = Annotated[float, Field(ge=0, lt=1)]

Metric = Literal["loss", "accuracy", "macro_f1", "nll", "brier", "ece"]


def _known_preset(name: str | None) -> str | None:
    """A wrong name is told with the recipe's other faults, before the data are read."""
    if name is not None:
        try:
            preset(name)
        except SpecError as error:
            raise ValueError(str(error)) from error
    return name


Preset = Annotated[str | None, AfterValidator(_known_preset)]


class Dropout(Part):
    """Probability that a number is dropped, per site; a site left open stays as the model has it.

    A site that the model does not have is refused by name.
    """

    embedding: Drop | None = None
    attention: Drop | None = None
    """On the attention probabilities."""
    attention_output: Drop | None = None
    ffn: Drop | None = None
    """On the output of the feed-forward part."""
    classifier: Drop | None = None


class Stopping(Part):
    """When to stop early, by a metric on the development set."""

    criterion: Literal["best", "lagged"] = "best"
    """`best`: no new best for `patience` evaluations. `lagged`: L(t) > L(t-p) for p evaluations in
    a row, p being `patience`; never earlier than `best`, and on a plateau never at all."""
    patience: int = Field(default=5, ge=1, le=10_000)
    min_delta: float = Field(default=0.0, ge=0)
    """Change of the metric that counts. Small steps add up: the best moves only when it is beaten
    by so much."""
    metric: Metric = "loss"


class Lora(Part):
    """Low-rank adapters in place of the encoder's own weights (Hu et al. 2021; extra `lora`)."""

    rank: int = Field(default=8, ge=1, le=1024)
    alpha: int = Field(default=16, ge=1, le=4096)
    dropout: Drop = 0.0
    targets: tuple[str, ...] = ("query", "value")
    """Names of the linear layers that get adapters."""


class Augmentation(Part):
    """Copies of the training texts: drawn in the run, read from a file, or of a running service."""

    preset: Preset = None
    """A shipped pipeline of `augment`."""
    pipeline: PipelineSpec | None = None
    file: Path | None = None
    """What `augment expand` wrote of the training data; its copies stay with their original."""
    url: str | None = None
    """A running service. It draws the copies that the pipeline draws here, but translates in
    float32, where the pipeline here takes int8 on a CPU: so translations may differ. Its key, if it
    asks for one, comes from the environment (AUGMENT_CLIENT_KEY), never from the recipe."""
    copies: int = Field(default=1, ge=1, le=100)
    """Copies of each text; of a file, as many as it has at most."""
    fresh: bool = True
    """Whether each epoch draws anew (of a pipeline or service)."""
    place: Literal["beside", "instead"] = "beside"
    """`beside`: an epoch has each text and its copies. `instead`: an epoch is as long as the data,
    and a copy stands in for its original with chance `p`."""
    p: Probability = 0.5

    @model_validator(mode="after")
    def _holds(self) -> "Augmentation":
        given = [name for name in ("preset", "pipeline", "file") if getattr(self, name) is not None]
        if len(given) > 1 or (not given and self.url is None):
            raise ValueError("give one of preset, pipeline and file (url goes with the first two)")
        if self.url is not None and given not in ([], ["preset"], ["pipeline"]):
            raise ValueError("url needs a preset or pipeline for the service, not a file")
        return self


class Consistency(Part):
    """The same answer for a text and its augmented view, labels or not (UDA, Xie et al. 2019)."""

    labelled: bool = True
    """Whether the training texts are among those whose views are compared, beside the unlabelled
    texts of the data."""
    preset: Preset = "light"
    pipeline: PipelineSpec | None = None
    views: Path | None = None
    """What `augment expand` wrote of these texts, in place of a pipeline."""
    fresh: bool = True
    ratio: int = Field(default=2, ge=1, le=64)
    """Texts compared for each labelled one of a batch."""
    weight: float = Field(default=1.0, gt=0)
    sharpening: float = Field(default=0.5, gt=0, le=1)
    """Temperature of the target; 1 leaves it as it is."""
    confidence: Probability = 0.6
    """Targets less sure than this do not count."""
    teacher: Literal["model", "ema"] = "model"
    """Which weights give the target: the model's own, without dropout, or their average."""
    annealing: Literal["none", "linear", "log", "exp"] = "none"
    """Training signal annealing: labelled examples of which the model is surer than a rising
    threshold do not count, lest few labels be learnt by heart before the many texts are used."""

    @model_validator(mode="after")
    def _holds(self) -> "Consistency":
        given = [name for name in ("preset", "pipeline", "views") if getattr(self, name)]
        if len(given) > 1 and not (len(given) == 2 and "preset" not in self.model_fields_set):
            raise ValueError("give one of preset, pipeline and views")
        return self


class Recipe(Part):
    """One training run. `batch` and `updates` count over all processes and accumulated parts."""

    version: Literal[1] = 1
    model: str = "minilm"
    """`minilm` (packaged, offline), a folder, or a name on the hub; safetensors only."""
    max_length: int = Field(default=128, ge=4, le=8192)
    """Pieces of a text that are read; what is longer is cut, and counted."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    data_seed: int | None = Field(default=None, ge=0, lt=2**32)
    """Seed of the order of the data; without it the seed."""

    dropout: Dropout = Dropout()
    drop_path: Drop = 0.0
    """Stochastic depth: chance that a text skips the deepest residual branches; linear from there
    (branch l of L: l/L of it, Huang et al. 2016)."""
    layer_drop: Drop = 0.0
    """Chance that a batch skips a whole layer (Fan et al. 2019)."""
    freeze_embeddings: bool = False
    """Whether word embeddings stay as they are; half of MiniLM's numbers, and faster."""
    reinit_layers: int = Field(default=0, ge=0, le=100)
    """Top layers that start anew (Zhang et al. 2021); the pooler with them."""
    lora: Lora | None = None

    learning_rate: float = Field(default=5e-5, gt=0, le=1)
    layer_decay: float = Field(default=1.0, gt=0, le=1)
    """Learning rate of a layer against the one above it."""
    weight_decay: float = Field(default=0.01, ge=0, le=10)
    """Decoupled (AdamW); never on biases and norms."""
    l2: float = Field(default=0.0, ge=0, le=10)
    """The textbook term in the loss: lambda times the squared norm of the same weights."""
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    warmup: Drop = 0.1
    """Share of the updates."""
    epochs: float | None = Field(default=None, gt=0, le=100_000)
    """Without `epochs` and `updates`: 10."""
    updates: int | None = Field(default=None, ge=1)
    batch: int = Field(default=16, ge=1, le=65_536)
    """Labelled texts in one update."""
    accumulation: int = Field(default=1, ge=1, le=4096)
    """Parts in which a batch goes through the model; the gradient is the same."""
    max_grad_norm: float = Field(default=1.0, ge=0)
    ema: float | None = Field(default=None, gt=0, lt=1)
    """Decay of an average of the weights, which is evaluated and kept in their place."""

    label_smoothing: Drop = 0.0
    focal: float = Field(default=0.0, ge=0, le=10)
    """Gamma of the focal loss (Lin et al. 2017)."""
    class_weights: Literal["balanced"] | dict[str, Annotated[float, Field(gt=0)]] | None = None
    """Weight of an example by its label; scaled to a mean of 1 over the training data."""
    balanced_sampling: bool = False
    """Whether each label is drawn as often as every other."""
    mixup: float = Field(default=0.0, ge=0, le=10)
    """Alpha of mixup on what the classifier reads (Sun et al. 2020); 0: none."""
    r_drop: float = Field(default=0.0, ge=0, le=100)
    """Weight of the divergence between two passes with different dropout (Liang et al. 2021)."""
    consistency: Consistency | None = None
    augmentation: Augmentation | None = None

    evaluate_every: int | None = Field(default=None, ge=1)
    """Updates between evaluations and checkpoints; without it once an epoch."""
    stopping: Stopping | None = None
    keep: Literal["best", "last"] = "best"
    """Which weights the run ends with; the best by the metric of `stopping`, else by `loss`."""

    @property
    def metric(self) -> Metric:
        """What the best checkpoint is chosen by."""
        return self.stopping.metric if self.stopping is not None else "loss"

    @model_validator(mode="after")
    def _holds(self) -> "Recipe":
        if found := list(self._contradictions()):
            raise ValueError("\n".join(found))
        return self

    def _contradictions(self) -> Iterator[str]:
        if self.epochs is not None and self.updates is not None:
            yield "epochs and updates: give one of them"
        if self.batch % self.accumulation:
            yield f"batch ({self.batch}) must be a multiple of accumulation ({self.accumulation})"
        if self.keep == "last" and self.stopping is not None:
            yield "keep: last does not go with stopping, which goes back to the best"
        if self.consistency is not None and self.consistency.teacher == "ema" and self.ema is None:
            yield "consistency.teacher: ema needs ema, the decay of the average"
        for one, other, why in _EXCLUSIVE:
            if getattr(self, one) and getattr(self, other):
                yield f"{one} and {other} do not go together: {why}"


# Fields of which one rules out the other, and why.
_EXCLUSIVE = (
    ("weight_decay", "l2", "both pull the same weights to 0; set one of them to 0"),
    ("label_smoothing", "focal", "one rewards doubt where the other counts only doubtful examples"),
    ("class_weights", "balanced_sampling", "rare labels would count twice"),
    ("mixup", "r_drop", "a mixed text has no second pass to be compared with"),
    ("mixup", "consistency", "a mixed text has no view to be compared with"),
    ("mixup", "focal", "a mixed text has no one label to be sure of"),
    ("lora", "ema", "adapters are merged at the end, averages of them cannot be"),
    ("lora", "reinit_layers", "adapters leave the layers as they are"),
)
