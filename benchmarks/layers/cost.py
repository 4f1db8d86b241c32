"""What a request costs by layer, and what each layer adds to the one below it on the same server.

From the bottom up: the server alone, the framework's routing, validation of raw rows, the whole twin, and the twin
when it must find out who is asking.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import NamedTuple

from benchmarks.ratios import CONFIDENCE, t_quantile
from benchmarks.records import Contender, Record, Run
from benchmarks.text import significant
from benchmarks.workloads import ALL_WORKLOADS

LAYERS_FILE = Path(__file__).with_name("layers.toml")
LAYERS = ("empty", "framework", "validation", "domain", "authentication")
# The same application as the layer below, asked for what only a known user may have.
AUTHENTICATED_WORKLOAD = "me"
_AUTHENTICATED_OVER = "read"


class Increment(NamedTuple):
    """CPU that a layer adds to a request, with its 95 % interval."""

    estimate_us: float
    low_us: float
    high_us: float


class Layer(Record):
    """CPU of one application for a request, round by round, and what that is more than a layer below."""

    framework: str
    server: str
    workload: str
    layer: str
    cpu_us: list[float]
    # None at the bottom, and with fewer than two rounds in which both were measured.
    increment: Increment | None


class _Tier(NamedTuple):
    layer: str
    contender: str
    workload: str


def layers(run: Run) -> list[Layer]:
    """Every layer that was measured: server by server, workload by workload, from the bottom up."""
    cost_us = _costs_us(run)
    found = []
    for framework, server, workload, tiers in _towers(run):
        below: dict[int, float] = {}
        for tier in tiers:
            own = cost_us.get((tier.contender, tier.workload), {})
            if own:
                increment = _increment(own, below)
                found.append(
                    Layer(
                        framework=framework,
                        server=server,
                        workload=workload,
                        layer=tier.layer,
                        cpu_us=list(own.values()),
                        increment=increment,
                    )
                )
                below = own
    return found


def _costs_us(run: Run) -> dict[tuple[str, str], dict[int, float]]:
    """CPU of a request by round; of attempts the last that was valid."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for trial in sorted(run.trials, key=lambda trial: (trial.round, trial.attempt)):
        if not trial.invalid and trial.requests:
            found.setdefault((trial.contender, trial.workload), {})[trial.round] = 1000 * trial.cpu_s_per_1000
    return found


def _towers(run: Run) -> list[tuple[str, str, str, list[_Tier]]]:
    """What stands on what: for each server and workload the applications that have it, lowest first."""
    stacks: dict[tuple[str, str], list[Contender]] = {}
    for contender in sorted(run.plan.contenders, key=_height):
        if contender.layer:
            stacks.setdefault((contender.framework, contender.server), []).append(contender)
    return [
        (framework, server, workload, _tiers(stack, workload, run.plan.workloads))
        for (framework, server), stack in stacks.items()
        for workload in run.plan.workloads
        if workload != AUTHENTICATED_WORKLOAD
    ]


def _height(contender: Contender) -> int:
    return LAYERS.index(contender.layer) if contender.layer in LAYERS else len(LAYERS)


def _tiers(stack: Sequence[Contender], workload: str, measured: Sequence[str]) -> list[_Tier]:
    tiers = [_Tier(contender.layer, contender.name, workload) for contender in stack]
    if workload == _AUTHENTICATED_OVER and AUTHENTICATED_WORKLOAD in measured:
        tiers.append(_Tier("authentication", stack[-1].name, AUTHENTICATED_WORKLOAD))
    return tiers


def _increment(own: dict[int, float], below: dict[int, float]) -> Increment | None:
    """Student's t over the differences of rounds: what both share, such as a slow minute, is not in them."""
    differences = [own[number] - below[number] for number in sorted(own.keys() & below.keys())]
    if len(differences) < 2:
        return None
    mean = fmean(differences)
    error = stdev(differences) / math.sqrt(len(differences))
    half = t_quantile((1 + CONFIDENCE) / 2, len(differences) - 1) * error
    return Increment(mean, mean - half, mean + half)


def table(found: Sequence[Layer]) -> str:
    """The layers as Markdown, which is also how they are printed."""
    lines = ["| workload | server | layer | CPU per request, µs | more than the layer below, µs (95 % interval) |"]
    return "\n".join([*lines, "|---|---|---|---|---|", *map(_line, found)])


def _line(layer: Layer) -> str:
    title, server = ALL_WORKLOADS[layer.workload].title, f"{layer.framework} on {layer.server}"
    more = "–"
    if layer.increment:
        estimate, low, high = (_signed(value) for value in layer.increment)
        more = f"{estimate} ({low} to {high})"
    return f"| {title} | {server} | {layer.layer} | {significant(fmean(layer.cpu_us))} | {more} |"


def _signed(value: float) -> str:
    return ("+" if value >= 0 else "−") + significant(abs(value))
