"""What became of each mutant, read from what mutmut leaves in its folder."""

import ast
import difflib
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.servers import ROOT

FOLDER = ROOT / "mutants"
EQUIVALENTS = Path(__file__).parent / "equivalents.toml"
# As mutmut writes them down. Only a test that fails, or a mutant that never ends, counts as noticed.
_FAILED, _PASSED, _NO_TEST = 1, 0, 33
_ENDLESS = {24, -24, 36, 152}


class Change(NamedTuple):
    """What a mutant changes, by its text: numbers of mutants move when the code does."""

    module: str
    function: str
    before: str
    after: str


class Mutant(NamedTuple):
    """One change, and whether the tests noticed: `killed`, `survived`, `untested`, or `broken` if that is not known."""

    change: Change
    verdict: str


class Tally(NamedTuple):
    """The mutants of one module."""

    mutants: list[Mutant]
    reasons: dict[Change, str]

    def count(self, verdict: str) -> int:
        """How many mutants came to that, beside those that change nothing."""
        return sum(mutant.verdict == verdict for mutant in self.mutants if mutant.change not in self.equivalent)

    @property
    def equivalent(self) -> dict[Change, str]:
        """The mutants that nobody noticed because nothing can be noticed, each with its reason."""
        unnoticed = {mutant.change for mutant in self.mutants if mutant.verdict in {"survived", "untested"}}
        return {change: reason for change, reason in self.reasons.items() if change in unnoticed}

    @property
    def share(self) -> float:
        """Of the mutants that change something, those that were killed."""
        meaningful = len(self.mutants) - sum(mutant.change in self.equivalent for mutant in self.mutants)
        return self.count("killed") / meaningful if meaningful else 0.0


def tallies() -> dict[str, Tally]:
    """All modules that were mutated, by their file."""
    reasons = known_equivalents()
    found = {}
    for file in sorted((FOLDER / "shared").rglob("*.py.meta")):
        codes: dict[str, int | None] = json.loads(file.read_text())["exit_code_by_key"]
        if codes:
            module = str(file.relative_to(FOLDER).with_suffix(""))
            mutants = list(_mutants(module, codes))
            found[module] = Tally(mutants, {key: text for key, text in reasons.items() if key.module == module})
    return found


def known_equivalents() -> dict[Change, str]:
    """Changes that change nothing that can be seen, with the reason why."""
    entries = tomllib.loads(EQUIVALENTS.read_text())["equivalent"]
    return {Change(*(entry[name] for name in Change._fields)): entry["reason"] for entry in entries}


def _mutants(module: str, codes: dict[str, int | None]) -> Iterator[Mutant]:
    source = (FOLDER / module).read_text()
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lines = source.splitlines()
    texts = {node.name: lines[node.lineno : node.end_lineno] for node in nodes}
    for key, code in codes.items():
        name = key.rpartition(".")[2]
        original = name.rpartition("__mutmut_")[0]
        before, after = _difference(texts[f"{original}__mutmut_orig"], texts[name])
        yield Mutant(Change(module, _readable(original), before, after), _verdict(code))


def _difference(before: list[str], after: list[str]) -> tuple[str, str]:
    changed = list(difflib.ndiff(before, after))
    old, new = ([line[2:].strip() for line in changed if line.startswith(sign)] for sign in "-+")
    return " ".join(old), " ".join(new)


def _readable(mangled: str) -> str:
    return mangled.removeprefix("x").strip("ǁ").removeprefix("_").replace("ǁ", ".")


def _verdict(code: int | None) -> str:
    if code == _FAILED or code in _ENDLESS:
        return "killed"
    return {_PASSED: "survived", _NO_TEST: "untested"}.get(code if code is not None else -1, "broken")
