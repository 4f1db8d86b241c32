"""What a run of Schemathesis has done, read from the events that it writes (`--report ndjson`)."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PHASES = ("examples", "coverage", "fuzzing", "stateful")


@dataclass(frozen=True, order=True)
class Sent:
    """One request: where it came from, what it asked, how it was answered, and the checks that its answer passed."""

    phase: str
    operation: str
    status: int | None
    checks: tuple[tuple[str, str], ...]


@dataclass
class Outcome:
    """All requests of a run, in order, and what was said of them."""

    sent: list[Sent] = field(default_factory=list)
    identities: Counter[str] = field(default_factory=Counter)

    @property
    def phases(self) -> Counter[str]:
        """Number of requests by phase."""
        return Counter(sent.phase for sent in self.sent)

    @property
    def classes(self) -> Counter[str]:
        """Number of answers by class of status."""
        return Counter(f"{sent.status // 100}xx" if sent.status else "none" for sent in self.sent)

    @property
    def checks(self) -> Counter[str]:
        """Number of answers by the check that judged them."""
        return Counter(name for sent in self.sent for name, _verdict in sent.checks)

    @property
    def succeeded(self) -> set[str]:
        """The operations that have answered with what they are for."""
        return {sent.operation for sent in self.sent if sent.status and sent.status < 400}

    def summary(self) -> str:
        """Counts of requests and checks."""
        phases = ", ".join(f"{self.phases[name]} {name}" for name in PHASES)
        classes = ", ".join(f"{number} × {name}" for name, number in sorted(self.classes.items()))
        checks = f"{self.checks.total()} verdicts of {len(self.checks)} checks"
        return f"{len(self.sent)} requests ({phases}); {classes}; {checks}"


def read(*events: Path) -> Outcome:
    """The outcome of runs that are over, one after the other."""
    outcome = Outcome()
    for path in events:
        with path.open() as lines:
            for line in lines:
                scenario = json.loads(line).get("ScenarioFinished")
                if scenario:
                    _add(outcome, scenario["phase"], scenario["recorder"])
    return outcome


def _add(outcome: Outcome, phase: str, recorder: dict[str, Any]) -> None:
    for key, node in recorder.get("cases", {}).items():
        case = node["value"]
        outcome.identities[case.get("auth_identity", "nobody")] += 1
        answer = recorder.get("interactions", {}).get(key, {}).get("response") or {}
        verdicts = tuple((check["name"], check["status"]) for check in recorder.get("checks", {}).get(key, ()))
        outcome.sent.append(Sent(phase, f"{case['method']} {case['path']}", answer.get("status_code"), verdicts))


def differences(one: Outcome, other: Outcome) -> Iterator[str]:
    """Where two runs of the same requests part: the first ten requests that were answered or judged in another way."""
    if len(one.sent) != len(other.sent):
        yield f"{len(one.sent)} requests and {len(other.sent)}"
    unlike = [(n, a, b) for n, (a, b) in enumerate(zip(one.sent, other.sent, strict=False), 1) if a != b]
    for number, here, there in unlike[:10]:
        yield f"request {number}: {here} and {there}"
