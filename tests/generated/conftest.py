"""Which servers are tried: the ones that were named, or each twin on a fresh database of each kind."""

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import CHEAP_HASHES, PATIENCE, SECRET, TARGETS
from tests.contract.client import unique
from tests.databases import fresh_postgresql
from tests.forks import serving
from tests.generated.run import ROUNDS, Run
from tests.postgres import NoPostgres, cluster
from tests.servers import TWINS

# A short run has most of its requests from the coverage of the document, and shares the two rounds among the databases.
DEFAULT_EXAMPLES = 2
SHORT = {"sqlite": ("bearer",), "postgresql": ("cookie",)}
# No machine is slower.
START_S = 600
SLOWEST_EXAMPLE_S = 30


@dataclass(frozen=True)
class Target:
    """A server that can be had, and what its users are to be called."""

    name: str
    served: AbstractContextManager[str]
    users: tuple[str, str]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "setting" in metafunc.fixturenames:
        given = sorted(json.loads(os.environ.get(TARGETS, "{}")))
        metafunc.parametrize("setting", ["given"] if "given" in given else ["sqlite", "postgresql"])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give a run the time that its examples take: pytest's own limit is meant for tests of one rule."""
    seconds = START_S + (config.option.examples or 0) * SLOWEST_EXAMPLE_S
    for item in items:
        if "run" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(seconds))


@pytest.fixture
def run(request: pytest.FixtureRequest, setting: str) -> Run:
    """What is sent; by the same seed unless another is asked for, so that only a change of the code fails."""
    seed, examples = request.config.option.seed or 0, request.config.option.examples
    rounds = tuple(ROUNDS) if examples or setting == "given" else SHORT[setting]
    return Run(seed, examples or DEFAULT_EXAMPLES, rounds)


@pytest.fixture
def targets(setting: str, tmp_path: Path) -> Iterator[list[Target]]:
    """The servers of one setting; none has started yet."""
    with ExitStack() as stack:
        if setting == "given":
            found = json.loads(os.environ[TARGETS])
            yield [Target(name, nullcontext(url), (unique("user"), unique("user"))) for name, url in found.items()]
            return
        where = f"sqlite:///{tmp_path}"
        if setting == "postgresql":
            try:
                where = stack.enter_context(cluster())
            except NoPostgres as error:
                pytest.skip(str(error))
        # Names that are the same on both make the requests the same.
        yield [Target(f"{twin}-{setting}", _started(twin, where, tmp_path), ("argaven", "estraven")) for twin in TWINS]


@contextmanager
def _started(twin: str, where: str, folder: Path) -> Iterator[str]:
    """A twin on an empty database, so that whatever is numbered has the same number on the other."""
    with ExitStack() as stack:
        fresh = (
            f"{where}/{twin}.sqlite3" if where.startswith("sqlite") else stack.enter_context(fresh_postgresql(where))
        )
        environment = {"DATABASE_URL": fresh, "SECRET_KEY": SECRET, "FILES_DIR": str(folder / f"{twin}-files")}
        log = folder / f"{twin}.log"
        yield stack.enter_context(serving(twin, environment | CHEAP_HASHES | PATIENCE, log))
