"""How translation runs on this machine: nothing here is part of a spec."""

import os
from dataclasses import dataclass
from typing import Literal

Engine = Literal["auto", "ctranslate2", "transformers"]
Device = Literal["auto", "cpu", "cuda"]
ComputeType = Literal["auto", "float32", "int8", "float16", "int8_float16", "bfloat16"]
Shortlist = Literal["none", "static", "lexical"]


@dataclass(frozen=True)
class EngineSettings:
    """Which engine, where, and how exact.

    `auto` takes CTranslate2 where it is installed, a GPU where there is one, and int8 on a CPU
    (float16 on a GPU). `float32` makes every translation independent of its company: the strict
    mode. `threads` are translations side by side, 0 for one a core; `batch_tokens` is the padded
    size of a batch in pieces.
    """

    engine: Engine = "auto"
    device: Device = "auto"
    compute_type: ComputeType = "auto"
    threads: int = 0
    batch_tokens: int = 1024

    @property
    def workers(self) -> int:
        """Translations side by side: as set, or the cores that this process may use."""
        return self.threads or len(os.sched_getaffinity(0))
