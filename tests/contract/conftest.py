"""Which servers the rules are checked on, and who checks them."""

import json
import os
from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet

from tests.conftest import BRIEF, TARGETS
from tests.contract.client import Api, User, client_of


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "short_lifetimes: a rule about what ends by itself, on servers that end it soon")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "base_url" in metafunc.fixturenames:
        brief = metafunc.definition.get_closest_marker("short_lifetimes")
        metafunc.parametrize("base_url", _brief_targets() if brief else targets(), scope="session")


def _found() -> dict[str, str]:
    found: dict[str, str] = json.loads(os.environ.get(TARGETS, "{}"))
    return found


def _brief_targets() -> list[object]:
    """Our own servers with short lifetimes; of a server that was given, nobody knows."""
    return [pytest.param(url, id=name) for name, url in _found().items() if name == "given" or name.endswith(BRIEF)]


def targets() -> list[ParameterSet]:
    """The servers under test, each under its name."""
    others = {name: url for name, url in _found().items() if name != "against" and not name.endswith(BRIEF)}
    found = [pytest.param(url, id=name) for name, url in others.items()]
    missing = os.environ.get("BOOKS_TEST_NO_POSTGRESQL")
    if missing:
        skip = pytest.mark.skip(reason=f"PostgreSQL is missing: {missing}")
        found += [pytest.param("", id=f"{twin}-postgresql", marks=skip) for twin in ("flask", "fastapi")]
    return found


@pytest.fixture(scope="session")
def api(base_url: str) -> Iterator[Api]:
    """A client of the server under test; one that is down fails every test."""
    with client_of(base_url) as http:
        yield Api(http)


@pytest.fixture(scope="session")
def alice(api: Api) -> User:
    """A user of this run, for tests that need one and do not care which."""
    return api.new_regular()


@pytest.fixture(scope="session")
def bob(api: Api) -> User:
    """Somebody else."""
    return api.new_regular()
