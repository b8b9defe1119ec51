"""The columns of the output: those of the input as they are, and the new ones behind them."""

import json
from collections.abc import Collection, Sequence
from typing import Any, Final

from augment.datasets.columns import NewColumns

_HUGGING_FACE: Final = b"huggingface"


def output_schema(schema: Any, new: NewColumns, changing: Collection[str]) -> Any:
    """The schema of the output; `changing` names the columns in which copies differ.

    Those are no longer dictionaries, which hold few values that come often, nor views.
    """
    import pyarrow as pa

    columns = []
    for field in schema:
        kind = field.type
        if field.name in changing:
            kind = kind.value_type if pa.types.is_dictionary(kind) else kind
            kind = pa.string() if pa.types.is_string_view(kind) else kind
        columns.append(field.with_type(kind))
    types = (pa.string(), pa.int32(), pa.string())
    columns += [pa.field(name, kind) for name, kind in zip(new.names, types, strict=True)]
    return pa.schema(columns, metadata=_metadata(schema.metadata or {}, new))


def with_features(features: dict[str, Any], new: NewColumns) -> dict[str, Any]:
    """The features of a data set, as Hugging Face describes its columns, with the new ones."""
    types = ("string", "int32", "string")
    added = {
        name: {"dtype": kind, "_type": "Value"} for name, kind in zip(new.names, types, strict=True)
    }
    return {**features, **added}


def coded(schema: Any, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The names behind the numbers in these columns, where the features of the data say them."""
    try:
        told = json.loads((schema.metadata or {}).get(_HUGGING_FACE, b"{}"))
        features = told.get("info", {}).get("features") or {}
        found = {name: _class_names(features.get(name)) for name in names}
    except (ValueError, AttributeError):  # what others wrote there is theirs
        return {}
    return {name: classes for name, classes in found.items() if classes}


def named(value: Any, names: Sequence[str]) -> Any:
    """Names in place of numbers; -1 is the number of no class.

    >>> named([1, 0, -1], ["O", "B-PER"])
    ['B-PER', 'O', None]
    """
    if isinstance(value, list):
        return [named(item, names) for item in value]
    if type(value) is not int or not -1 <= value < len(names):
        return value
    return names[value] if value >= 0 else None


def numbered(value: Any, names: Sequence[str]) -> Any:
    """The inverse of `named`.

    Raises:
        ValueError: a name is not among them.
    """
    if isinstance(value, list):
        return [numbered(item, names) for item in value]
    if isinstance(value, str) and value not in names:
        raise ValueError(f"the features have no class {value!r}")
    return names.index(value) if isinstance(value, str) else value


def _class_names(feature: Any) -> tuple[str, ...]:
    """The names of a feature of classes, or of a list of such."""
    if isinstance(feature, list) and feature:
        return _class_names(feature[0])
    if not isinstance(feature, dict):
        return ()
    if feature.get("_type") == "ClassLabel":
        return tuple(feature.get("names") or ())
    return _class_names(feature.get("feature"))


def _metadata(found: dict[bytes, bytes], new: NewColumns) -> dict[bytes, bytes]:
    """What the file says of itself; the features must name all columns, or it cannot be loaded."""
    if _HUGGING_FACE not in found:
        return found
    told = json.loads(found[_HUGGING_FACE])
    features = told.get("info", {}).get("features")
    if not isinstance(features, dict):
        return found
    told["info"]["features"] = with_features(features, new)
    told.pop("fingerprint", None)  # that of the input
    return {**found, _HUGGING_FACE: json.dumps(told).encode("ascii")}
