"""`side-by-side`: the page of both implementations, with the costs of a run."""

import argparse
from pathlib import Path

from benchmarks.analyse import analyse
from benchmarks.commands.arguments import Commands
from benchmarks.failures import LabError
from benchmarks.machine import ROOT
from benchmarks.results import Results
from benchmarks.side_by_side import Measured, side_by_side


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("side-by-side", help="write a page of both implementations, area by area")
    parser.set_defaults(command=run)
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="a folder of results, for the costs")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="default: side-by-side.html, in DIR if there is one"
    )


def run(options: argparse.Namespace) -> int:
    """Write the page, and say where."""
    path: Path = options.output or (options.folder or Path()) / "side-by-side.html"
    page = side_by_side(ROOT, _measured(options.folder))
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise LabError(f"{path} cannot be written: {error.strerror}") from None
    print(f"page: {path}")
    return 0


def _measured(folder: Path | None) -> Measured | None:
    if folder is None:
        return None
    run = Results(folder).load()
    return Measured(run, analyse(run))
