"""What a worker process must know, as JSON in the folder of the run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from augment.datasets.balance import Quotas
from augment.datasets.request import ExpandRequest
from augment.resources import ResourceSettings
from augment.spec import PipelineSpec

NAME: Final = "job.json"


@dataclass(frozen=True, slots=True)
class Job:
    """A run: `source` has the input's bytes, `fit` says whether something was learnt of them."""

    request: ExpandRequest
    spec: PipelineSpec
    resources: ResourceSettings
    source: Path
    selective: bool
    fit: bool
    quotas: Quotas | None = None

    @property
    def copies(self) -> int:
        """How many copies each row gets where labels are not balanced."""
        return self.spec.copies if self.request.copies is None else self.request.copies


_JOBS: Final = TypeAdapter(Job)


def write_job(folder: Path, job: Job) -> None:
    """Leave a job in the folder of its run."""
    (folder / NAME).write_bytes(_JOBS.dump_json(job))


def read_job(folder: Path) -> Job:
    """The job in the folder of a run."""
    return _JOBS.validate_json((folder / NAME).read_bytes())
