"""`overhead`: what the lab itself costs the servers that it measures."""

import argparse

from rich.table import Table

from benchmarks import contenders, machine
from benchmarks.commands.arguments import Commands, names, seconds, whole
from benchmarks.commands.console import wide_console
from benchmarks.crosscheck.overhead import overhead, visits
from benchmarks.crosscheck.turns import stage
from benchmarks.ratios import Ratio

TWINS = ["flask-gunicorn", "fastapi-uvicorn"]


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("overhead", help="measure what the lab costs the servers that it measures")
    parser.set_defaults(command=run)
    parser.add_argument("--only", type=names, default=TWINS, metavar="NAMES", help="contenders, by commas")
    parser.add_argument("--visits", type=whole(10, 10_000), default=60, help="pairs of visits of each (default: 60)")
    parser.add_argument("--seconds", type=seconds, default=1.0, help="length of a visit (default: 1)")


def run(options: argparse.Namespace) -> int:
    """Let wrk visit each server with the lab's watch and without it, and print the ratio of CPU per request."""
    machine.require_linux()
    known = contenders.load(contenders.CONTENDERS_FILE).contender
    picked = contenders.choose([one.name for one in known], options.only, [], "contender")
    chosen = [one for one in known if one.name in picked]
    console, seen = wide_console(), []
    with stage(chosen) as at:
        for pair in visits(at, options.visits, options.seconds):
            seen.append(pair)
            if len(seen) % (10 * len(chosen)) == 0:
                console.print(f"{len(seen) // len(chosen)} of {options.visits} pairs of visits of each")
    table = Table("GET /books/{book_id}", "what the watch adds to CPU per request (95 %)", "pairs of visits")
    for one in chosen:
        own = [pair for pair in seen if pair.contender == one.name]
        table.add_row(one.label, _percent(overhead(own)), str(len(own)))
    console.print(table)
    return 0


def _percent(ratio: Ratio) -> str:
    estimate, low, high = (f"{100 * (one - 1):+.1f}" for one in (ratio.estimate, ratio.low, ratio.high))
    return f"{estimate} % ({low} to {high} %)"
