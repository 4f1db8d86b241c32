"""`layers`: what each layer of the twins costs."""

import argparse

from benchmarks import contenders
from benchmarks.carry_out import Setting, carry_out
from benchmarks.commands.arguments import Commands
from benchmarks.commands.budget import add_budget, chosen_profile, chosen_seed
from benchmarks.layers.cost import LAYERS_FILE
from benchmarks.plan import make_plan
from benchmarks.records import Plan
from benchmarks.workloads import LAYER_WORKLOADS

# With fewer, what a layer adds has no interval worth the name; sixteen servers take about two minutes a round.
_ROUNDS = 4
# A sitting is held again when one of its sixteen servers was not warm yet.
_WARM_UP_MAX_S = 2.0


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("layers", help="measure what each layer of the twins costs")
    parser.set_defaults(command=run)
    add_budget(parser)
    parser.set_defaults(rounds=_ROUNDS)


def run(options: argparse.Namespace) -> int:
    """Measure, and report what there is."""
    field = contenders.load(LAYERS_FILE)
    profile = chosen_profile(options)._replace(warm_up_max_s=_WARM_UP_MAX_S)
    plan = make_plan("layers", field.contender, list(LAYER_WORKLOADS), profile, chosen_seed(options))
    return carry_out(_of_layers(plan), Setting(options.results, profile))


def _of_layers(plan: Plan) -> Plan:
    """The same plan, whose trials say that they are about layers."""
    rounds = [
        planned.model_copy(update={"sittings": [one.model_copy(update={"part": "layers"}) for one in planned.sittings]})
        for planned in plan.rounds
    ]
    return plan.model_copy(update={"rounds": rounds})
