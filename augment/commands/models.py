"""`augment models`: which translation models there are, and whether their files are whole."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from augment.commands.options import Commands, add_command, print_json, say
from augment.errors import ModelError

if TYPE_CHECKING:
    from augment.translation.manifest import Manifest
    from augment.translation.models import Known

ADDING = """\
A MarianMT checkpoint (config.json, model.safetensors, source.spm, target.spm, vocab.json):
  augment models add ende ./opus-mt-en-de --source en --target de --licence MIT

A model of Firefox Translations (model.*.bin, vocab.*.spm and, if there, lex.*.bin, unpacked), which
is turned into such a checkpoint. Its file names tell the languages. Most have an SSRU in their
decoder and need a trained graft in its place; without one, the error says how to train it:
  augment models add enet --firefox ./enet --graft graft.safetensors --licence MPL-2.0
"""


def add_to(commands: Commands) -> None:
    """Declare the command and its own commands."""
    parser = commands.add_parser(
        "models",
        help="list, add, prepare, verify and remove translation models",
        description="List, add, prepare, verify and remove translation models.",
        allow_abbrev=False,
    )
    parser.set_defaults(parser=parser)
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_command(actions, "list", "list all models that have a name").set_defaults(run=run_list)
    _declare_add(actions)
    prepare = add_command(actions, "prepare", "write the embedded models to the cache")
    prepare.set_defaults(run=run_prepare)
    verify = add_command(actions, "verify", "compare the files of models with their SHA-256")
    verify.set_defaults(run=run_verify)
    verify.add_argument("names", metavar="NAME", nargs="*", help="default: all that are on disk")
    remove = add_command(actions, "remove", "delete models that were added")
    remove.set_defaults(run=run_remove)
    remove.add_argument("names", metavar="NAME", nargs="+")


def _declare_add(actions: Commands) -> None:
    add = add_command(
        actions, "add", "copy a MarianMT model into the cache, under a name", epilog=ADDING
    )
    add.set_defaults(run=run_add)
    add.add_argument("name", metavar="NAME")
    add.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="a MarianMT checkpoint")
    add.add_argument(
        "--firefox", metavar="DIR", type=Path, help="a model of Firefox Translations, in its place"
    )
    add.add_argument("--graft", metavar="FILE", type=Path, help="trained for --firefox")
    add.add_argument("--source", metavar="LANGUAGE", help="such as en")
    add.add_argument("--target", metavar="LANGUAGE", help="such as de")
    add.add_argument("--licence", metavar="NAME", required=True, help="licence of the model")
    add.add_argument("--origin", metavar="TEXT", help="where it comes from (default: the folder)")


def run_list(args: argparse.Namespace) -> int:
    """List all models."""
    from augment.translation.models import describe, known

    found = list(known(cache=args.cache))
    if args.json:
        print_json([describe(model) for model in found])
        return 0
    for model in found:
        place = model.folder or "not prepared yet: augment models prepare"
        say(
            f"{model.name}  {model.source}-{model.target}  {model.licence}  {model.origin}  {place}"
        )
    return 0


def run_add(args: argparse.Namespace) -> int:
    """Copy a model into the cache."""
    if (args.folder is None) == (args.firefox is None):
        args.parser.error("give either FOLDER or --firefox DIR")
    if args.graft is not None and args.firefox is None:
        args.parser.error("--graft belongs to --firefox")
    place, manifest = _add_firefox(args) if args.firefox is not None else _add_folder(args)
    if args.json:
        print_json({"name": args.name, "folder": str(place)})
    else:
        say(f"added {args.name} ({manifest.source}-{manifest.target}) in {place}")
    return 0


def _add_folder(args: argparse.Namespace) -> tuple[Path, "Manifest"]:
    from augment.translation.manifest import Manifest
    from augment.translation.models import add

    if args.source is None or args.target is None:
        args.parser.error("the languages are required: --source and --target")
    if not args.folder.is_dir():
        raise ModelError(f"{args.folder}: there is no such folder")
    origin = args.origin or args.folder.resolve().name
    manifest = Manifest(args.source, args.target, args.licence, origin)
    return add(args.name, args.folder, manifest, cache=args.cache), manifest


def _add_firefox(args: argparse.Namespace) -> tuple[Path, "Manifest"]:
    from augment.translation.embedded.firefox import files_in
    from augment.translation.manifest import Manifest, sha256
    from augment.translation.models import add_firefox

    files = files_in(args.firefox, args.source, args.target)
    place = f"{args.firefox.resolve().name}/{files.model.name}"
    origin = args.origin or f"Firefox Translations, {place}, SHA-256 {sha256(files.model)}"
    manifest = Manifest(files.source, files.target, args.licence, origin)
    return add_firefox(args.name, files, manifest, graft=args.graft, cache=args.cache), manifest


def run_remove(args: argparse.Namespace) -> int:
    """Delete models."""
    from augment.translation.models import remove

    places = {}
    for name in dict.fromkeys(args.names):
        places[name] = str(remove(name, cache=args.cache))
        if not args.json:
            say(f"removed {name} from {places[name]}")
    if args.json:
        print_json(places)
    return 0


def run_prepare(args: argparse.Namespace) -> int:
    """Write all embedded models that are not on disk yet."""
    from augment.translation.models import EMBEDDED, known, locate

    places = {
        model.name: str(locate(model.name, model.source, model.target, cache=args.cache))
        for model in known(cache=args.cache)
        if model.name.startswith(EMBEDDED)
    }
    if args.json:
        print_json(places)
        return 0
    for name, place in places.items():
        say(f"{name}: {place}")
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Check models; code 1 where one is altered."""
    from augment.translation.models import known

    models = {model.name: model for model in known(cache=args.cache)}
    missing = [name for name in args.names if name not in models]
    if missing:
        names = ", ".join(models) or "none"
        raise ModelError(f"there is no model {missing[0]!r}; there are: {names}")
    faults = {name: _fault(models[name], asked=bool(args.names)) for name in args.names or models}
    if args.json:
        print_json([{"name": name, "fault": fault} for name, fault in faults.items()])
    else:
        for name, fault in faults.items():
            on_disk = models[name].folder is not None
            say(f"{name}: {fault or ('whole' if on_disk else 'not prepared yet')}")
    return 1 if any(faults.values()) else 0


def _fault(model: "Known", *, asked: bool) -> str | None:
    """What is wrong with a model's files; one that is not on disk is at fault only if named."""
    from augment.translation.manifest import check_files, read_manifest

    if model.folder is None:
        return "not prepared yet; run: augment models prepare" if asked else None
    try:
        manifest = read_manifest(model.folder)
        if manifest is None:
            return f"{model.folder} has no manifest; remove the folder and prepare it anew"
        check_files(model.folder, manifest)
    except ModelError as error:
        return str(error)
    return None
