"""`compare`: contenders measured against each other."""

import argparse
from pathlib import Path

from benchmarks import contenders
from benchmarks.carry_out import Setting, carry_out
from benchmarks.chats import TWINS
from benchmarks.commands.arguments import Commands, names
from benchmarks.commands.budget import add_budget, add_distribution, chosen_distribution, chosen_profile, chosen_seed
from benchmarks.plan import LADDER_WORKLOAD, Profile, make_plan
from benchmarks.records import Contender
from benchmarks.workloads import WORKLOADS


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("compare", help="measure contenders against each other")
    parser.set_defaults(command=run)
    parser.add_argument(
        "--contenders", type=Path, default=contenders.CONTENDERS_FILE, metavar="FILE", help="entries of your own"
    )
    parser.add_argument("--only", type=names, default=[], metavar="NAMES", help="contenders, by commas")
    parser.add_argument("--except", dest="but", type=names, default=[], metavar="NAMES", help="not these")
    parser.add_argument("--workloads", type=names, default=[], metavar="NAMES", help=", ".join(WORKLOADS))
    parser.add_argument(
        "--url", action="append", default=[], metavar="NAME=URL", help="also a server that runs elsewhere; repeatable"
    )
    parser.add_argument("--database", metavar="URL", help="PostgreSQL to use instead of a throw-away one")
    add_budget(parser)
    add_distribution(parser)


def run(options: argparse.Namespace) -> int:
    """Measure, and report what there is."""
    field = contenders.load(options.contenders)
    profile = chosen_profile(options)
    elsewhere = [contenders.elsewhere(text) for text in options.url]
    chosen = [*_chosen(options, field.contender, profile), *elsewhere]
    workloads = _workloads(options, profile)
    lineup = contenders.with_control(chosen, field.control)
    plan = make_plan("compare", lineup, workloads, profile, chosen_seed(options))
    setting = Setting(
        parent=options.results,
        profile=profile,
        distribution=chosen_distribution(options),
        database=options.database,
        ladder=_ladder(chosen, workloads, named=bool(options.only)),
    )
    return carry_out(plan, setting)


def _chosen(options: argparse.Namespace, known: list[Contender], profile: Profile) -> list[Contender]:
    """Those that were named, or else those of the profile; nobody when only servers elsewhere are measured."""
    usual = [one.name for one in known if profile.name in one.profiles]
    if options.url and not options.only:
        return []
    picked = contenders.choose([one.name for one in known], options.only or usual, options.but, "contender")
    return [one for one in known if one.name in picked]


def _workloads(options: argparse.Namespace, profile: Profile) -> list[str]:
    usual = [name for name, workload in WORKLOADS.items() if workload.quick or profile.name != "quick"]
    return contenders.choose(list(WORKLOADS), options.workloads or usual, [], "workload")


def _ladder(chosen: list[Contender], workloads: list[str], *, named: bool) -> tuple[str, ...]:
    """Whose latency against load is measured: each framework on its usual server, or whoever was asked for."""
    if LADDER_WORKLOAD not in workloads:
        return ()
    return tuple(one.name for one in chosen if one.name in TWINS or named or one.url)
