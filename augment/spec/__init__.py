"""The one declaration of a pipeline: behind YAML, JSON, HTTP, `augment schema` and Python.

A spec is either valid or an error that names every wrong place; nothing is replaced by a default
in silence, and unknown fields are refused.
"""

from augment.spec.checks import (
    Check,
    Duplicates,
    Fluency,
    Invented,
    LabelModel,
    Labels,
    LanguageCheck,
    Leak,
    Length,
    Meaning,
    PolarityGuard,
    Repetition,
    Roles,
    Scope,
    Values,
    check_kinds,
)
from augment.spec.eda import Deletion, Insertion, Punctuation, Swap
from augment.spec.embeddings import Embeddings
from augment.spec.fill_mask import FillMask
from augment.spec.formats import Formats
from augment.spec.names import Names
from augment.spec.noise import Misspellings, Ocr, Typos, UnicodeNoise
from augment.spec.parsing import (
    fields,
    json_schema,
    parse_spec,
    parse_spec_text,
    read_spec,
    to_yaml,
)
from augment.spec.pipeline import PipelineSpec, Protect
from augment.spec.risks import CANNOT_STAND, RISKS, LeafPart, Risk, Task, in_order, suited
from augment.spec.steps import Chain, Leaf, Maybe, OneOf, SomeOf, Step, kinds, leaves
from augment.spec.surface import Casing, Contractions
from augment.spec.tfidf import Tfidf
from augment.spec.translation import BackTranslation, Leg, Route, Sampling
from augment.spec.words import Masking, Synonyms

__all__ = [
    "CANNOT_STAND",
    "RISKS",
    "BackTranslation",
    "Casing",
    "Chain",
    "Check",
    "Contractions",
    "Deletion",
    "Duplicates",
    "Embeddings",
    "FillMask",
    "Fluency",
    "Formats",
    "Insertion",
    "Invented",
    "LabelModel",
    "Labels",
    "LanguageCheck",
    "Leaf",
    "LeafPart",
    "Leak",
    "Leg",
    "Length",
    "Masking",
    "Maybe",
    "Meaning",
    "Misspellings",
    "Names",
    "Ocr",
    "OneOf",
    "PipelineSpec",
    "PolarityGuard",
    "Protect",
    "Punctuation",
    "Repetition",
    "Risk",
    "Roles",
    "Route",
    "Sampling",
    "Scope",
    "SomeOf",
    "Step",
    "Swap",
    "Synonyms",
    "Task",
    "Tfidf",
    "Typos",
    "UnicodeNoise",
    "Values",
    "check_kinds",
    "fields",
    "in_order",
    "json_schema",
    "kinds",
    "leaves",
    "parse_spec",
    "parse_spec_text",
    "read_spec",
    "suited",
    "to_yaml",
]
