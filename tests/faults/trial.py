"""One fault in one twin: the production server with the fault, the rules that are about it, and what they said."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple
from xml.etree import ElementTree

from tests.conftest import CHEAP_HASHES, PATIENCE, SECRET
from tests.faults import forks
from tests.faults.fault import Fault
from tests.faults.serve import faulty

Verdict = Literal["killed", "survived", "broken"]
Kind = Literal["passed", "skipped", "failure", "error"]
_FROM_BEST_TO_WORST: tuple[Kind, ...] = ("passed", "skipped", "failure", "error")

# A rule that waits for ever kills nothing.
RULES_S, SUITE_S = 150, 900
MAX_SAID = 120


class Outcome(NamedTuple):
    """How a rule ended in the worst of its cases, and the first line of what it said."""

    kind: Kind
    said: str = ""


class Trial(NamedTuple):
    """What became of a fault: killed by all of its rules, survived by one, or broken, which proves nothing.

    `others` is how many rules beside its own failed, None when they were not asked.
    """

    fault: str
    twin: str
    verdict: Verdict
    rule: str
    said: str
    others: int | None = None


def run(fault: Fault, twin: str, *, everything: bool = False) -> Trial:
    """Start the twin with the fault and ask its rules; with `everything`, all the others too."""
    try:
        with _server(twin, {**fault.settings, **faulty(fault.name)}) as url:
            outcomes = judged(url, fault.rules)
            others = _failed_beside(url, fault.rules) if everything else None
    except RuntimeError as error:
        return Trial(fault.name, twin, "broken", "", str(error).strip().splitlines()[-1][:MAX_SAID])
    verdict, rule = _verdict(outcomes)
    return Trial(fault.name, twin, verdict, rule, outcomes[rule].said, others)


def control(twin: str, settings: Mapping[str, str], rules: Sequence[str]) -> dict[str, Outcome]:
    """Those rules that do not even pass without a fault: their failure proves nothing."""
    with _server(twin, settings) as url:
        return {rule: outcome for rule, outcome in judged(url, rules).items() if outcome.kind != "passed"}


def judged(url: str, rules: Sequence[str]) -> dict[str, Outcome]:
    """How each rule ends on the server at `url`; of a single one, the first case that fails is enough."""
    nodes = [f"tests/contract/{rule}" for rule in rules]
    found = _pytest(url, [*nodes, "-x"] if len(nodes) == 1 else nodes, RULES_S)
    return {rule: found.get(rule, Outcome("error", "The rule did not run.")) for rule in rules}


@contextmanager
def _server(twin: str, settings: Mapping[str, str]) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="books-faults-") as name:
        folder = Path(name)
        environment = {
            "DATABASE_URL": f"sqlite:///{folder}/books.sqlite3",
            "SECRET_KEY": SECRET,
            "FILES_DIR": str(folder / "files"),
            **CHEAP_HASHES,
            **PATIENCE,
            **settings,
        }
        with forks.serving(twin, environment, folder / "log") as url:
            yield url


def _failed_beside(url: str, rules: Sequence[str]) -> int:
    found = _pytest(url, ["tests/contract"], SUITE_S)
    return sum(outcome.kind in {"failure", "error"} for rule, outcome in found.items() if rule not in rules)


def _verdict(outcomes: Mapping[str, Outcome]) -> tuple[Verdict, str]:
    """What the rules say together, and which of them."""
    for rule, outcome in outcomes.items():
        # An error is in what a rule needs before it can judge: it did not judge.
        if outcome.kind in {"error", "skipped"}:
            return "broken", rule
    survivors = [rule for rule, outcome in outcomes.items() if outcome.kind == "passed"]
    return ("survived", survivors[0]) if survivors else ("killed", next(iter(outcomes)))


def _pytest(url: str, arguments: Sequence[str], patience_s: float) -> dict[str, Outcome]:
    """How each rule ended; nothing of a run that took too long."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        options = ["-p", "pytest_timeout", "-p", "no:cacheprovider", f"--junitxml={report.name}", "--base-url", url]
        forks.run_pytest([*options, *arguments], patience_s)
        text = Path(report.name).read_text()
    return _read(text) if text else {}


def _read(report: str) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    for case in ElementTree.fromstring(report).iter("testcase"):  # noqa: S314  # of our own pytest
        rule = f"{case.attrib['classname'].rpartition('.')[2]}.py::{case.attrib['name'].partition('[')[0]}"
        outcomes[rule] = max(outcomes.get(rule, Outcome("passed")), _outcome(case), key=_badness)
    return outcomes


def _badness(outcome: Outcome) -> int:
    return _FROM_BEST_TO_WORST.index(outcome.kind)


def _outcome(case: ElementTree.Element) -> Outcome:
    for kind in reversed(_FROM_BEST_TO_WORST[1:]):
        found = case.find(kind)
        if found is not None:
            return Outcome(kind, " ".join(found.attrib["message"].split())[:MAX_SAID])
    return Outcome("passed")
