"""Print what the careful checks catch.

python -m tests.bench.traps [FILE.jsonl ...] [--wrong]
"""

import argparse
from collections import Counter
from pathlib import Path

from augment.resources import Resources
from tests.bench.traps import FOLDER, Trap, read, refusals


def main() -> None:
    """One block a file."""
    parser = argparse.ArgumentParser(description="what the guards catch")
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--wrong", action="store_true", help="print what went wrong as well")
    arguments = parser.parse_args()
    with Resources() as resources:
        for path in arguments.files or sorted(FOLDER.glob("*.jsonl")):
            report(path, resources, wrong=arguments.wrong)


def report(path: Path, resources: Resources, *, wrong: bool) -> None:
    """Counts, by family and by the check that caught it."""
    traps = read(path)
    found = refusals(traps, resources)
    for flips, title in ((True, "traps caught"), (False, "harmless ones dropped")):
        chosen = [(t, r) for t, r in zip(traps, found, strict=True) if t.flips == flips]
        dropped = [refusal.reason for _, refusal in chosen if refusal is not None]
        by = ", ".join(f"{reason} {count}" for reason, count in Counter(dropped).most_common())
        print(f"{path.name}: {title}: {len(dropped)} of {len(chosen)} ({by})")
    missed: Counter[str] = Counter()
    for trap, refusal in zip(traps, found, strict=True):
        if trap.flips != (refusal is not None):
            missed[trap.why] += 1
            if wrong:
                show(trap, str(refusal))
    print(f"  wrong by family: {dict(missed)}")


def show(trap: Trap, refusal: str) -> None:
    """One pair and what was said of it."""
    print(f"  {trap.why}: {trap.original} -> {trap.copy} | {refusal}")


if __name__ == "__main__":
    main()
