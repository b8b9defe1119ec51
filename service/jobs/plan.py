"""What a job's process is to do, as JSON in the folder of the job."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter

from augment.datasets.output import OutputFile
from augment.datasets.request import ExpandRequest
from augment.resources import ResourceSettings
from augment.spec import PipelineSpec

FileName = Literal["result", "rejects", "report"]

REPORT: Final = "report.html"
SUMMARY: Final = "summary.json"
_NAME: Final = "plan.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """A run of `expand`, and what its models are loaded with; with `workers` processes."""

    request: ExpandRequest
    spec: PipelineSpec
    resources: ResourceSettings
    workers: int


_PLANS: Final = TypeAdapter(Plan)


def write_plan(folder: Path, plan: Plan) -> None:
    """Put a plan on disk, whole or not at all."""
    with OutputFile(folder / _NAME, force=True) as file:
        file.write(_PLANS.dump_json(plan))
        file.publish()


def files_of(folder: Path) -> dict[FileName, Path]:
    """What a job that is done left to download."""
    request = read_plan(folder).request
    named: dict[FileName, Path | None] = {
        "result": request.output,
        "rejects": request.rejects_path,
        "report": folder / REPORT,
    }
    return {name: path for name, path in named.items() if path is not None and path.is_file()}


def read_plan(folder: Path) -> Plan:
    """The plan in the folder of a job."""
    return _PLANS.validate_json((folder / _NAME).read_bytes())
