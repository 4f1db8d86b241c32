"""A real browser against both twins, which run as users start them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.visitor import PATIENCE_MS, Visitor
from tests.conftest import CHEAP_HASHES, SECRET
from tests.contract.client import Api, User, client_of
from tests.forks import serving
from tests.servers import TWINS
from tests.upstream.stand_in import standing_in

_EXECUTABLE = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    if _EXECUTABLE is None:
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="no Chromium is installed"))


# Playwright keeps an event loop in this thread for as long as it runs: no test of another folder may find it there.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # A container has no kernel features for Chromium's own sandbox.
        browser = playwright.chromium.launch(executable_path=_EXECUTABLE, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session", params=TWINS)
def twin(request: pytest.FixtureRequest) -> str:
    """Which implementation serves the page."""
    return str(request.param)


@pytest.fixture(scope="session")
def language_model() -> Iterator[str]:
    """Where a stand-in answers for the librarian, as slowly and as badly as a question orders."""
    with standing_in() as stand_in:
        yield f"{stand_in.url}/v1"


@pytest.fixture(scope="session")
def origin(twin: str, language_model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that only these tests use."""
    folder = tmp_path_factory.mktemp(twin)
    environment = {
        "DATABASE_URL": f"sqlite:///{folder}/books.sqlite3",
        "FILES_DIR": str(folder / "files"),
        "SECRET_KEY": SECRET,
        "CHAT_UPSTREAM_URL": language_model,
        "LOGIN_FAILURES_PER_ADDRESS": "100000",
        **CHEAP_HASHES,
    }
    with serving(twin, environment, folder / "server.log") as url:
        yield url


@pytest.fixture(scope="session")
def api(origin: str) -> Iterator[Api]:
    """A client beside the browser, to lay out books and to act as somebody else."""
    with client_of(origin) as http:
        yield Api(http)


@pytest.fixture(scope="session")
def alice(api: Api) -> User:
    """The owner of books that the visitor finds."""
    return api.new_regular()


@pytest.fixture(scope="session")
def bob(api: Api) -> User:
    """Somebody else."""
    return api.new_regular()


@pytest.fixture
def visitor(browser: Browser, origin: str, api: Api) -> Iterator[Visitor]:
    """Somebody who has never been here; the visit must pass without a fault."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    visitor = Visitor(context.new_page(), api, origin)
    yield visitor
    context.close()
    assert visitor.faults == []
