"""Which task the columns of a file mean: what the user named decides, else their usual names."""

from collections.abc import Sequence
from typing import Final

from augment.datasets.columns import (
    TEXT_NAMES,
    Columns,
    check_named,
    find_text,
    first_of,
    flag,
    listed,
)
from augment.datasets.tasks.answers import AnswersTask
from augment.datasets.tasks.pairs import PairTask
from augment.datasets.tasks.tagging import TaggingTask
from augment.datasets.tasks.task import Task
from augment.datasets.tasks.texts import TextTask
from augment.errors import DataError

USUAL: Final = {
    "tokens": ("tokens", "words"),
    "tags": ("tags", "ner_tags", "ner", "bio", "labels"),
    "context": ("context", "passage", "paragraph"),
    "question": ("question", "query"),
    "answers": ("answers", "answer"),
}
TAGGING: Final = ("tokens", "tags")
ANSWERING: Final = ("context", "question", "answers")

# For each task the names of its sides, as --sides takes them; `both` is there always.
_PAIR_SIDES: Final = ("first", "second")
_ANSWER_SIDES: Final = ("context", "question")


def choose_task(asked: Columns, names: Sequence[str], *, nested: bool) -> Task:
    """The task that the columns mean; `nested`: values may be lists, as in JSON.

    Raises:
        DataError: a column that the task needs is not there, or options do not go together.

    >>> choose_task(Columns(), ["tokens", "tags"], nested=True).name
    'tagging'
    """
    wanted = _wanted(asked, names, nested=nested)
    if wanted != "text" and not nested and wanted != "pair":
        options = ANSWERING if wanted == "answers" else TAGGING
        given = next(f"--{name}" for name in options if getattr(asked, name))
        raise DataError(f"{given} needs lists, which a table cannot hold; give a .jsonl file")
    if asked.sides is not None and wanted in ("text", "tags"):
        raise DataError(
            f"--sides {asked.sides} needs two texts a row; name the second one with --text-b"
        )
    if asked.scheme is not None and wanted != "tags":
        raise DataError(f"--tags-scheme {asked.scheme} needs tags; name their column with --tags")
    if wanted == "tags":
        tokens, tags = (_column(asked, name, names) for name in TAGGING)
        return TaggingTask(tokens, tags, asked.scheme)
    if wanted == "answers":
        context, question, answers = (_column(asked, name, names) for name in ANSWERING)
        return AnswersTask(context, question, answers, _sides(asked.sides, _ANSWER_SIDES))
    text = find_text(asked, names)
    if wanted == "pair":
        return _pair(asked, text, names)
    named = asked.spans is not None and asked.spans != "spans"
    return TextTask(text, asked.spans if nested else None, named)


def _pair(asked: Columns, text: str, names: Sequence[str]) -> PairTask:
    check_named(asked, "text_b", names)
    assert asked.text_b is not None
    if asked.text is None:
        raise DataError("--text-b names the second text of a pair; name the first one with --text")
    if asked.text_b == text:
        raise DataError(f"--text and --text-b name the same column {text!r}")
    return PairTask(text, asked.text_b, _sides(asked.sides, _PAIR_SIDES))


def _wanted(asked: Columns, names: Sequence[str], *, nested: bool) -> str:
    groups = {
        "pair": ("text_b",),
        "tags": TAGGING,
        "answers": ANSWERING,
    }
    named = {task for task, options in groups.items() if any(getattr(asked, o) for o in options)}
    if len(named) > 1:
        given = [o for options in groups.values() for o in options if getattr(asked, o)]
        flags = ", ".join(map(flag, given))
        raise DataError(f"{flags} do not go together: name a pair, tags, or answers")
    if named:
        (task,) = named
        if asked.text is not None and task != "pair":
            raise DataError(
                f"--text does not go with {'tokens and tags' if task == 'tags' else 'answers'}; "
                "leave it out"
            )
        return task
    return "text" if asked.text is not None or not nested else _told(names)


def _told(names: Sequence[str]) -> str:
    """What the names tell by themselves: only the very names of well-known data sets."""
    there = {name.strip().lower() for name in names}
    if there.issuperset(ANSWERING):
        return "answers"
    tagged = "tokens" in there and not there.isdisjoint({"tags", "ner_tags"})
    return "tags" if tagged and first_of(TEXT_NAMES, names) is None else "text"


def _column(asked: Columns, option: str, names: Sequence[str]) -> str:
    check_named(asked, option, names)
    name: str | None = getattr(asked, option) or first_of(USUAL[option], names)
    if name is None:
        raise DataError(
            f"no column has a usual name for the {option}; name it with --{option}. "
            f"The columns are: {listed(names)}"
        )
    return name


def _sides(asked: str | None, sides: tuple[str, str]) -> tuple[bool, bool]:
    if asked is None or asked == "both":
        return True, True
    if asked not in sides:
        raise DataError(f"--sides {asked} is not one of {', '.join(sides)}, both for these rows")
    return asked == sides[0], asked == sides[1]
