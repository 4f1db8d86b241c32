"""Options and servers of the whole test run.

Servers are started once, by the process that starts the run, and only if tests that need them were asked for; the
parallel workers of pytest-xdist find their addresses in the environment.
"""

import gc
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import hypothesis
import pytest

from tests.databases import fresh_postgresql
from tests.postgres import SHARED, NoPostgres, cluster
from tests.secrecy import hearing, search
from tests.servers import ROOT, SHORT_LIFETIMES, TWINS, serving

TARGETS = "BOOKS_TEST_TARGETS"
# Under this name a test notes what a differential run has done.
DIFFERENTIAL = "differential"
# Under this one, what a run of Schemathesis has done.
SCHEMATHESIS = "schemathesis"
NEED_SERVERS = ("tests/contract", "tests/differential", "tests/hostile")
# These wait more than they compute, so that others should compute meanwhile. A worker of pytest-xdist begins with its
# share of all tests, in their order, and takes over from others when it is done: of four, the first begins with the one
# half of these and the third with the other. "" is tests/ itself.
WAITING = (("generated", "resilience", "upstream"), ("", "benchmarks", "browser"))
SECRET = "a secret that all servers of this test run share"
# Hashing at its real cost would be most of the run; what it costs is not part of the contract.
CHEAP_HASHES = {"ARGON2_TIME_COST": "1", "ARGON2_MEMORY_KIB": "8"}
# Every test comes from one address, and many log in wrongly on purpose.
PATIENCE = {"LOGIN_FAILURES_PER_ADDRESS": "100000"}
# Two servers more, whose tokens and cookies end while a test waits.
BRIEF = "-brief"

_stack = pytest.StashKey[ExitStack]()
_listener = pytest.StashKey[pytest.MonkeyPatch]()
# Where this process gathers what the whole run has written and heard; others only add to it.
_gathered = pytest.StashKey[Path]()
_leaks = pytest.StashKey[list[search.Leak]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("books", "the book API")
    group.addoption("--base-url", metavar="URL", help="test the server at this address instead of starting our own")
    group.addoption("--against", metavar="URL", help="the second server of a differential run")
    group.addoption("--seed", type=int, metavar="N", help="repeat the run that has printed this seed")
    group.addoption("--budget", type=int, metavar="N", help="pairs of requests that a differential run may send")
    group.addoption("--examples", type=int, metavar="N", help="requests that Schemathesis makes up for each operation")
    group.addoption(
        "--excuse",
        metavar="HEADER",
        action="append",
        default=[],
        help="a header of answers in which the two servers may differ; may be given several times",
    )
    group.addoption("--long", action="store_true", help="the long form of tests/resilience")
    group.addoption("--save", action="store_true", help="keep the figures of tests/resilience in its results.json")
    group.addoption(
        "--effort",
        metavar="NAME=N",
        action="append",
        default=[],
        help="how much of something tests/resilience does: kills, writes, rounds, restarts, stops, minutes or turns",
    )


# How long one example takes says nothing on a busy machine; what may not be slow has tests of its own.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    # However a run is ended, its servers end with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = {"given": config.option.base_url, "against": config.option.against}
    first = not hasattr(config, "workerinput") and not config.option.collectonly
    if first and not any(given.values()) and hearing.FOLDER not in os.environ:
        os.environ[hearing.FOLDER] = tempfile.mkdtemp(prefix="books-logs-")
        config.stash[_gathered] = Path(os.environ[hearing.FOLDER])
    if hearing.FOLDER in os.environ:
        config.stash[_listener] = pytest.MonkeyPatch()
        hearing.listen(config.stash[_listener])
    if first and any(given.values()):
        os.environ[TARGETS] = json.dumps({name: url.rstrip("/") for name, url in given.items() if url})
    elif first and _needs_servers(config):
        config.stash[_stack] = ExitStack()
        os.environ[TARGETS] = json.dumps(_start(config.stash[_stack]))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage: there is next to none, and to find that out is a quarter of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the folders together, for some share what is expensive to start, and let those that wait come in time."""
    first, second = (
        sorted((item for item in items if _home(item.path) in half), key=lambda item: half.index(_home(item.path)))
        for half in WAITING
    )
    others = [item for item in items if not any(_home(item.path) in half for half in WAITING)]
    between = max(0, len(items) // 2 - len(first))
    items[:] = [*first, *others[:between], *second, *others[between:]]


@cache
def _home(path: Path) -> str:
    """The folder of tests/ that a module is in."""
    return next((folder.name for folder in path.parents if folder.parent == ROOT / "tests"), "")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop our servers and look through the logs of the run, when the parallel workers have ended: a leak fails it."""
    _stop(session.config)
    if _gathered in session.config.stash:
        folder = session.config.stash[_gathered]
        session.config.stash[_leaks] = search.leaks(hearing.logs(folder), hearing.heard(folder))
        if session.config.stash[_leaks]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    _stop(config)
    if _listener in config.stash:
        config.stash[_listener].undo()
    if _gathered in config.stash:
        del os.environ[hearing.FOLDER]
        if not config.stash.get(_leaks, []):
            shutil.rmtree(config.stash[_gathered])


def _stop(config: pytest.Config) -> None:
    if _stack in config.stash:
        config.stash[_stack].close()


def _needs_servers(config: pytest.Config) -> bool:
    asked = [Path(argument.split("::")[0]).resolve() for argument in config.args]
    homes = [(config.rootpath / folder).resolve() for folder in NEED_SERVERS]
    return any(path == home or home in path.parents or path in home.parents for path in asked for home in homes)


def _start(stack: ExitStack) -> dict[str, str]:
    """Both twins on both databases, and once more with SHORT_LIFETIMES: {"flask-sqlite": URL, …}."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="books-tests-", dir=_memory())))
    databases = {"sqlite": f"sqlite:///{folder}/books.sqlite3"}
    try:
        os.environ[SHARED] = stack.enter_context(cluster())
        databases["postgresql"] = stack.enter_context(fresh_postgresql(os.environ[SHARED]))
    except NoPostgres as error:
        os.environ["BOOKS_TEST_NO_POSTGRESQL"] = str(error)
    servers = {}
    for backend, url in databases.items():
        files = folder / f"{backend}-files"
        environment = {
            "DATABASE_URL": url,
            "SECRET_KEY": SECRET,
            # Relative as the default is, and absolute.
            "FILES_DIR": os.path.relpath(files, ROOT) if backend == "sqlite" else str(files),
            # As much as can be written, in either format: secrets are looked for in all of it.
            "LOG_LEVEL": "DEBUG",
            "LOG_FORMAT": {"sqlite": "text", "postgresql": "json"}[backend],
            **CHEAP_HASHES,
            **PATIENCE,
        }
        for twin in TWINS:
            name = f"{twin}-{backend}"
            servers[name] = serving(twin, environment, folder / f"{name}.log")
            if backend == "sqlite":
                name, brief = f"{twin}{BRIEF}", environment | SHORT_LIFETIMES
                servers[name] = serving(twin, brief, folder / f"{name}.log", workers=1)
    # Side by side, for they load for seconds.
    with ThreadPoolExecutor(len(servers)) as pool:
        urls = pool.map(stack.enter_context, servers.values())
        return dict(zip(servers, urls, strict=True))


def _memory() -> str | None:
    """A folder in memory, where there is one: SQLite waits for the disk at each commit, and no rule is about that."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # the name in it is not guessable


def pytest_report_header() -> list[str]:
    found = json.loads(os.environ.get(TARGETS, "{}"))
    return [f"server {name}: {url}" for name, url in found.items()]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what differential runs and Schemathesis have noted of themselves, and which logs leak."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    for kind, title in ((DIFFERENTIAL, "differential runs"), (SCHEMATHESIS, "runs of Schemathesis")):
        notes = [text for report in reports for name, text in report.user_properties if name == kind]
        if notes:
            terminalreporter.section(title)
            terminalreporter.write("\n\n".join(notes) + "\n")
    found = terminalreporter.config.stash.get(_leaks, [])
    if found:
        terminalreporter.section("secrets in logs", red=True)
        terminalreporter.write("\n".join(map(str, found)) + "\n", red=True)
        terminalreporter.write(f"The logs are kept in {terminalreporter.config.stash[_gathered]}\n")


@pytest.fixture(scope="session", autouse=True)
def _other_logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the logs of servers that tests start by other means, such as the lab's, once all tests are done."""
    yield
    if hearing.FOLDER in os.environ:
        for path in tmp_path_factory.getbasetemp().rglob("*"):
            if (path.name == "log" or path.suffix == ".log") and path.is_file():
                hearing.keep_log(path)


@pytest.fixture(scope="session")
def run_id() -> str:
    """A word that is new in every run, so that runs on one database do not meet."""
    return f"{time.time_ns():x}"
