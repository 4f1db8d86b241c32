"""What each layer adds to a request, on the same server."""

from itertools import groupby
from statistics import fmean

from benchmarks.analyse import Analysis
from benchmarks.layers.cost import Layer
from benchmarks.report import html, strips
from benchmarks.report.strips import Strip
from benchmarks.text import significant
from benchmarks.workloads import ALL_WORKLOADS


def section(analysis: Analysis) -> str:
    """A drawing for each server and workload."""
    if not analysis.layers:
        return html.section("Layers", html.note(_NO_LAYERS))
    highest = [value for layer in analysis.layers for value in layer.cpu_us]
    drawn = "".join(_tower(list(same), highest) for _, same in groupby(analysis.layers, key=_place))
    return html.section("Layers", html.note(_NOTE), f'<div class="pair">{drawn}</div>')


_NO_LAYERS = (
    "Not measured in this run: `python -m benchmarks layers` tells what server, framework, validation, domain and "
    "database, and authentication add to a request."
)
_NOTE = (
    "CPU microseconds a request of applications of which each does more than the one above it, and beside it how much "
    "more, with its 95 % interval. All drawings have the same scale."
)


def _place(layer: Layer) -> tuple[str, str, str]:
    return layer.framework, layer.server, layer.workload


def _tower(layers: list[Layer], highest: list[float]) -> str:
    axis = strips.axis_of([0.0, *highest], ("", "CPU µs", "more than above"), logarithmic=False)
    first = layers[0]
    title = f"{first.framework} on {first.server}, {ALL_WORKLOADS[first.workload].title.lower()}"
    return strips.table(title, axis, [_strip(layer) for layer in layers if layer.cpu_us], "layers")


def _strip(layer: Layer) -> Strip:
    return Strip(layer.layer, layer.cpu_us, fmean(layer.cpu_us), significant(fmean(layer.cpu_us)), increment(layer))


def increment(layer: Layer) -> str:
    """What a layer adds, with its interval."""
    if layer.increment is None:
        return ""
    estimate, low, high = map(_signed, layer.increment)
    return f"{estimate} ({low} to {high})"


def _signed(value: float) -> str:
    return ("+" if value >= 0 else "−") + significant(abs(value))
