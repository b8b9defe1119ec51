"""Data sets: files and folders of rows in and out, and their use from Python.

The public names are loaded when first used, so that importing this package stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from augment.datasets.hugging_face import augment_dataset
    from augment.datasets.torch_data import AugmentedDataset

_HOMES = {
    "AugmentedDataset": "augment.datasets.torch_data",
    "augment_dataset": "augment.datasets.hugging_face",
}

__all__ = ["AugmentedDataset", "augment_dataset"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
