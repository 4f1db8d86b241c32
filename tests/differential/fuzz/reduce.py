"""A sequence that differs, made as short and as plain as it can be.

Steps presuppose nothing that they do not make, so most can be taken out, and whatever is left out of a step leaves a
step. That needs some tens of tries. Hypothesis, which knows neither, was still at it after thousands.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias, TypeVar

from tests.differential.fuzz.play import Difference
from tests.differential.fuzz.steps import Step
from tests.differential.fuzz.values import MISSING_ID, as_json

Part = TypeVar("Part")
_ID = re.compile(r"@\{\w+_(?:book|todo|covered)\}")
Sequence: TypeAlias = tuple[Step, ...]
# The difference of a sequence, if it is still of the kind that is looked for.
Try: TypeAlias = Callable[[Sequence], Difference | None]


def reduced(found: Difference, again: Try) -> Difference:
    """The smallest difference that can be reached from `found` by leaving something out at a time."""
    found = _fewer_steps(found, again)
    while (plainer := _first(again, _plainer(found.wanted))) is not None:
        found = plainer
    return found


def _fewer_steps(found: Difference, again: Try) -> Difference:
    """Take out half of the steps, then quarters, and so on; the last one is what differs."""
    size = len(found.wanted) // 2
    while size:
        start = 0
        while start < len(found.wanted) - 1:
            end = min(start + size, len(found.wanted) - 1)
            shorter = again(found.wanted[:start] + found.wanted[end:])
            found, start = (shorter, start) if shorter else (found, end)
        size //= 2
    return found


def _first(again: Try, candidates: Iterator[Sequence]) -> Difference | None:
    return next((difference for one in candidates if (difference := again(one)) is not None), None)


def _plainer(sequence: Sequence) -> Iterator[Sequence]:
    for index, step in enumerate(sequence):
        for less in _without(step):
            yield (*sequence[:index], less, *sequence[index + 1 :])


def _without(step: Step) -> Iterator[Step]:
    """The step without a part of it, the larger parts first."""
    path, _, query = step.target.partition("?")
    parts = query.split("&") if query else []
    if parts:
        yield step._replace(target=path)
    for some in _one_less(parts) if len(parts) > 1 else ():
        yield step._replace(target=f"{path}?{'&'.join(some)}")
    for headers in _one_less(list(step.headers)):
        yield step._replace(headers=tuple(headers))
    # Nobody's id does for what never looks at it.
    if (nobodys := _ID.sub(str(MISSING_ID), step.target)) != step.target:
        yield step._replace(target=nobodys)
    if step.chunked:
        yield step._replace(chunked=False)
    if step.body is not None:
        yield step._replace(body=None, chunked=False)
        yield from (step._replace(body=body) for body in _smaller_documents(step.body))


def _one_less(parts: list[Part]) -> Iterator[list[Part]]:
    for index in range(len(parts)):
        yield parts[:index] + parts[index + 1 :]


def _smaller_documents(body: bytes) -> Iterator[bytes]:
    try:
        document = json.loads(body)
    except ValueError:
        return
    if isinstance(document, dict):
        for name in document:
            yield as_json({kept: value for kept, value in document.items() if kept != name})
