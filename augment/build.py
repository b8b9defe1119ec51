"""From a spec to a pipeline that runs: one exhaustive match over the kinds."""

from typing import assert_never

from augment.errors import SpecError
from augment.lexicons.protected import Protection
from augment.pipeline import Pipeline
from augment.resources import Resources
from augment.spec import (
    BackTranslation,
    Chain,
    Masking,
    Maybe,
    OneOf,
    PipelineSpec,
    SomeOf,
    Step,
    Synonyms,
)
from augment.transforms.back_translation import BackTranslationTransform
from augment.transforms.base import Transform
from augment.transforms.combine import ChainNode, LeafNode, MaybeNode, Node, OneOfNode, SomeOfNode
from augment.transforms.masking import MaskingTransform
from augment.transforms.synonyms import SynonymsTransform


def build_pipeline(spec: PipelineSpec, resources: Resources) -> Pipeline:
    """A pipeline for the spec; loads what its steps need, so that faults show before any work.

    Raises:
        ResourceError: a model, lexicon or tokenizer that a step needs is missing or altered.
    """
    protection = Protection(spec.protect.phrases, spec.protect.patterns)
    children = tuple(_node(step, f"{i}", resources) for i, step in enumerate(spec.steps))
    return Pipeline(spec, ChainNode("", children), protection)


def _node(step: Step, place: str, resources: Resources) -> Node:
    path = f"{place}.{step.kind}"
    match step:
        case Masking() | Synonyms() | BackTranslation():
            return LeafNode(path, _leaf(step, resources))
        case Chain():
            return ChainNode(path, _children(step.steps, path, resources))
        case Maybe():
            return MaybeNode(path, step.p, _node(step.step, f"{path}.0", resources))
        case OneOf():
            weights = step.weights or (1.0,) * len(step.steps)
            return OneOfNode(path, _children(step.steps, path, resources), weights)
        case SomeOf():
            return SomeOfNode(path, _children(step.steps, path, resources), *step.k)
        case _:
            assert_never(step)


def _children(steps: tuple[Step, ...], path: str, resources: Resources) -> tuple[Node, ...]:
    return tuple(_node(step, f"{path}.{i}", resources) for i, step in enumerate(steps))


def _leaf(step: Masking | Synonyms | BackTranslation, resources: Resources) -> Transform:
    match step:
        case Masking():
            return MaskingTransform(step, resources.mask_token(step))
        case Synonyms():
            return SynonymsTransform(
                step, resources.thesaurus(), resources.tagger(), resources.articles()
            )
        case BackTranslation():
            forward, backward = resources.translators(step)
            if forward.target != backward.source or backward.target != forward.source:
                raise SpecError(
                    f"back_translation: the pair does not meet: {forward.source}-{forward.target} "
                    f"and {backward.source}-{backward.target}"
                )
            return BackTranslationTransform(step, forward, backward)
        case _:
            assert_never(step)
