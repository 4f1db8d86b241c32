"""Runs to report on, and a reader of the page."""

from functools import cache
from html.parser import HTMLParser

from benchmarks.analyse import Analysis, CapacityFound, analyse
from benchmarks.layers.cost import Increment, Layer
from benchmarks.ratios import Ratio
from benchmarks.records import Run
from benchmarks.workloads import WORKLOADS
from tests.benchmarks.factories import a_busy_run, a_contender, a_plan, a_run, a_trial, an_environment, wobble

HOSTILE = '<script>alert("1")</script>|&`'
_VOID = {"meta", "br"}


class Elements(HTMLParser):
    """Tags and attributes of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.classes: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.classes += (dict(attrs).get("class") or "").split()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@cache
def everything() -> tuple[Run, Analysis]:
    """All workloads on five contenders, with a ladder, invalid trials, incidents, capacities and layers."""
    run = a_busy_run(tuple(WORKLOADS))
    found = CapacityFound(
        contender="flask-gunicorn", workload="read", promise="p99 < 50 ms", rates_per_s=[1510, 1490, 1523],
        interval=Ratio(1507.6, 1466.2, 1550.2, 0.0, 0.011, 3, 2), unsettled=["round 4: no rate was kept"],
    )  # fmt: skip
    floors = [("empty", [101.0, 103.0], None), ("framework", [161.0, 163.0], Increment(60.0, 58.5, 61.5))]
    layers = [
        Layer(framework="Flask", server="gunicorn", workload="read", layer=name, cpu_us=values, increment=increment)
        for name, values, increment in floors
    ]
    return run, analyse(run).model_copy(update={"capacities": [found], "layers": layers})


def a_hostile_run() -> Run:
    """Whatever a server or a machine may call itself or answer."""
    contenders = [a_contender("one", HOSTILE, "x"), a_contender("two", "Other", "x")]
    contenders = [one.model_copy(update={"command": [HOSTILE]}) for one in contenders]
    environment = an_environment(revision=HOSTILE, machine={"processor": HOSTILE, "cores": HOSTILE, HOSTILE: HOSTILE})
    run = a_run(a_plan(contenders=contenders), lambda name, number: len(name) * wobble(name, number), environment)
    bad = a_trial("one", attempt=2, invalid=[f"answers: 3 × {HOSTILE}\n\n# second"])
    return run.model_copy(update={"trials": [*run.trials, bad]})
