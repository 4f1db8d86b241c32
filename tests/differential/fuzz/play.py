"""A sequence played on both servers at once, up to the first answer that differs."""

import itertools
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.differential.fuzz.link import Answer, Link
from tests.differential.fuzz.side import Side
from tests.differential.fuzz.steps import Step
from tests.differential.fuzz.tally import Tally
from tests.differential.fuzz.world import preparations
from tests.differential.masks import Seen

# A thumbnail is made in the background, and a server says 202 until it is there.
SETTLED_WITHIN_S = 20
# A server that is busy, and a limit of logins that counts for an address and so for both sides and for everybody there.
PASSING = {429: "limit of logins", 503: "busy server"}


class Difference(NamedTuple):
    """The steps up to the one that was answered differently, and what was seen.

    `wanted` are those of the sequence, `steps` all that were sent, with what they presuppose.
    """

    wanted: tuple[Step, ...]
    steps: tuple[Step, ...]
    seen: tuple[Seen, Seen]

    @property
    def kind(self) -> str:
        """What differs in which operation, in a few words: differences of one kind are shown once."""
        one, other = self.seen
        if one.status == other.status and one.headers != other.headers:
            # Most often one cause for all operations.
            names = sorted({name for name, _ in {*one.headers} ^ {*other.headers}})
            return f"header {', '.join(names) or 'that is doubled'}"
        what = "body" if one.status == other.status else f"status {one.status or 'none'} and {other.status or 'none'}"
        step = self.steps[-1]
        return f"{step.operation}{'' if step.operation.startswith(step.method) else f' by {step.method}'}: {what}"


@dataclass
class Player:
    """Two servers, and names that no sequence has used before."""

    links: tuple[Link, Link]
    tally: Tally
    excused: frozenset[str] = frozenset()
    _run: int = field(default_factory=lambda: secrets.randbelow(10**8))
    _number: "itertools.count[int]" = field(default_factory=itertools.count)

    def play(self, sequence: Iterable[Step]) -> Difference | None:
        """Send every step, and before it what it presupposes; None when all answers are alike."""
        number = next(self._number)
        sides = [Side(link, f"7{self._run:08}{number:07}{side}", self.excused) for side, link in enumerate(self.links)]
        self.tally.begin()
        wanted: list[Step] = []
        played: list[Step] = []
        for next_wanted in sequence:
            wanted.append(next_wanted)
            for step in (*preparations(next_wanted, sides[0].values.keys()), next_wanted):
                played.append(step)
                answers = self._ask(step, sides)
                passing = {answer.status for answer in answers} & set(PASSING)
                if passing:
                    self.tally.break_off(PASSING[passing.pop()])
                    return None
                one, other = (side.seen(step, answer) for side, answer in zip(sides, answers, strict=True))
                if one != other:
                    return Difference(tuple(wanted), tuple(played), (one, other))
        return None

    def _ask(self, step: Step, sides: list[Side]) -> list[Answer]:
        deadline = time.monotonic() + SETTLED_WITHIN_S
        answers = self._exchange(step, sides)
        while 202 in {answer.status for answer in answers} and time.monotonic() < deadline:
            time.sleep(0.02)
            answers = self._exchange(step, sides)
        for side, answer in zip(sides, answers, strict=True):
            side.keep(step, answer)
        return answers

    def _exchange(self, step: Step, sides: list[Side]) -> list[Answer]:
        for side in sides:
            side.send(step)
        answers = [side.link.receive(step.method) for side in sides]
        if step.declares("content-length"):
            # What comes next would be taken for the body that was announced.
            self.close()
        self.tally.add(step.operation, answers[0].status)
        return answers

    def close(self) -> None:
        """End both connections."""
        for link in self.links:
            link.close()
