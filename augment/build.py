"""From a spec to a pipeline that runs: one exhaustive match over the kinds."""

from typing import assert_never

from augment.checks.base import Judge, Unfitted
from augment.checks.duplicates import DuplicatesCheck
from augment.checks.fluency import FluencyCheck
from augment.checks.invented import InventedCheck
from augment.checks.label_model import LabelModelCheck
from augment.checks.labels import LabelsCheck
from augment.checks.language import LanguageCheck as LanguageJudge
from augment.checks.leak import LeakCheck
from augment.checks.length import LengthCheck
from augment.checks.meaning import MeaningCheck
from augment.checks.polarity import PolarityCheck
from augment.checks.repetition import RepetitionCheck
from augment.checks.roles import RolesCheck
from augment.checks.scope import ScopeCheck
from augment.checks.values import ValuesCheck
from augment.lexicons.inflection import Inflector
from augment.lexicons.protected import Protection
from augment.pipeline import Pipeline
from augment.resources import Resources
from augment.spec import (
    BackTranslation,
    Casing,
    Chain,
    Check,
    Contractions,
    Deletion,
    Duplicates,
    Embeddings,
    FillMask,
    Fluency,
    Formats,
    Insertion,
    Invented,
    LabelModel,
    Labels,
    LanguageCheck,
    Leaf,
    Leak,
    Length,
    Masking,
    Maybe,
    Meaning,
    Misspellings,
    Names,
    Ocr,
    OneOf,
    PipelineSpec,
    PolarityGuard,
    Punctuation,
    Repetition,
    Roles,
    Scope,
    SomeOf,
    Step,
    Swap,
    Synonyms,
    Tfidf,
    Typos,
    UnicodeNoise,
    Values,
)
from augment.transforms.back_translation import BackTranslationTransform
from augment.transforms.base import Transform, UnfittedTransform
from augment.transforms.casing import CasingTransform
from augment.transforms.combine import ChainNode, LeafNode, MaybeNode, Node, OneOfNode, SomeOfNode
from augment.transforms.context import ContextRanker
from augment.transforms.contractions import ContractionsTransform
from augment.transforms.deletion import DeletionTransform
from augment.transforms.embeddings import EmbeddingsTransform
from augment.transforms.fill_mask import FillMaskTransform
from augment.transforms.filling import Filling, Inserting, Replacing
from augment.transforms.formats import FormatsTransform
from augment.transforms.insertion import InsertionTransform
from augment.transforms.masking import MaskingTransform
from augment.transforms.misspellings import MisspellingsTransform
from augment.transforms.names import NamesTransform
from augment.transforms.ocr import OcrTransform
from augment.transforms.punctuation import PunctuationTransform
from augment.transforms.swap import SwapTransform
from augment.transforms.synonyms import SynonymsTransform
from augment.transforms.tfidf import TfidfUnfitted
from augment.transforms.typos import TyposTransform
from augment.transforms.unicode_noise import UnicodeNoiseTransform


def build_pipeline(spec: PipelineSpec, resources: Resources) -> Pipeline:
    """A pipeline for the spec; loads what its steps need, so that faults show before any work.

    Raises:
        ResourceError: a model, lexicon or tokenizer that a step needs is missing or altered.
    """
    protection = Protection(spec.protect.phrases, spec.protect.patterns)
    children = tuple(_node(step, f"{i}", resources) for i, step in enumerate(spec.steps))
    checks = [_check(check, resources) for check in spec.checks]
    return Pipeline(spec, ChainNode("", children), protection, checks)


def _node(step: Step, place: str, resources: Resources) -> Node:
    path = f"{place}.{step.kind}"
    match step:
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
            return LeafNode(path, _leaf(step, resources))


def _children(steps: tuple[Step, ...], path: str, resources: Resources) -> tuple[Node, ...]:
    return tuple(_node(step, f"{path}.{i}", resources) for i, step in enumerate(steps))


def _leaf(  # noqa: C901, PLR0911, PLR0912  (one arm a kind)
    step: Leaf, resources: Resources
) -> Transform | UnfittedTransform:
    match step:
        case Masking():
            return MaskingTransform(step, resources.mask_token(step))
        case Synonyms():
            lexicons = (resources.thesaurus(), resources.tagger(), resources.articles())
            ranker = ContextRanker(resources.encoder()) if step.rank == "context" else None
            return SynonymsTransform(step, *lexicons, ranker)
        case Deletion():
            return DeletionTransform(step)
        case Swap():
            return SwapTransform(step, resources.tagger(), resources.gazetteer())
        case Insertion():
            return InsertionTransform(
                step, resources.thesaurus(), resources.tagger(), resources.articles()
            )
        case Punctuation():
            return PunctuationTransform(step)
        case Contractions():
            return ContractionsTransform(step, resources.short_forms(), resources.tagger())
        case Casing():
            return CasingTransform(step)
        case Typos():
            return TyposTransform(step, resources.keyboard(step.layout), resources.real_words())
        case Misspellings():
            return MisspellingsTransform(step, resources.misspellings())
        case Ocr():
            return OcrTransform(step, resources.confusions(), resources.real_words())
        case UnicodeNoise():
            return UnicodeNoiseTransform(step, resources.homoglyphs())
        case Formats():
            return FormatsTransform(step, resources.articles(), resources.number_context())
        case Names():
            return NamesTransform(
                step, resources.gazetteer(), resources.tagger(), resources.articles()
            )
        case Embeddings():
            return EmbeddingsTransform(
                step,
                resources.thesaurus(),
                resources.opposites(),
                resources.gazetteer(),
                resources.tagger(),
                resources.articles(),
                resources.word_vectors(step),
            )
        case FillMask():
            return FillMaskTransform(
                step, _filling(step, resources), resources.masked_model(step.model)
            )
        case Tfidf():
            return TfidfUnfitted(
                step,
                resources.tagger(),
                resources.articles(),
                resources.opposites(),
                resources.gazetteer(),
            )
        case BackTranslation():
            tagger = resources.tagger() if step.names == "keep" and step.source == "en" else None
            return BackTranslationTransform(step, resources.routes(step), tagger)
        case _:
            assert_never(step)


def _filling(step: FillMask, resources: Resources) -> Filling:
    thesaurus, tagger = resources.thesaurus(), resources.tagger()
    if step.mode == "insert":
        return Inserting(thesaurus, tagger, resources.articles())
    return Replacing(thesaurus, resources.opposites(), tagger, resources.articles(), step.stopwords)


def _check(  # noqa: C901, PLR0911, PLR0912  (one arm a kind)
    check: Check, resources: Resources
) -> Judge | Unfitted:
    match check:
        case Meaning():
            return MeaningCheck(check, resources.encoder(check.model))
        case PolarityGuard():
            return PolarityCheck(resources.opposites())
        case Values():
            return ValuesCheck(resources.gazetteer(), resources.real_words())
        case Scope():
            return ScopeCheck(resources.opposites())
        case Roles():
            return RolesCheck(resources.opposites())
        case Invented():
            inflector = Inflector.load(resources.thesaurus().wordnet)
            return InventedCheck(resources.real_words(), inflector)
        case LanguageCheck():
            return LanguageJudge(check, resources.language_detector())
        case Length():
            return LengthCheck(check)
        case Repetition():
            return RepetitionCheck(check)
        case Duplicates():
            return DuplicatesCheck(check)
        case Leak():
            return LeakCheck(check)
        case Labels():
            return LabelsCheck(check)
        case LabelModel():
            return LabelModelCheck(check, resources.classifier(check.model))
        case Fluency():
            return FluencyCheck(check, resources.language_model(check.model))
        case _:
            assert_never(check)
