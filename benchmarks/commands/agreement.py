"""`agreement FIRST SECOND`: whether a second run reproduces the ratios of the first."""

import argparse
import sys
from pathlib import Path

from benchmarks.commands.arguments import Commands, share
from benchmarks.commands.console import wide_console
from benchmarks.diff import agreement
from benchmarks.diff.comparable import obstacles
from benchmarks.failures import UsageError
from benchmarks.results import Results

DISAGREEMENT = 1


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("agreement", help="say whether a second run reproduces the ratios of the first")
    parser.set_defaults(command=run)
    parser.add_argument("first", type=Path, metavar="FIRST", help="a folder of results")
    parser.add_argument("second", type=Path, metavar="SECOND", help="another, of the same machine and contenders")
    parser.add_argument(
        "--at-least", type=share, default=0.95, metavar="PERCENT",
        help="of the intervals for another run that must hold what it found (default: 95%%)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Tell ratio by ratio; raises UsageError for runs that are not comparable."""
    first, second = Results(options.first).load(), Results(options.second).load()
    if reasons := obstacles(first, second):
        raise UsageError(f"not comparable: {'; '.join(reasons)}")
    found = agreement.agreements(first, second)
    if not found:
        raise UsageError("not comparable: the two have no ratio in common")
    console = wide_console()
    console.print(agreement.table(found))
    for line in agreement.conclusions(found):
        console.print(line)
    if agreement.share(found) < options.at_least:
        print(f"fewer than {100 * options.at_least:g} % of the intervals were right", file=sys.stderr)
        return DISAGREEMENT
    return 0
