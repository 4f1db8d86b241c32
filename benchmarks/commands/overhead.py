"""`overhead`: what the lab itself costs the servers that it measures."""

import argparse

from rich.table import Table

from benchmarks import contenders, machine
from benchmarks.commands.arguments import Commands, names, whole
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
    parser.add_argument("--visits", type=whole(10, 10_000), default=30, help="visits of each (default: 30)")
    parser.add_argument("--seconds", type=whole(1, 600), default=10, help="length of a visit (default: 10)")


def run(options: argparse.Namespace) -> int:
    """Let wrk visit each server while the lab's watch works and rests by turns; print the ratio of CPU per request."""
    machine.require_linux()
    known = contenders.load(contenders.CONTENDERS_FILE).contender
    picked = contenders.choose([one.name for one in known], options.only, [], "contender")
    chosen = [one for one in known if one.name in picked]
    console, seen = wide_console(), []
    with stage(chosen) as at:
        for visit in visits(at, options.visits, options.seconds):
            seen.append(visit)
            if len(seen) % (10 * len(chosen)) == 0:
                console.print(f"{len(seen) // len(chosen)} of {options.visits} visits of each")
    table = Table("GET /books/{book_id}", "what the watch adds to CPU per request (95 %)", "visits")
    for one in chosen:
        own = [visit for visit in seen if visit.contender == one.name]
        table.add_row(one.label, _percent(overhead(own)), str(len(own)))
    console.print(table)
    return 0


def _percent(ratio: Ratio) -> str:
    estimate, low, high = (f"{100 * (one - 1):+.1f}" for one in (ratio.estimate, ratio.low, ratio.high))
    return f"{estimate} % ({low} to {high} %)"
