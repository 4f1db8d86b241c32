"""Which servers are compared: the two that were named, or both twins on each database."""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from typing import NoReturn, TypeAlias

import pytest

from tests.conftest import TARGETS
from tests.contract.client import Api, User, client_of

Pair = tuple[str, str]
Differ: TypeAlias = Callable[[str, object, object], NoReturn]
# No machine is slower.
SLOWEST_PAIRS_PER_S = 10


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "pair" in metafunc.fixturenames:
        metafunc.parametrize("pair", _pairs(both_ways="here" in metafunc.fixturenames), scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give a run the time that its budget takes: pytest's own limit is meant for tests of one rule."""
    seconds = 120 + (config.option.budget or 0) / SLOWEST_PAIRS_PER_S
    for item in items:
        if "budget" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(seconds))


def _pairs(*, both_ways: bool) -> list[object]:
    found = json.loads(os.environ.get(TARGETS, "{}"))
    names = [pair for pair in _names() if set(pair) <= set(found)]
    if found and not names:
        raise pytest.UsageError("a differential run needs two servers: --base-url A --against B")
    if both_ways:
        names += [(other, one) for one, other in names]
    pairs: list[object] = [pytest.param((found[one], found[other]), id=f"{one}-to-{other}") for one, other in names]
    missing = os.environ.get("BOOKS_TEST_NO_POSTGRESQL")
    if missing:
        skip = pytest.mark.skip(reason=f"PostgreSQL is missing: {missing}")
        pairs.append(pytest.param(("", ""), id="flask-postgresql-to-fastapi-postgresql", marks=skip))
    return pairs


def _names() -> list[Pair]:
    twins = [(f"flask-{backend}", f"fastapi-{backend}") for backend in ("sqlite", "postgresql")]
    return [("given", "against"), *twins]


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What decides all that is made up: the one that was given, or a new one."""
    given: int | None = request.config.option.seed
    return secrets.randbelow(2**32) if given is None else given


@pytest.fixture
def differ(request: pytest.FixtureRequest, seed: int, pair: Pair) -> Differ:
    """Fails a test whose servers differ, and says what was sent, what either answered, and how to repeat it."""

    def differ(sent: str, one: object, other: object) -> NoReturn:
        told = [f"Sent:\n{sent}", f"{pair[0]} answered\n{one}", f"{pair[1]} answered\n{other}"]
        told.append(f"To repeat it: pytest '{request.node.nodeid}' --seed {seed}")
        pytest.fail("\n\n".join(told), pytrace=False)

    return differ


@pytest.fixture(scope="session")
def own_servers(request: pytest.FixtureRequest) -> dict[str, str]:
    """The servers that this run has started, by name; what tries the instrument or the twins says nothing of others."""
    if request.config.option.base_url:
        pytest.skip("other servers are tested")
    found: dict[str, str] = json.loads(os.environ[TARGETS])
    return found


@pytest.fixture(scope="session")
def apis(pair: Pair) -> Iterator[tuple[Api, Api]]:
    """Clients of the two servers."""
    with client_of(pair[0]) as one, client_of(pair[1]) as other:
        yield Api(one), Api(other)


@pytest.fixture(scope="session")
def here(apis: tuple[Api, Api]) -> Api:
    """The server that issues or writes; a test that asks for it runs in both directions."""
    return apis[0]


@pytest.fixture(scope="session")
def there(apis: tuple[Api, Api]) -> Api:
    """The server that must understand."""
    return apis[1]


@pytest.fixture(scope="session")
def alice(apis: tuple[Api, Api]) -> User:
    """A user of both servers, logged in at the first."""
    return apis[0].new_regular()


@pytest.fixture(scope="session")
def bob(apis: tuple[Api, Api]) -> User:
    """Somebody else."""
    return apis[0].new_regular()
