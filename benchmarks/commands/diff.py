"""`diff BASE NEW`: what became slower or faster from one run to another, with an exit code for pipelines."""

import argparse
import sys
from pathlib import Path

from benchmarks.commands.arguments import Commands, share
from benchmarks.commands.console import wide_console
from benchmarks.diff.changes import changes
from benchmarks.diff.comparable import obstacles, remarks
from benchmarks.diff.document import Diff, regressions, table
from benchmarks.failures import UsageError
from benchmarks.results import Results

REGRESSION = 1


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("diff", help="say what became slower or faster from one run to another")
    parser.set_defaults(command=run)
    parser.add_argument("base", type=Path, metavar="BASE", help="a folder of results")
    parser.add_argument("new", type=Path, metavar="NEW", help="another, of the same machine")
    parser.add_argument("--fail-on", type=share, default=0.05, metavar="PERCENT", help="slower by more (default: 5%%)")
    parser.add_argument("--force", action="store_true", help="compare what is not comparable")
    parser.add_argument("--json", action="store_true", help="print a document instead of a table")


def run(options: argparse.Namespace) -> int:
    """Compare, and fail on a regression; raises UsageError for runs that are not comparable."""
    diff = _diff(options)
    if diff.obstacles and not options.force:
        raise UsageError(f"not comparable (--force compares all the same): {'; '.join(diff.obstacles)}")
    if not diff.changes:
        raise UsageError("not comparable: the two have no contender and workload with two valid rounds in common")
    for line in (*diff.obstacles, *diff.remarks):
        print(f"note: {line}", file=sys.stderr)
    if options.json:
        print(diff.model_dump_json(indent=1))
    else:
        _show(diff)
    return REGRESSION if diff.regressions else 0


def _diff(options: argparse.Namespace) -> Diff:
    base, new = Results(options.base).load(), Results(options.new).load()
    found = changes(base, new)
    return Diff(
        base=options.base.name,
        new=options.new.name,
        obstacles=obstacles(base, new),
        remarks=remarks(base, new),
        changes=found,
        fail_on=options.fail_on,
        regressions=regressions(found, options.fail_on),
    )


def _show(diff: Diff) -> None:
    console = wide_console()
    console.print(table(diff.changes))
    for line in diff.regressions:
        console.print(f"slower by more than {100 * diff.fail_on:g} %: {line}")
    if not diff.regressions:
        console.print(f"nothing is slower by more than {100 * diff.fail_on:g} %")
