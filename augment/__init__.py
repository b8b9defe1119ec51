"""Text data augmentation that keeps labels.

>>> import augment
>>> spec = augment.parse_spec({"steps": [{"kind": "masking", "rate": 0.3}]})
>>> with augment.Resources() as resources:
...     pipeline = augment.build_pipeline(spec, resources)
...     outcome = next(pipeline.augment([augment.Record("Where is my parcel now?", id="7")]))
>>> outcome.copies[0].record.text
'Where is [MASK] parcel [MASK]?'

The public names are loaded when first used, so that `import augment` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from augment.build import build_pipeline
    from augment.edits import Edit, Span
    from augment.errors import (
        AugmentError,
        Cancelled,
        DataError,
        ModelError,
        OutputError,
        ResourceError,
        SpecError,
    )
    from augment.pipeline import Pipeline
    from augment.presets import preset
    from augment.record import Copy, Outcome, Record, Refusal, redo, undo
    from augment.resources import Resources
    from augment.spec import PipelineSpec, parse_spec, read_spec

_HOMES = {
    "augment.build": ("build_pipeline",),
    "augment.edits": ("Edit", "Span"),
    "augment.errors": (
        "AugmentError",
        "Cancelled",
        "DataError",
        "ModelError",
        "OutputError",
        "ResourceError",
        "SpecError",
    ),
    "augment.pipeline": ("Pipeline",),
    "augment.presets": ("preset",),
    "augment.record": ("Copy", "Outcome", "Record", "Refusal", "redo", "undo"),
    "augment.resources": ("Resources",),
    "augment.spec": ("PipelineSpec", "parse_spec", "read_spec"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"

__all__ = [
    "AugmentError",
    "Cancelled",
    "Copy",
    "DataError",
    "Edit",
    "ModelError",
    "Outcome",
    "OutputError",
    "Pipeline",
    "PipelineSpec",
    "Record",
    "Refusal",
    "ResourceError",
    "Resources",
    "Span",
    "SpecError",
    "build_pipeline",
    "parse_spec",
    "preset",
    "read_spec",
    "redo",
    "undo",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'augment' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
