"""The log: one JSON object a line, and exceptions without what they say."""

import json
import logging
import sys

from service.logs import JsonFormatter, described


def line(**more: object) -> dict[str, object]:
    record = logging.LogRecord("service", logging.INFO, "here.py", 1, "started %s", ("x",), None)
    vars(record).update(more)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    found: dict[str, object] = json.loads(text)
    return found


def test_fields_become_members() -> None:
    found = line(fields={"status": 200})
    assert (found["event"], found["level"], found["status"]) == ("started x", "info", 200)
    assert str(found["time"]).endswith("+00:00")


def test_an_exception_is_told_by_type_and_places_and_not_by_message() -> None:
    try:
        try:
            int("canary")
        except ValueError as error:
            raise RuntimeError("canary") from error
    except RuntimeError:
        found = line(exc_info=sys.exc_info())
    assert "canary" not in json.dumps(found)
    told = found["exception"]
    assert isinstance(told, dict)
    assert (told["type"], told["cause"]["type"]) == ("RuntimeError", "ValueError")
    assert __file__ in told["places"][0]


def test_an_exception_that_was_never_raised_has_no_places() -> None:
    assert described(KeyError("x")) == {"type": "KeyError", "places": []}
