"""`POST /v1/validate` and `POST /v1/estimate`: what would become of a request."""

from typing import Any, Final

import yaml
from fastapi import APIRouter, Request
from starlette.responses import Response

from augment.errors import AugmentError, SpecError
from augment.spec import PipelineSpec, parse_spec, parse_spec_text, to_yaml
from service import answers, problems
from service.errors import Problem
from service.routes.answers import ACCESS, BODY, WORK
from service.routes.answers import problems as documented
from service.routing import client_of, guarded
from service.schemas import (
    AugmentRequest,
    Choice,
    EstimateResponse,
    ValidateRequest,
    ValidateResponse,
)
from service.state import Service, service_of
from service.work import chosen_spec, prepared

router = APIRouter(prefix="/v1", tags=["checking"], route_class=guarded("augment"))

_DEPTH: Final = 100


@router.post(
    "/validate",
    operation_id="validate",
    response_model=ValidateResponse,
    responses=documented(*ACCESS, *BODY),
)
def validate(body: ValidateRequest, request: Request) -> Response:
    """Tell whether a spec holds and may be used here, and if not every wrong place."""
    try:
        spec = _read(body)
        chosen_spec(Choice(spec=spec), service_of(request))
    except AugmentError as error:
        problem = problems.from_error(error)
        errors = problem.errors or (problem.detail,)
        value: dict[str, Any] = {"valid": False, "errors": errors, "spec": None, "yaml": None}
    else:
        written = spec.model_dump(mode="json")
        value = {"valid": True, "errors": [], "spec": written, "yaml": to_yaml(spec)}
    return Response(answers.to_json(value), media_type="application/json")


@router.post(
    "/estimate",
    operation_id="estimate",
    response_model=EstimateResponse,
    responses=documented(*ACCESS, *BODY, *WORK),
)
async def estimate(body: AugmentRequest, request: Request) -> Response:
    """Tell what a request would cost and how long it would take, without doing it."""
    service, client = service_of(request), client_of(request)
    items = prepared(body, client, service)
    cost = sum(service.engine.cost(item) for item in items)
    load = service.engine.load()
    seconds = service.engine.seconds(items)
    value = {
        "items": len(items),
        "cost": cost,
        "queued_cost": load.queued_cost,
        "seconds": None if seconds is None else round(seconds, 3),
        **_taken(service, client.name, cost),
    }
    return Response(answers.to_json(value), media_type="application/json")


def _taken(service: Service, client: str, cost: int) -> dict[str, Any]:
    """Whether the request would be taken now, by the limits of its client."""
    try:
        with service.gate.entered():
            service.buckets.take(client, cost)
    except Problem as problem:
        return {"accepted": False, "problem": problems.document(problem.code, problem.detail)}
    service.buckets.give_back(client, cost)
    return {"accepted": True, "problem": None}


def _read(body: ValidateRequest) -> PipelineSpec:
    """The spec of a request.

    Raises:
        SpecError: it does not hold.
    """
    if body.yaml is None:
        return parse_spec(body.spec)
    try:
        _check_shape(body.yaml)
    except yaml.YAMLError as error:
        raise SpecError(f"spec: not valid YAML or JSON: {error}") from error
    return parse_spec_text(body.yaml)


def _check_shape(text: str) -> None:
    """Refuse what is small to write and large to read.

    A few aliases may stand for a billion steps, and the time for nested lists grows with the
    square of their depth.
    """
    depth = 0
    for event in yaml.parse(text):
        if isinstance(event, yaml.AliasEvent):
            raise SpecError("spec: aliases (*name) are not read here; write the steps out")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            raise SpecError(f"spec: nested deeper than {_DEPTH}")
