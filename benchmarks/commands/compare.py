"""`compare`: contenders measured against each other."""

import argparse

from benchmarks import contenders
from benchmarks.carry_out import carry_out
from benchmarks.commands.arguments import Commands, names
from benchmarks.commands.budget import add_budget, chosen_profile, chosen_seed
from benchmarks.plan import make_plan
from benchmarks.workloads import WORKLOADS


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("compare", help="measure contenders against each other")
    parser.set_defaults(command=run)
    parser.add_argument("--only", type=names, default=[], metavar="NAMES", help="contenders, by commas")
    parser.add_argument("--except", dest="but", type=names, default=[], metavar="NAMES", help="not these")
    parser.add_argument("--workloads", type=names, default=[], metavar="NAMES", help=", ".join(WORKLOADS))
    add_budget(parser)


def run(options: argparse.Namespace) -> int:
    """Measure, and report what there is."""
    field = contenders.load(contenders.CONTENDERS_FILE)
    known = [contender.name for contender in field.contender]
    chosen = contenders.choose(known, options.only, options.but, "contender")
    workloads = contenders.choose(list(WORKLOADS), options.workloads, [], "workload")
    lineup = contenders.with_control([one for one in field.contender if one.name in chosen], field.control)
    plan = make_plan("compare", lineup, workloads, chosen_profile(options), chosen_seed(options))
    return carry_out(plan, options.results)
