"""The ratios of a run as one picture that stands alone: for a README, where there is no page around it."""

from collections.abc import Sequence
from itertools import groupby

from benchmarks.analyse import Analysis, Comparison
from benchmarks.records import Run
from benchmarks.report import svg, words
from benchmarks.report.ratio_charts import SAME, Evidence, ends, planned
from benchmarks.report.scales import Scale, tick
from benchmarks.workloads import ALL_WORKLOADS

_WIDTH, _LEFT, _RIGHT = 820, 150, 560
_ROW, _HEAD, _FOOT = 20, 30, 34
# What a reader of a README asks; the page has the others.
_KINDS = ("stack", "framework", "control")
# An image has no page whose colours it could take over.
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1c2127}.head{font-weight:600}.tick,.note{fill:#586270;font-size:11px}"
    ".grid{stroke:#d9dee4}.one{stroke:#586270}.same{fill:#e3e8ed}"
    ".round{stroke:var(--c);stroke-width:5;stroke-linecap:round;opacity:.35;fill:none}"
    ".interval,.middle{stroke:var(--c);stroke-width:2}.middle{stroke-width:3}"
    "g{--c:#46535f}.faster{--c:#0a66b0}.slower{--c:#b3500a}.word{fill:var(--c)}"
    "@media (prefers-color-scheme:dark){text{fill:#e4e8ec}.tick,.note{fill:#9ba6b0}.grid{stroke:#333c45}"
    ".one{stroke:#9ba6b0}.same{fill:#29313a}g{--c:#aab6c0}.faster{--c:#6db3f2}.slower{--c:#f0a35e}}"
)


def forest(run: Run, analysis: Analysis) -> str:
    """An SVG file: each ratio of CPU with its rounds, its interval and its verdict."""
    shown = sorted(
        (one for one in planned(run, analysis, "cpu") if one.kind in _KINDS and one.ratio),
        key=lambda one: _KINDS.index(one.kind),
    )
    pairs = [list(ones) for _, ones in groupby(shown, key=lambda one: (one.base, one.other))]
    reach = [end for one in shown if one.ratio for end in ends(one.ratio)]
    scale = Scale.around([0.9, 1.1, *reach], _LEFT, _RIGHT, logarithmic=True)
    height = _HEAD * len(pairs) + _ROW * len(shown) + _FOOT
    evidence, parts, top = Evidence.of(analysis), [_ground(scale, height)], 0.0
    for ones in pairs:
        parts.append(svg.words((0, top + _HEAD - 10), words.pair_title(run.plan.contenders, ones[0]), "head"))
        parts += _rows(ones, evidence, scale, top + _HEAD)
        top += _HEAD + _ROW * len(ones)
    drawn = svg.tag("style", _STYLE) + "".join(parts)
    return svg.picture("CPU per request, compared", _caption(run), _WIDTH, height, drawn).replace(
        "<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1
    )


def _ground(scale: Scale, height: float) -> str:
    bottom = height - _FOOT
    band = svg.band(scale.at(SAME[0]), 0, scale.at(SAME[1]), bottom, "same")
    note = svg.words((0, height - 6), "left of 1: less CPU for the same requests; band: within 3 %", "note")
    lines = "".join(
        svg.line((scale.at(value), 0), (scale.at(value), bottom), "one" if value == 1 else "grid")
        + svg.words((scale.at(value), bottom + 14), tick(value), "tick", anchor="middle")
        for value in scale.ticks(9)
    )
    return band + lines + note


def _rows(ones: Sequence[Comparison], evidence: Evidence, scale: Scale, top: float) -> list[str]:
    return [_row(one, evidence, scale, top + _ROW * (number + 0.5)) for number, one in enumerate(ones)]


def _row(one: Comparison, evidence: Evidence, scale: Scale, middle: float) -> str:
    assert one.ratio  # noqa: S101  # only what has a ratio is shown
    at = scale.at(one.ratio.estimate)
    parts = (
        svg.words((12, middle + 4), ALL_WORKLOADS[one.workload].title),
        svg.dots([(scale.at(value), middle) for value in evidence.ratios(one)], "round"),
        svg.line((scale.at(one.ratio.low), middle), (scale.at(one.ratio.high), middle), "interval"),
        svg.line((at, middle - 7), (at, middle + 7), "middle"),
        svg.words((_RIGHT + 12, middle + 4), words.interval(one.ratio)),
        svg.words((_RIGHT + 140, middle + 4), one.word, "word"),
    )
    return svg.tag("g", "".join(parts), class_=one.word.replace(" ", "-"))


def _caption(run: Run) -> str:
    place = run.environment
    return f"Ratios with 95 % intervals, {place.started_at[:10]}, {place.machine.get('processor', 'unknown processor')}"
