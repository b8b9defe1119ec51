"""What all tests share: a clean environment, hypothesis profiles, resources built once."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from augment.resources import Resources
from augment.translation.settings import EngineSettings

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "gate", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gate" if os.environ.get("CI") else "dev")

for name in [name for name in os.environ if name.startswith("AUGMENT_")]:
    del os.environ[name]
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

# A shell's background job ignores Ctrl-C, and so would what a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of this test run alone."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def resources(cache: Path) -> Iterator[Resources]:
    """The real lexicons and models."""
    with Resources(cache=cache, engine=EngineSettings(threads=1)) as found:
        yield found


@pytest.fixture(scope="session")
def strict_resources(cache: Path) -> Iterator[Resources]:
    """The same with models in float32, whose translations do not depend on their company."""
    settings = EngineSettings(compute_type="float32", threads=1)
    with Resources(cache=cache, engine=settings) as found:
        yield found
