"""Frames and what they carry: bounded, torn ends told, everything comes back."""

import asyncio
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.edits import Anchor, Edit, Span
from augment.record import Copy, Outcome, Record, Refusal, Step
from service.engine import frames
from service.engine.items import ItemError
from service.engine.wire import Task, end_from_json, end_to_json, task_from_json, task_to_json


async def received(data: bytes) -> object:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return await frames.receive(reader)


@given(st.text() | st.just("\ud800 half a pair"))
def test_both_ends_read_what_was_written(text: str) -> None:
    frame = frames.encode({"text": text})
    assert frames.read(io.BytesIO(frame)) == {"text": text}
    assert asyncio.run(received(frame)) == {"text": text}


@pytest.mark.parametrize("cut", [0, 3, 4, 10])
def test_a_torn_frame_is_an_end(cut: int) -> None:
    frame = frames.encode({"text": "a whole frame"})[:cut]
    with pytest.raises(EOFError):
        frames.read(io.BytesIO(frame))
    with pytest.raises(EOFError):
        asyncio.run(received(frame))


def test_a_foreign_length_takes_no_memory() -> None:
    frame = struct.pack(">I", 2**32 - 1) + b"x"
    with pytest.raises(frames.FrameError, match="4294967295 bytes; at most 67108864"):
        frames.read(io.BytesIO(frame))
    with pytest.raises(frames.FrameError):
        asyncio.run(received(frame))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(frames.FrameError, match="5 bytes is no JSON"):
        frames.read(io.BytesIO(struct.pack(">I", 5) + b"hello"))


def test_what_no_end_would_read_is_not_written() -> None:
    with pytest.raises(frames.FrameError, match="at most"):
        frames.encode("x" * frames.LARGEST)


def test_an_outcome_comes_back_whole() -> None:
    record = Record("a big dog", "r1", "animal", (Span(6, 9, "noun"),))
    made = Record("a large dog", "r1", "animal", (Span(8, 11, "noun"),))
    edit = Edit(2, "big", "large", (Anchor(2, 3, 2, 3),))
    step = Step("0.synonyms", (edit,), "model@1", ("kept",))
    outcome = Outcome(
        record,
        (Copy(made, 1, (step,), exact=False),),
        ((2, Refusal("duplicate", "equal", final=False, score=0.25)),),
    )
    frame = frames.encode(end_to_json(outcome))
    assert end_from_json(frames.read(io.BytesIO(frame)), record) == outcome


def test_a_task_and_an_error_come_back_whole() -> None:
    task = Task(Record("text", "id", None, (Span(0, 4),)), copies=3, seed=2**63 - 1)
    assert task_from_json(frames.read(io.BytesIO(frames.encode(task_to_json(task))))) == task
    error = ItemError("item_failed", "it failed", retryable=True)
    assert end_from_json(end_to_json(error), task.record) == error
