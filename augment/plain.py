"""Plain values that people write: read from YAML, and what is wrong with them in plain words."""

import json
from collections.abc import Collection, Hashable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    Fault = ErrorDetails | Mapping[str, Any]

Fields = Mapping[str, Collection[str]]

_WHOLE: Final = "expected a whole number"
_NUMBER: Final = "expected a number"
_LIST: Final = "expected a list"
_MAPPING: Final = "expected a mapping"
_TRUTH: Final = "expected true or false"

# By the type of a fault of pydantic, whose own words are those of Python.
_WORDS: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "string_type": "expected a text",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dataclass_type": _MAPPING,
    "literal_error": "expected {expected}",
    "greater_than": "expected more than {gt}",
    "greater_than_equal": "expected at least {ge}",
    "less_than": "expected less than {lt}",
    "less_than_equal": "expected at most {le}",
    "too_short": "expected at least {min_length} of them",
    "too_long": "expected at most {max_length} of them",
    "string_too_short": "must not be empty",
    "string_too_long": "expected at most {max_length} characters",
    "string_pattern_mismatch": "expected a text of the pattern {pattern}",
    "recursion_loop": "holds itself, by an alias (*name)",
}
_NO_FIELD: Final = ("extra_forbidden", "unexpected_keyword_argument")
_NO_KIND: Final = ("union_tag_invalid", "union_tag_not_found")
# They say enough without what stands there.
_TELLING: Final = ("missing", "recursion_loop", *_NO_FIELD, *_NO_KIND)


def read_yaml(text: str) -> Any:
    """The value of YAML or JSON text (JSON is YAML).

    Raises:
        ValueError: it is neither, or a key stands twice in a mapping.
    """
    try:
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506  (a stricter safe loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"not valid YAML or JSON: {error}") from error


def explained(fault: "Fault", fields: Fields = MappingProxyType({})) -> str:
    """A fault of pydantic as `place: what is wrong (given: what stands there)`.

    `fields` are those of each part by its name, of the top by `""`: where a field is named that
    there is not, the one that is spelled alike is told.

    >>> explained({"type": "int_type", "loc": ("steps", 0), "msg": "Input ...", "input": "x"})
    'steps.0: expected a whole number (given: "x")'
    """
    told = told_plainly(fault, fields)
    if not fault["loc"] and fault["type"] == "value_error":  # what fields say against one another
        return told.replace("\n", "\n  ")
    told = f"{place_of(fault)}: {told}"
    return told if fault["type"] in _TELLING else f"{told} (given: {shown(fault['input'])})"


def explained_all(error: "ValidationError", fields: Fields = MappingProxyType({})) -> list[str]:
    """One line for each wrong place; not for a list that lacks items because they are wrong."""
    faults = error.errors()
    places = [fault["loc"] for fault in faults]
    return [
        explained(fault, fields)
        for fault, place in zip(faults, places, strict=True)
        if not (
            fault["type"] == "too_short"
            and any(len(other) > len(place) and other[: len(place)] == place for other in places)
        )
    ]


def place_of(fault: "Fault") -> str:
    """Where it is."""
    return ".".join(map(str, fault["loc"])) or "(top)"


def told_plainly(fault: "Fault", fields: Fields = MappingProxyType({})) -> str:
    """What is wrong, without its place and without what stands there."""
    sort, context = fault["type"], fault.get("ctx", {})
    if sort in _NO_FIELD:
        return f"there is no such field{_meant(fault['loc'], fields)}"
    if context.get("discriminator") == "'kind'":
        return _no_such_kind(sort, context)
    if sort not in _WORDS:
        return str(fault["msg"]).removeprefix("Value error, ")
    whole = {
        k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in context.items()
    }
    return _WORDS[sort].format(**whole)


def first_fault(error: "ValidationError") -> str:
    """The first fault of a file that a program wrote, in one line."""
    fault = error.errors()[0]
    place = place_of(fault) if fault["loc"] else "the file"
    return f"{place}: {told_plainly(fault)}"


def shown(value: object) -> str:
    """The beginning of what was given, as JSON.

    >>> shown({"rate": 2})
    '{"rate": 2}'
    """
    try:
        return json.dumps(value, ensure_ascii=False, default=str)[:80]
    except ValueError:
        return "what holds itself, by an alias"


def _meant(place: tuple[str | int, ...], fields: Fields) -> str:
    """A field of the same part that is spelled alike, as a question; else all of them."""
    part = str(place[-2]) if len(place) > 1 else ""
    known = [name for name in fields.get(part, ()) if name != "kind"]
    alike = get_close_matches(str(place[-1]), known, n=1)
    if alike:
        return f"; did you mean {alike[0]}?"
    return f" (there are: {', '.join(known)})" if known else ""


def _no_such_kind(sort: str, context: Mapping[str, Any]) -> str:
    """Where a kind is named that there is not, or none at all: the one that is spelled alike."""
    if sort != "union_tag_invalid":
        return "expected a mapping with its `kind`"
    given = context["tag"]
    known = [name.strip(" '") for name in context["expected_tags"].split(",")]
    alike = get_close_matches(given, known, n=1)
    hint = f"; did you mean {alike[0]}?" if alike else f" (there are: {', '.join(known)})"
    return f"there is no kind {given!r}{hint}"


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a key that stands twice in a mapping, where YAML would silently take the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                place = node.value[index][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", place)
        return super().construct_mapping(node, deep=deep)
