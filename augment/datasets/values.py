"""JSON values as text."""

import json
from typing import Any


def compact(value: Any) -> str:
    """JSON without spaces, in which only what must be is escaped.

    >>> compact({"a": [1, "é"]})
    '{"a":[1,"é"]}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
