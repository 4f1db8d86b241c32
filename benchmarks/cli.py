"""`python -m benchmarks compare | layers | chats | transfers | report DIR`."""

import argparse
import re
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table

from benchmarks import chats, contenders, machine
from benchmarks.catalogue import Catalogue
from benchmarks.failures import LabError
from benchmarks.layers.cost import LAYERS_FILE
from benchmarks.measure import Bench, measure_round
from benchmarks.plan import PROFILES, Profile, duration_s, make_plan
from benchmarks.progress import watching
from benchmarks.records import Plan
from benchmarks.report import publish
from benchmarks.results import Results
from benchmarks.text import minutes
from benchmarks.transfers import BOUND_BYTES
from benchmarks.transfers import measure as measure_transfers
from benchmarks.workloads import LAYER_WORKLOADS, WORKLOADS

INTERRUPTED = 130
_SETTINGS = {"database": "SQLite", "access log": "off", "connections": "kept alive"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; what stops it is one line on stderr and an exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except LabError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def compare(options: argparse.Namespace) -> int:
    """Measure contenders against each other."""
    field = contenders.load(contenders.CONTENDERS_FILE)
    known = [contender.name for contender in field.contender]
    names = contenders.choose(known, options.only, options.but, "contender")
    workloads = contenders.choose(list(WORKLOADS), options.workloads, [], "workload")
    chosen = [contender for contender in field.contender if contender.name in names]
    lineup = contenders.with_control(chosen, field.control)
    return carry_out(make_plan("compare", lineup, workloads, _profile(options), _seed(options)), options)


def layers(options: argparse.Namespace) -> int:
    """Measure what each layer of the twins costs."""
    field = contenders.load(LAYERS_FILE)
    workloads = list(LAYER_WORKLOADS)
    return carry_out(make_plan("layers", field.contender, workloads, _profile(options), _seed(options)), options)


def report(options: argparse.Namespace) -> int:
    """Render a run again from its raw data."""
    print(publish(Results(options.folder)))
    return 0


def chat(options: argparse.Namespace) -> int:
    """Measure what open chats cost, and what plain requests feel of them."""
    machine.require_linux()
    table = Table(*chats.HEADINGS)
    for seen in chats.measure(options.streams, options.rate, options.seconds):
        table.add_row(*chats.row(seen))
    Console(width=120).print(table)
    return 0


def transfers(options: argparse.Namespace) -> int:
    """Move a large catalogue into and out of each twin; 1 when memory grew beyond the bound."""
    machine.require_linux()
    field = contenders.load(contenders.CONTENDERS_FILE)
    known = [contender.name for contender in field.contender]
    defaults = [contender.name for contender in field.contender if contender.default]
    names = contenders.choose(known, options.only or defaults, [], "contender")
    growth = 0
    for contender in field.contender:
        for done in measure_transfers(contender, options.rows, options.database) if contender.name in names else ():
            print(done, flush=True)
            growth = max(growth, done.growth_bytes)
    return int(growth > BOUND_BYTES)


def carry_out(plan: Plan, options: argparse.Namespace) -> int:
    """Do what the plan says, and report what there is, even when it was interrupted."""
    machine.require_linux()
    console = Console(soft_wrap=True)
    results = Results.create(options.results, f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{plan.kind}")
    console.print(
        f"{len(plan.rounds)} rounds, {plan.starts} server starts, {plan.trials} trials; "
        f"about {minutes(duration_s(plan))} minutes",
        highlight=False,
    )
    try:
        _measure(plan, results, console)
    except KeyboardInterrupt:
        console.print("interrupted; this is what there is:")
        _publish(results, console)
        return INTERRUPTED
    except LabError:
        _publish(results, console)
        raise
    _publish(results, console)
    return 0


def _measure(plan: Plan, results: Results, console: Console) -> None:
    began = time.monotonic()
    workers = max(contender.workers for contender in plan.contenders)
    environment = machine.describe(*machine.share_cores(workers), _SETTINGS)
    results.save_plan(plan, environment)
    with tempfile.TemporaryDirectory(prefix="lab-") as folder, watching(plan, console) as watcher:
        catalogue = Catalogue(Path(folder))
        catalogue.seed(plan.catalogue_rows)
        bench = Bench(plan, environment, catalogue, results)
        for planned in plan.rounds:
            if _too_late(plan, planned.number, time.monotonic() - began):
                return
            measure_round(bench, planned, watcher.trial)


def _too_late(plan: Plan, rounds_done: int, spent_s: float) -> bool:
    """Whether another round like those so far would end after the limit."""
    if plan.limit_s is None or not rounds_done:
        return False
    return spent_s * (rounds_done + 1) / rounds_done > plan.limit_s


def _publish(results: Results, console: Console) -> None:
    if any(results.folder.glob("trials/*.json")):
        console.print(publish(results), highlight=False, soft_wrap=True)


def _profile(options: argparse.Namespace) -> Profile:
    profile = PROFILES[options.profile]
    chosen = options.rounds is not None or options.seconds is not None
    return profile._replace(
        rounds=options.rounds or profile.rounds,
        measure_s=options.seconds or profile.measure_s,
        limit_s=None if chosen else profile.limit_s,
    )


def _seed(options: argparse.Namespace) -> int:
    return secrets.randbelow(2**32) if options.seed is None else int(options.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the twins side by side.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    comparing = commands.add_parser("compare", help="measure contenders against each other")
    comparing.set_defaults(command=compare)
    comparing.add_argument("--only", type=_names, default=[], metavar="NAMES", help="contenders, by commas")
    comparing.add_argument("--except", dest="but", type=_names, default=[], metavar="NAMES", help="not these")
    comparing.add_argument("--workloads", type=_names, default=[], metavar="NAMES", help=", ".join(WORKLOADS))
    _add_budget(comparing)
    layering = commands.add_parser("layers", help="measure what each layer of the twins costs")
    layering.set_defaults(command=layers)
    _add_budget(layering)
    chatting = commands.add_parser("chats", help="measure what open chats cost, and plain requests beside them")
    chatting.set_defaults(command=chat)
    chatting.add_argument("--streams", type=_whole(1, 1000), default=200, help="open at once (default: 200)")
    chatting.add_argument("--rate", type=float, default=2.0, help="tokens a second in each (default: 2)")
    chatting.add_argument("--seconds", type=_seconds, default=10.0, help="how long requests are sent (default: 10)")
    moving = commands.add_parser("transfers", help="import and export a large catalogue")
    moving.set_defaults(command=transfers)
    moving.add_argument("--rows", type=_whole(1, 100_000_000), default=1_000_000, help="default: 1000000")
    moving.add_argument("--database", metavar="URL", help="instead of a new SQLite file; its rows stay there")
    moving.add_argument("--only", type=_names, default=[], metavar="NAMES", help="contenders, by commas")
    reporting = commands.add_parser("report", help="render a run again from its raw data")
    reporting.set_defaults(command=report)
    reporting.add_argument("folder", type=Path, metavar="DIR")
    return parser


def _add_budget(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", choices=PROFILES, default="quick", help="budget (default: quick)")
    parser.add_argument("--rounds", type=_whole(1, 1000), help="server starts of each contender")
    parser.add_argument("--seconds", type=_seconds, help="how long each trial is measured")
    parser.add_argument("--seed", type=_whole(0, 2**32), help="repeat the random order of another run")
    parser.add_argument("--results", type=Path, default=Path("results"), metavar="DIR", help="default: results")


def _names(text: str) -> list[str]:
    return [name for name in re.split(r"[,\s]+", text) if name]


def _whole(low: int, high: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return whole


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0.1 to 3600")
    return seconds
