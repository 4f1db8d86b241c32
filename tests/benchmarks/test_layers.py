import pytest

from benchmarks.contenders import load
from benchmarks.layers.cost import LAYERS_FILE, layers, table
from benchmarks.plan import PROFILES, make_plan
from benchmarks.records import Run
from benchmarks.workloads import LAYER_WORKLOADS
from tests.benchmarks.factories import a_trial, an_environment

COST = {"constant": 0.15, "raw": 0.2, "validated": 0.25, "twin": 0.3}


@pytest.fixture
def run() -> Run:
    plan = make_plan("layers", load(LAYERS_FILE).contender, list(LAYER_WORKLOADS), PROFILES["quick"], seed=1)
    layer_of = {contender.name: contender.layer for contender in plan.contenders}
    return Run(
        plan=plan,
        environment=an_environment(),
        starts=[],
        trials=[
            a_trial(visit.contender, one.number, workload=visit.workload, cost=COST[layer_of[visit.contender]])
            for one in plan.rounds
            for visit in one.trials
        ],
    )


def test_every_layer_is_compared_with_the_raw_one_of_its_framework(run: Run) -> None:
    for layer in layers(run):
        if layer.layer == "raw":
            assert layer.ratio is None
        else:
            assert layer.ratio is not None
            assert layer.ratio.estimate == pytest.approx(COST[layer.layer] / COST["raw"])


def test_the_table_has_a_line_for_each_framework_layer_and_workload(run: Run) -> None:
    lines = table(layers(run)).splitlines()
    assert len(lines) == 2 + 2 * 4 * 2
    assert any("| Read one | FastAPI | twin | 300 (300–300) | 1.50" in line for line in lines)
