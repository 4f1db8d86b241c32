"""`generators`: how much load a core applies, with this project's client and with others."""

import argparse

from rich.console import Console
from rich.table import Table

from benchmarks import machine
from benchmarks.commands.arguments import Commands, seconds, whole
from benchmarks.commands.console import wide_console
from benchmarks.generators import trials
from benchmarks.text import interval, significant


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("generators", help="compare load generators against a server that costs nothing")
    parser.set_defaults(command=run)
    parser.add_argument("--seconds", type=seconds, default=2.0, help="how long each trial takes (default: 2)")
    parser.add_argument("--rounds", type=whole(2, 100), default=5, help="trials of each generator (default: 5)")


def run(options: argparse.Namespace) -> int:
    """Let each have its turn in every round, and print a table."""
    machine.require_linux()
    console, generators = wide_console(), trials.present()
    if trials.WRK not in generators:
        console.print(f"{trials.WRK} is not installed and left out")
    seen: list[trials.Trial] = []
    with trials.serving() as url:
        for number, held in enumerate(trials.rounds(generators, url, options.rounds, options.seconds, trials.run)):
            seen += held
            console.print(f"round {number + 1}  " + "  ".join(_line(trial) for trial in held))
    _show(seen, generators, console)
    return 0


def _line(trial: trials.Trial) -> str:
    return f"{trial.generator} {significant(trial.rate_per_s)}/s"


def _show(seen: list[trials.Trial], generators: list[str], console: Console) -> None:
    table = Table("generator", "requests/s", "requests per CPU second", "times FastHttpUser (95 % interval)")
    for name in generators:
        own = [trial for trial in seen if trial.generator == name]
        rate, per_cpu_s = (sum(values) / len(own) for values in _figures(own))
        ratio = None if name == _BASE else trials.against(seen, name, _BASE)
        table.add_row(name, significant(rate), significant(per_cpu_s), interval(ratio))
    console.print(table)


_BASE = "FastHttpUser"


def _figures(own: list[trials.Trial]) -> tuple[list[float], list[float]]:
    return [trial.rate_per_s for trial in own], [trial.per_cpu_s for trial in own]
