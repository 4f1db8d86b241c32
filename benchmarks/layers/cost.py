"""What a request costs by layer: the twins beside bare applications of the same framework on the same server."""

from pathlib import Path
from statistics import median

from benchmarks.ratios import Ratio, paired_ratio
from benchmarks.records import Record, Run
from benchmarks.text import significant
from benchmarks.workloads import ALL_WORKLOADS

LAYERS_FILE = Path(__file__).with_name("layers.toml")
BASE = "raw"


class Layer(Record):
    """CPU of one application for one workload, and how it compares with the raw one of the same framework."""

    framework: str
    layer: str
    workload: str
    cpu_us: list[float]
    ratio: Ratio | None


def layers(run: Run) -> list[Layer]:
    """Every layer that was measured: framework by framework, workload by workload."""
    cost_us = {
        (trial.contender, trial.workload, trial.round): 1000 * trial.cpu_s_per_1000
        for trial in run.trials
        if not trial.invalid
    }
    base = {contender.framework: contender.name for contender in run.plan.contenders if contender.layer == BASE}
    found = []
    for workload in run.plan.workloads:
        for contender in run.plan.contenders:
            mine, theirs = (
                {place[2]: cost for place, cost in cost_us.items() if place[:2] == (name, workload)}
                for name in (contender.name, base.get(contender.framework))
            )
            common = sorted(mine.keys() & theirs.keys()) if contender.layer != BASE else []
            found.append(
                Layer(
                    framework=contender.framework,
                    layer=contender.layer,
                    workload=workload,
                    cpu_us=list(mine.values()),
                    ratio=_paired([mine[number] for number in common], [theirs[number] for number in common]),
                )
            )
    return found


def _paired(mine: list[float], theirs: list[float]) -> Ratio | None:
    return paired_ratio(mine, theirs) if len(mine) > 1 else None


def table(found: list[Layer]) -> str:
    """The layers as Markdown, which is also how they are printed."""
    lines = ["| workload | framework | layer | CPU per request, µs | ÷ raw (95 % interval) |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(_line(layer) for layer in found if layer.cpu_us)])


def _line(layer: Layer) -> str:
    spread = f"{significant(median(layer.cpu_us))} ({significant(min(layer.cpu_us))}–{significant(max(layer.cpu_us))})"
    ratio = f"{layer.ratio.estimate:.2f} ({layer.ratio.low:.2f}–{layer.ratio.high:.2f})" if layer.ratio else "–"
    return f"| {ALL_WORKLOADS[layer.workload].title} | {layer.framework} | {layer.layer} | {spread} | {ratio} |"
