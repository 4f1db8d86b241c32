"""Databases and servers that a test may break, how much it does, and where it keeps its figures."""

import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.postgres import Cluster
from benchmarks.postgres import own_cluster as durable_cluster
from shared.config import Settings
from tests.conftest import CHEAP_HASHES
from tests.databases import fresh_postgresql
from tests.postgres import NoPostgres, own_cluster
from tests.resilience.progress import Progress
from tests.resilience.results import Results

SECRET = "a secret of at least thirty-two bytes"
# How much a test does: in every run, and with --long.
EFFORTS = {
    "kills": (3, 100),
    "writes": (300, 100_000),
    "rounds": (20, 1000),
    "restarts": (1, 20),
    "stops": (1, 100),
    "minutes": (0, 60),
    "turns": (1, 5),
}


class Effort(dict[str, int]):
    """How much of each thing this run does."""

    def __init__(self, config: pytest.Config) -> None:
        self.long = bool(config.getoption("--long"))
        super().__init__({name: sizes[self.long] for name, sizes in EFFORTS.items()})
        for text in config.getoption("--effort"):
            name, _, number = text.partition("=")
            if name not in EFFORTS or not number.isdecimal():
                raise pytest.UsageError(f"--effort {text}: write NAME=N, with a name of {', '.join(EFFORTS)}")
            self[name] = int(number)


@pytest.fixture(scope="session")
def effort(pytestconfig: pytest.Config) -> Effort:
    return Effort(pytestconfig)


@pytest.fixture
def results(request: pytest.FixtureRequest) -> Results:
    return Results(request.node.name, save=bool(request.config.getoption("--save")))


@pytest.fixture
def chance() -> random.Random:
    """When and whom to kill; a failed test shows the seed."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)


@dataclass(frozen=True)
class Place:
    """A database and a folder of files of one test, and the environment of servers that use them."""

    backend: str
    settings: Settings
    cluster: Cluster | None

    @property
    def environment(self) -> dict[str, str]:
        """What a server is started with."""
        return {
            "DATABASE_URL": self.settings.database_url,
            "FILES_DIR": str(self.settings.files_dir),
            # What a server that is killed leaves behind goes with the test.
            "TMPDIR": str(self.settings.files_dir.parent),
            "SECRET_KEY": SECRET,
            # A long run is longer than a token lasts.
            "ACCESS_TOKEN_SECONDS": "86400",
            "ACCESS_LOG": "false",
            **CHEAP_HASHES,
        }


@pytest.fixture(scope="session")
def cluster(effort: Effort) -> Iterator[Cluster]:
    """A PostgreSQL of our own, which tests may stop; in a long run as durable as by its defaults."""
    with ExitStack() as stack:
        try:
            found = stack.enter_context(durable_cluster() if effort.long else own_cluster())
        except NoPostgres as error:
            pytest.skip(str(error))
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A fresh database of each kind."""
    settings = Settings(database_url=f"sqlite:///{tmp_path}/books.sqlite3", files_dir=tmp_path / "files")
    if request.param == "sqlite":
        yield Place(request.param, settings, None)
        return
    cluster = request.getfixturevalue("cluster")
    with fresh_postgresql(cluster.url) as url:
        yield Place(request.param, settings.model_copy(update={"database_url": url}), cluster)


@pytest.fixture
def progress(request: pytest.FixtureRequest, effort: Effort) -> Progress:
    """Of long runs only."""
    capture = request.getfixturevalue("capsys") if effort.long else None
    return Progress(request.node.name, capture, terminal=sys.stdout.isatty())


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: what only a long run of tests/resilience does")
    config.addinivalue_line("markers", "flask_on(database): where a short run has Flask, and FastAPI on the other one")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        left_out = [item for item in items if item.get_closest_marker("long") or _shown_by_others(item)]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def _shown_by_others(item: pytest.Item) -> bool:
    """Whether the short form leaves a case out: a twin meets the other database, or signal, in another test."""
    case: dict[str, Any] = (
        item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    )
    if {"workers", "stop"} <= case.keys():
        return bool((case["workers"] == 2) is (case["stop"].__name__ == "interrupt"))
    if marker := item.get_closest_marker("flask_on"):
        return bool((case["twin"] == "flask") is not (case["place"] == marker.args[0]))
    return False
