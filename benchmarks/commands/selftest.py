"""`selftest`: the lab tried on what is known beforehand; it passes, fails, or calls the machine unfit."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.commands.arguments import Commands, whole
from benchmarks.commands.budget import chosen_seed
from benchmarks.commands.console import wide_console
from benchmarks.measure import Audience
from benchmarks.preparation import new_results, prepared
from benchmarks.progress import watching
from benchmarks.selftest.findings import Verdict, Word
from benchmarks.selftest.plan import make_plan
from benchmarks.selftest.proof import prove

EXIT_CODES: dict[Word, int] = {"passed": 0, "failed": 1, "unfit": 3}


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("selftest", help="try the lab on what is known beforehand")
    parser.set_defaults(command=run)
    parser.add_argument("--seed", type=whole(0, 2**32), help="repeat the random order of another run")
    parser.add_argument("--results", type=Path, default=Path("results"), metavar="DIR", help="default: results")


def run(options: argparse.Namespace) -> int:
    """Prove, print, and keep what was found."""
    results = new_results(options.results, "selftest")
    console = wide_console()
    plan = make_plan(results.folder.resolve(), chosen_seed(options))
    with prepared(plan, results) as bench, watching(plan, console) as watcher:
        found = prove(bench, results.folder, Audience(watcher.trial, watcher.incident))
    kept = results.folder / "selftest.json"
    kept.write_text(found.model_dump_json(indent=1) + "\n", "utf-8")
    _show(found, console)
    console.print(f"kept in {kept}")
    return EXIT_CODES[found.word]


def _show(found: Verdict, console: Console) -> None:
    table = Table("known", "expected", "seen", "")
    for one in found.findings:
        table.add_row(one.name, one.expected, one.seen, "[green]yes[/]" if one.passed else "[red]no[/]")
    console.print(table)
    console.print(_sentence(found))


def _sentence(found: Verdict) -> str:
    if found.word == "unfit":
        return f"this machine is unfit to measure on now: {found.reason}"
    return f"selftest {found.word}"
