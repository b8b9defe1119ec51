"""How many machines and hours a data set takes: the table in SCALING.md, from measured costs.

    python -m tests.bench.sizing --write
    python -m tests.bench.sizing --gpu-tokens 20000      your GPU's figure, for its own lines

CPU-seconds a row are measured here: the difference between two runs of `augment expand` of
different length in one process each, so that starts do not count. Of back-translation that comes to
tokens a CPU-second, since a row of n pieces has about n written on the way there and n on the way
back. A GPU's tokens a second are never measured here: without --gpu-tokens only the formula stands
in the page.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sentencepiece import SentencePieceProcessor

from augment.translation.embedded.wheel import ORIGINS, vocabulary_file
from tests.bench.expand import TRANSLATION, WORD_LEVEL, write_rows
from tests.bench.ray import measure
from tests.bench.run import read_texts

PAGE = Path(__file__).parents[2] / "SCALING.md"
BEGIN, END = "<!-- sizing: begin -->", "<!-- sizing: end -->"
SIZES = {"1 M": 10**6, "100 M": 10**8, "10 B": 10**10}
LEGS = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """What one row with one copy takes of a processor or a GPU."""

    what: str
    unit: str
    seconds: float

    @property
    def rows_an_hour(self) -> float:
        """Rows that one of them makes in an hour."""
        return 3600 / self.seconds


def cpu_seconds(folder: Path, texts: Sequence[str], preset: str, rows: Sequence[int]) -> float:
    """CPU-seconds that one more row takes, by runs over few and over many."""
    used = []
    for count in rows:
        write_rows(folder / f"{count}.csv", texts, count)
        used.append(measure(folder, count, preset, "local", 1).cpu)
    return (used[1] - used[0]) / (rows[1] - rows[0])


def tokens_a_row(texts: Sequence[str]) -> float:
    """Pieces that models write for a row: its own number, once for each leg."""
    pieces = SentencePieceProcessor(model_file=str(vocabulary_file(ORIGINS["en-pt"])))
    return LEGS * statistics.mean(len(pieces.encode(text)) + 1 for text in texts)


def page_lines(
    costs: Sequence[Cost], tokens: float, words: float, cores: int, hours: float, command: str
) -> Iterator[str]:
    """The part of the page that is made here."""
    yield f"`{command}`, texts of {words:.1f} words, {tokens:.0f} tokens over both legs, one copy"
    yield "a row:"
    yield ""
    yield f"| | rows an hour | {' | '.join(f'{size} rows' for size in SIZES)} |"
    yield f"|---|---{'|---' * len(SIZES)}|"
    for cost in costs:
        took = " | ".join(_hours(rows / cost.rows_an_hour, cost.unit) for rows in SIZES.values())
        yield f"| {cost.what} | {cost.rows_an_hour:,.0f} a {cost.unit} | {took} |"
    yield ""
    yield f"Machines for {hours:g} hours ({cores} cores each, or one GPU):"
    yield ""
    yield f"| | {' | '.join(f'{size} rows' for size in SIZES)} |"
    yield f"|---{'|---' * len(SIZES)}|"
    for cost in costs:
        a_machine = cost.rows_an_hour * hours * (cores if cost.unit == "CPU" else 1)
        needed = " | ".join(f"{-(-rows // a_machine):,.0f}" for rows in SIZES.values())
        yield f"| {cost.what} | {needed} |"
    translated = next(cost for cost in costs if cost.what.startswith(TRANSLATION))
    yield ""
    yield f"Back-translation came to {tokens / translated.seconds:,.0f} tokens a CPU-second."


def _hours(hours: float, unit: str) -> str:
    return f"{hours:,.1f} {unit}-hours" if hours < 100 else f"{hours:,.0f} {unit}-hours"


def written(page: str, lines: Sequence[str]) -> str:
    """The page with new lines between its marks."""
    above, _, rest = page.partition(BEGIN)
    _, _, below = rest.partition(END)
    if not below:
        raise SystemExit(f"{PAGE.name} lacks the marks {BEGIN} and {END}")
    return above + "\n".join([BEGIN, "", *lines, "", END]) + below


def main() -> None:
    """Measure, and print the table or put it into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--word-rows", type=int, nargs=2, default=[2_000, 12_000])
    parser.add_argument("--translated", type=int, nargs=2, default=[50, 250])
    parser.add_argument("--gpu-tokens", type=float, help="tokens a second of one GPU")
    parser.add_argument("--cores", type=int, default=32, help="of a machine")
    parser.add_argument("--hours", type=float, default=24.0, help="in which all is to be done")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    args = parser.parse_args()
    texts = read_texts(args.texts)
    tokens = tokens_a_row(texts)
    words = statistics.mean(len(text.split()) for text in texts)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        costs = [
            Cost(f"{preset}, on CPUs", "CPU", cpu_seconds(Path(name), texts, preset, rows))
            for preset, rows in ((WORD_LEVEL, args.word_rows), (TRANSLATION, args.translated))
        ]
    command = "python -m tests.bench.sizing"
    if args.gpu_tokens is not None:
        command += f" --gpu-tokens {args.gpu_tokens:g}"
        costs.append(Cost(f"{TRANSLATION}, on GPUs", "GPU", tokens / args.gpu_tokens))
    lines = list(page_lines(costs, tokens, words, args.cores, args.hours, command))
    print("\n".join(lines))
    if args.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), lines), encoding="utf-8")


if __name__ == "__main__":
    main()
