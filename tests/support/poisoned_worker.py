"""A real worker process in which some texts raise, hang, kill it or make it lie, by words in them.

Started like `service.engine.worker`; only `Pipeline.augment_batch` has something before it, and
the frame of an end something behind. With
words before the settings, the process itself is at fault: `never` does not start, `mute` starts and
says nothing, `torn` answers with what is no frame.
"""

import os
import re
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

from augment.pipeline import Pipeline
from augment.record import Outcome, Record
from service.engine import worker
from service.engine.items import ItemError

RAISES = "POISONRAISES"
HANGS = "POISONHANGS"
KILLS = "POISONKILLS"
LIES = "POISONLIES"
SECRET = "POISONSECRET"

_augment_batch = Pipeline.augment_batch
_end = worker._end


def augment_batch(self: Pipeline, records: Sequence[Record], **options: Any) -> list[Outcome]:
    texts = " ".join(record.text for record in records)
    if RAISES in texts:
        raise ValueError(f"{SECRET}: {texts}")
    if KILLS in texts:
        os.kill(os.getpid(), signal.SIGKILL)
    if HANGS in texts:  # as a text can: in a regular expression, which never lets go of the GIL
        re.match(r"(a|a)*b", "a" * 64)
    return _augment_batch(self, records, **options)


def end_frame(index: int, end: Outcome | ItemError) -> dict[str, Any]:
    """As the worker tells it, or of an item that is not in the batch."""
    lies = isinstance(end, Outcome) and LIES in end.record.text
    return _end(index + 1000 * lies, end)


if __name__ == "__main__":
    fault = sys.argv[1]
    if fault == "never":
        sys.exit(3)
    if fault == "mute":
        threading.Event().wait()
    if fault == "torn":
        os.write(1, b"hello, I am no frame at all")
        threading.Event().wait()
    Pipeline.augment_batch = augment_batch  # type: ignore[method-assign]
    worker._end = end_frame
    worker.main(sys.argv[-1])
