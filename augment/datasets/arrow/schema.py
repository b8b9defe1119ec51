"""The columns of the output: those of the input as they are, and the new ones behind them."""

import json
from collections.abc import Collection
from typing import Any, Final

from augment.datasets.columns import NewColumns

_HUGGING_FACE: Final = b"huggingface"


def output_schema(schema: Any, new: NewColumns, changing: Collection[str]) -> Any:
    """The schema of the output; `changing` names the columns in which copies differ.

    Those are no longer dictionaries, which hold few values that come often.
    """
    import pyarrow as pa

    columns = []
    for field in schema:
        coded = pa.types.is_dictionary(field.type) and field.name in changing
        columns.append(field.with_type(field.type.value_type) if coded else field)
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
