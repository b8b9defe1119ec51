"""What can go wrong in training beside the errors of `augment.errors`, under the same root.

AugmentError
├── SpecError
│   └── RecipeError      a recipe that does not hold, or that the model or data cannot follow
└── TrainingError        a run that cannot go on: non-finite numbers, a checkpoint of another run
"""

from augment.errors import AugmentError, SpecError


class RecipeError(SpecError):
    """A recipe that does not hold; names every wrong place."""

    code = "recipe_invalid"


class TrainingError(AugmentError):
    """A run that cannot go on."""

    code = "training_failed"
