"""`GET /v1/kinds`, `presets`, `models` and `problems`: what there is to choose from."""

from typing import Any, Literal, get_args

from fastapi import APIRouter, Request

from augment.presets import preset, preset_names, preset_text
from augment.spec import Leaf, LeafPart, check_kinds, in_order, json_schema, kinds, suited
from augment.translation.models import known
from service.errors import Problem
from service.problems import KINDS
from service.routes.answers import ACCESS
from service.routes.answers import problems as documented
from service.routing import guarded
from service.schemas import KindOut, ModelOut, PresetOut, ProblemKind
from service.state import service_of

router = APIRouter(
    prefix="/v1",
    tags=["catalogue"],
    route_class=guarded("augment"),
    responses=documented(*ACCESS),
)


@router.get("/kinds", operation_id="kinds")
def list_kinds() -> list[KindOut]:
    """List the kinds of steps, combinators and checks, with their fields."""
    schemas = json_schema()["$defs"]
    leaves = get_args(Leaf)
    found = []
    for name, cls in kinds().items():
        role: Literal["step", "combinator"] = "step" if cls in leaves else "combinator"
        found.append(_kind(name, role, schemas[cls.__name__], cls))
    checks = check_kinds().items()
    return [*found, *(_kind(name, "check", schemas[cls.__name__], cls) for name, cls in checks)]


@router.get("/presets", operation_id="presets")
def list_presets() -> list[PresetOut]:
    """List the shipped pipelines."""
    return [
        PresetOut(name=name, spec=preset(name), yaml=preset_text(name)) for name in preset_names()
    ]


@router.get("/models", operation_id="models")
def list_models(request: Request) -> list[ModelOut]:
    """List the translation models that a spec may name."""
    return [
        ModelOut(
            name=model.name,
            source=model.source,
            target=model.target,
            licence=model.licence,
            origin=model.origin,
            prepared=model.folder is not None,
        )
        for model in known(cache=service_of(request).settings.cache)
    ]


@router.get("/problems", operation_id="problems")
def list_problems() -> list[ProblemKind]:
    """List the codes of problem documents."""
    return [_problem(code) for code in KINDS]


@router.get(
    "/problems/{code}", operation_id="problem", responses=documented("not_found", "request_invalid")
)
def show_problem(code: str) -> ProblemKind:
    """Tell what a code stands for: where `type` of a problem document leads."""
    if code not in KINDS:
        raise Problem("not_found", "there is no such code; GET /v1/problems lists all")
    return _problem(code)


def _kind(
    name: str, role: Literal["step", "combinator", "check"], schema: dict[str, Any], cls: Any
) -> KindOut:
    breaking = None
    if role == "step" and issubclass(cls, LeafPart):
        # Settings may make it less, but a kind that needs some has none by default.
        needy = any(field.is_required() for field in cls.model_fields.values())
        breaking = cls.breaks if needy else cls().breaking
    return KindOut(
        kind=name,
        role=role,
        summary=" ".join(str(schema.get("description", "")).split()),
        needs_model=bool(getattr(cls, "needs_model", False)),
        breaks=None if breaking is None else tuple(in_order(breaking)),
        tasks=None if breaking is None else suited(breaking),
        fields={key: value for key, value in schema["properties"].items() if key != "kind"},
    )


def _problem(code: str) -> ProblemKind:
    kind = KINDS[code]
    return ProblemKind(code=code, status=kind.status, title=kind.title, retryable=kind.retry)
