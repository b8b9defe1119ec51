"""Everything that can go wrong for a user, as one tree.

    AugmentError
    ├── SpecError            a pipeline spec that does not hold; names every wrong place
    ├── ResourceError        something on disk or in the installation is missing or altered
    │   └── ModelError       ... and it is a translation model
    ├── DataError            an input that cannot be read as a data set
    ├── OutputError          an output that cannot be written
    ├── RunError             a run that was broken off, and what is asked does not go with it
    └── Cancelled            the user broke the run off

Each has a stable `code` for machines and a message that names the thing, the value and the remedy.
A record that yields no copy is no error: see `augment.record.Refusal`.
"""


class AugmentError(Exception):
    """Root of all errors that this package raises on purpose."""

    code = "augment_error"


class SpecError(AugmentError):
    """A spec that does not hold."""

    code = "spec_invalid"


class ResourceError(AugmentError):
    """A file, package or setting that the work needs is missing or altered."""

    code = "resource_unusable"


class ModelError(ResourceError):
    """A translation model is missing, altered, or of another kind than needed."""

    code = "model_unusable"


class DataError(AugmentError):
    """An input that cannot be read as a data set."""

    code = "data_invalid"


class OutputError(AugmentError):
    """An output that cannot be written."""

    code = "output_unusable"


class RunError(AugmentError):
    """A run that was broken off or is still going on, and what is asked does not go with it."""

    code = "run_unfinished"


class Cancelled(AugmentError):
    """The user broke the run off."""

    code = "cancelled"
