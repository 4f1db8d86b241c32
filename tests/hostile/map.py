"""The map from attacks to tests, and from requirements to attacks: what the two files say."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TESTS = HERE.parent


@cache
def attacks() -> dict[str, Any]:
    """The families by name, each with its title and its attacks."""
    return tomllib.loads((HERE / "attacks.toml").read_text())


@cache
def asvs() -> dict[str, Any]:
    """The requirements by what has become of them."""
    return tomllib.loads((HERE / "asvs.toml").read_text())


@cache
def named_by_attacks() -> dict[str, list[str]]:
    """The tests of each attack, which is named `family.attack`."""
    return {
        f"{name}.{key}": attack["tests"]
        for name, family in attacks().items()
        for key, attack in family["attacks"].items()
    }


def shown_by(requirement: dict[str, Any]) -> Iterator[str]:
    """All tests that show a requirement."""
    for attack in requirement.get("attacks", []):
        yield from named_by_attacks()[attack]
    yield from requirement.get("tests", [])
