"""Copies that training draws from a running service are those of a pipeline in its own process."""

from pathlib import Path

import pytest

from augment.build import build_pipeline
from augment.resources import Resources
from augment.spec import parse_spec
from regularize.remote import RemoteSource
from regularize.sources import Original, PipelineSource
from tests.bench.run import read_texts
from tests.support.real_server import real_server

pytestmark = [pytest.mark.server, pytest.mark.weights]


def test_translations_too(tmp_path: Path, cache: Path, strict_resources: Resources) -> None:
    steps = [{"kind": "back_translation", "beam": 2, "hypotheses": 2}, {"kind": "masking"}]
    spec = parse_spec({"steps": steps, "seed": 3})
    texts = [Original(f"row-{i}", text, "a") for i, text in enumerate(read_texts(None, 70))]
    here = PipelineSource(build_pipeline(spec, strict_resources), 2, fresh=True)
    with real_server(tmp_path, cache=str(cache)) as server:
        there = RemoteSource(f"http://127.0.0.1:{server.port}", spec, 2, fresh=True)
        drawn = there.copies(texts, 0)
        there.close()
    assert drawn == here.copies(texts, 0)
    assert any("[MASK]" in copy for copies in drawn.values() for copy in copies)
    here.close()
