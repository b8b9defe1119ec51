"""Named pipelines, shipped as YAML files beside this module."""

from importlib.resources import files

from augment.errors import SpecError
from augment.spec import PipelineSpec, parse_spec_text


def preset_names() -> list[str]:
    """Names of all presets."""
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".yaml")
    )


def preset(name: str) -> PipelineSpec:
    """A named pipeline.

    Raises:
        SpecError: there is no preset of this name.

    >>> preset("mask").steps[0].kind
    'masking'
    """
    if name not in preset_names():
        raise SpecError(f"no preset {name!r}; there are: {', '.join(preset_names())}")
    return parse_spec_text(preset_text(name), name=f"preset {name}")


def preset_text(name: str) -> str:
    """The YAML of a preset."""
    return (files(__name__) / f"{name}.yaml").read_text(encoding="utf-8")
