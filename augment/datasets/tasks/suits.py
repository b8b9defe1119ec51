"""Whether a pipeline suits the task that the columns of the data tell."""

from augment.datasets.tasks.task import Task
from augment.errors import SpecError
from augment.spec import PipelineSpec, in_order, leaves
from augment.spec.risks import conflicts, told


def check_suits(spec: PipelineSpec, task: Task) -> None:
    """Refuse a spec that names another task, or has kinds that the data's task cannot stand.

    A spec that names its task was checked when it was read.

    Raises:
        SpecError: says what does not go together, and what to write.
    """
    if task.name is None:
        return
    if spec.task is not None:
        if spec.task != task.name:
            raise SpecError(
                f"the pipeline is for the task {spec.task}, but the columns "
                f"{', '.join(map(repr, task.columns))} are read for {task.name}; write "
                f"task: {task.name} in the spec if it suits, or take another pipeline"
            )
        return
    breaking = [(leaf.kind, leaf.breaking) for leaf in leaves(spec)]
    if found := conflicts(breaking, task.name, ()):
        lines = "; ".join(f"{kind} may break {told(risks)}" for kind, risks in found)
        needed = in_order({risk for _, risks in found for risk in risks})
        raise SpecError(
            f"the columns {', '.join(map(repr, task.columns))} are read for {task.name}, and "
            f"{lines}. Take another pipeline, such as --preset paraphrase, or write "
            f"task: {task.name} and allow: [{', '.join(needed)}] in the spec"
        )
