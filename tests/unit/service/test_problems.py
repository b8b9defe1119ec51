"""Problem documents of the library's errors: what is told, and what is not."""

import json

import pytest

from augment.errors import ResourceError, SpecError
from service import errors, problems
from service.errors import KeyFileError, Problem


def test_a_spec_error_keeps_its_lines() -> None:
    found = problems.from_error(SpecError("spec does not hold:\n  steps.0: wrong\n  seed: wrong"))
    assert found.detail == "spec does not hold"
    assert found.errors == ("steps.0: wrong", "seed: wrong")


@pytest.mark.parametrize("error", [ResourceError("/srv/models is altered"), KeyFileError("/srv/k")])
def test_the_servers_own_faults_tell_no_folder(error: ResourceError | KeyFileError) -> None:
    found = problems.from_error(error)
    assert found.code == error.code
    assert found.detail == problems.KINDS[error.code].title


def test_the_answer_has_the_headers_and_the_id() -> None:
    problem = Problem("queue_full", "full", retry_after=3, headers={"X-Other": "1"})
    answer = problems.response(problem, request_id="7")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["x-other"] == "1"
    assert json.loads(bytes(answer.body)) == {
        "type": "/v1/problems/queue_full",
        "title": "The queue is full",
        "status": 429,
        "detail": "full",
        "code": "queue_full",
        "retryable": True,
        "instance": "urn:uuid:7",
    }


def test_the_error_tree_is_drawn_whole() -> None:
    drawn = errors.__doc__ or ""
    found = [v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, Exception)]
    assert len(found) == 5
    assert [error.__name__ for error in found if error.__name__ not in drawn] == []
