"""Somebody at a browser: opens the page, presses and types, and notices whatever goes wrong on the way."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request

from tests.contract.client import PASSWORD, Api, User, unique

# A slow machine is not a fault of the page.
PATIENCE_MS = 10_000


class Visitor:
    """One visit, in a browser context of its own; `faults` collects what the page must never do."""

    def __init__(self, page: Page, api: Api, origin: str) -> None:
        self.page = page
        self.api = api
        self.faults: list[str] = []
        self._origin = origin
        # Only asking tells whether a book has a cover.
        self._expected = [(404, re.compile("/thumbnail$"))]
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", self._asked)

    def expect_refusal(self, status: int, path: str) -> None:
        """Let the server answer `status` under `path`, which the browser's console reports whatever the page does."""
        self._expected.append((status, re.compile(path)))

    def open(self, target: str = "/") -> None:
        """Go to an address of the page."""
        self.page.goto(self._origin + target)

    def log_in(self, user: User) -> None:
        """Be logged in as `user` from the next address on, as after an earlier visit."""
        cookie = self.api.browser(user.username)
        self.page.context.add_cookies([{"name": "session", "value": cookie, "url": self._origin}])
        self.page.add_init_script("if (location.host) localStorage.setItem('logged-in', '1')")

    def register(self) -> str:
        """Open a new account by the page's own form; returns its name."""
        name = unique("reader")[:20]
        self.button("Log in").click()
        self.button("Open an account").click()
        self.fill("Username", name)
        self.fill("Password", PASSWORD)
        self.dialog().get_by_role("button", name="Open an account").click()
        self.page.get_by_text(name, exact=True).wait_for()
        return name

    def button(self, name: str) -> Locator:
        """The button with exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """The link with exactly this name."""
        return self.page.get_by_role("link", name=name, exact=True)

    def dialog(self, name: str | None = None) -> Locator:
        """The open dialog."""
        return self.page.get_by_role("dialog", name=name, exact=True) if name else self.page.get_by_role("dialog")

    def fill(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        self.field(label).fill(text)

    def field(self, label: str) -> Locator:
        """The field that is shown with a label that begins with these words, in the dialog if there is one."""
        return self.page.get_by_label(re.compile(f"^{re.escape(label)}")).filter(visible=True).last

    def titles(self) -> list[str]:
        """What the catalogue shows."""
        return self.page.get_by_role("list", name="Books").get_by_role("heading").all_inner_texts()

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        """Return once `holds`; raises AssertionError with `what` when it never does."""
        for _ in range(PATIENCE_MS // 50):
            if holds():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(what)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        status = re.search(r"responded with a status of (\d+)", message.text)
        path = urlsplit(message.location.get("url", "")).path
        if status and any(int(status[1]) == code and place.search(path) for code, place in self._expected):
            return
        self.faults.append(f"{message.type}: {message.text} ({path})")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self._origin}/", "blob:")):
            self.faults.append(f"another server: {request.url}")
