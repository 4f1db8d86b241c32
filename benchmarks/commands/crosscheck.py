"""`crosscheck [DIR]`: the ratios for reading, by wrk, beside those of a run."""

import argparse
from pathlib import Path

from benchmarks import contenders, machine
from benchmarks.commands.arguments import Commands, names, seconds, whole
from benchmarks.commands.console import wide_console
from benchmarks.crosscheck.findings import findings, table
from benchmarks.crosscheck.turns import Turn, stage, turns
from benchmarks.failures import UsageError
from benchmarks.plan import USERS
from benchmarks.results import Results

WORKLOADS = ("read", "list")
DISAGREEMENT = 1


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("crosscheck", help="measure the ratios for reading with wrk")
    parser.set_defaults(command=run)
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="results to show beside them")
    parser.add_argument("--only", type=names, default=[], metavar="NAMES", help="contenders, by commas")
    parser.add_argument("--starts", type=whole(2, 100), default=8, help="starts of each server (default: 8)")
    parser.add_argument("--turns", type=whole(2, 1000), default=4, help="visits of each server a start (default: 4)")
    parser.add_argument("--connections", type=whole(1, 1000), default=USERS, help=f"at once (default: {USERS})")
    parser.add_argument("--seconds", type=seconds, default=1.0, help="length of a visit (default: 1)")


def run(options: argparse.Namespace) -> int:
    """Let wrk visit the servers by turns, and hold its ratios against those of the run."""
    machine.require_linux()
    if options.turns % 2:
        raise UsageError("--turns has to be even: each visit there has one on the way back")
    measured = Results(options.folder).load() if options.folder else None
    known = [one for one in contenders.load(contenders.CONTENDERS_FILE).contender if one.default or options.only]
    picked = contenders.choose(
        [one.name for one in known], options.only or [one.name for one in known], [], "contender"
    )
    chosen = [one for one in known if one.name in picked]
    console, seen = wide_console(), []
    for start in range(options.starts):
        with stage(chosen[::-1] if start % 2 else chosen, options.connections) as at:
            for workload in WORKLOADS:
                for turn in turns(at, workload, start, options.turns, options.seconds):
                    seen.append(turn)
                    console.print(_line(turn))
    found = findings(seen, chosen, measured)
    console.print(table(found))
    return DISAGREEMENT if measured and not all(one.agrees for one in found if one.by_lab) else 0


def _line(turn: Turn) -> str:
    cost_us = 1e6 * turn.slice.server_cpu_s / turn.slice.requests
    place = f"start {turn.start + 1}  {turn.workload}  turn {turn.number + 1}"
    return f"{place}  {turn.contender}  {cost_us:,.0f} µs CPU a request"
