"""`transfers`: a large catalogue moved into and out of each twin."""

import argparse

from benchmarks import contenders, machine
from benchmarks.commands.arguments import Commands, names, whole
from benchmarks.transfers import BOUND_BYTES, measure


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("transfers", help="import and export a large catalogue")
    parser.set_defaults(command=run)
    parser.add_argument("--rows", type=whole(1, 100_000_000), default=1_000_000, help="default: 1000000")
    parser.add_argument("--database", metavar="URL", help="instead of a new SQLite file; its rows stay there")
    parser.add_argument("--only", type=names, default=[], metavar="NAMES", help="contenders, by commas")


def run(options: argparse.Namespace) -> int:
    """Measure; 1 when memory grew beyond the bound."""
    machine.require_linux()
    field = contenders.load(contenders.CONTENDERS_FILE)
    known = [contender.name for contender in field.contender]
    defaults = [contender.name for contender in field.contender if contender.default]
    chosen = contenders.choose(known, options.only or defaults, [], "contender")
    growth = 0
    for contender in field.contender:
        for done in measure(contender, options.rows, options.database) if contender.name in chosen else ():
            print(done, flush=True)
            growth = max(growth, done.growth_bytes)
    return int(growth > BOUND_BYTES)
