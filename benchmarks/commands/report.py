"""`report DIR`: a run rendered again from its raw data."""

import argparse
from pathlib import Path

from benchmarks.commands.arguments import Commands
from benchmarks.report import publish
from benchmarks.results import Results


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("report", help="render a run again from its raw data")
    parser.set_defaults(command=run)
    parser.add_argument("folder", type=Path, metavar="DIR")


def run(options: argparse.Namespace) -> int:
    """Render, and say where."""
    print(publish(Results(options.folder)))
    return 0
