"""What stands side by side: the files that the twins share by name, and what is known about each."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.side_by_side.code import Code, read_code
from benchmarks.side_by_side.rules import RuleGroup, read_rules

TWINS = {"Flask": "flask_impl", "FastAPI": "fastapi_impl"}

# The files of the contract suite that an area answers for; some areas are proven only through those above them.
CONTRACT = {
    "app": ("routing",),
    "auth": ("accounts", "login", "sessions", "tokens", "lifetimes"),
    "books": (
        "books_read", "books_write", "book_fields", "books_of_an_author", "paging", "search", "conditional",
    ),
    "chat": ("chat", "chat_socket"),
    "covers": ("covers", "cover_forms", "cover_sending"),
    "database": ("races",),
    "docs": ("docs_page", "documents"),
    "errors": ("problems",),
    "health": ("health", "metrics"),
    "images": ("cover_pictures",),
    "live": ("streams", "uploads", "sockets", "handshakes", "frames"),
    "logins": ("login_limits",),
    "page": ("page",),
    "protocol": ("framing", "corpus"),
    "sessions": ("cookie_sessions", "cross_site"),
    "thumbnails": ("thumbnails",),
    "todo": ("todo",),
    "tracing": ("headers",),
    "transfers": ("export", "import"),
    "wire": ("bodies", "queries", "precedence"),
}  # fmt: skip

# Where the requests of a workload arrive.
COSTS = {
    "auth": ("login", "me"),
    "books": ("read", "list", "list-20", "search", "write"),
    "chat": ("chats",),
    "covers": ("cover",),
    "live": ("echoes", "events"),
    "page": ("static",),
    "transfers": ("export",),
}


class Area(NamedTuple):
    """One file of each twin; `None` where a twin does without."""

    name: str
    flask: Code | None
    fastapi: Code | None
    rules: list[RuleGroup]
    workloads: tuple[str, ...]

    @property
    def codes(self) -> list[Code]:
        """The sides that there are."""
        return [code for code in (self.flask, self.fastapi) if code]

    @property
    def title(self) -> str:
        """What the files say of themselves; where they part, what each says before it goes into its framework."""
        titles = list(dict.fromkeys(code.title for code in self.codes))
        if len(titles) == 1:
            return titles[0]
        return " / ".join(dict.fromkeys(re.split("[,:;.]", title)[0] for title in titles))

    @property
    def routes(self) -> list[str]:
        """What a client can ask of it."""
        return self.codes[0].routes

    @property
    def rule_count(self) -> int:
        """How many rules of the contract it answers for."""
        return sum(len(group.rules) for group in self.rules)


def areas(root: Path) -> list[Area]:
    """Every area of the twins in `root`: those that have routes first, each kind by name."""
    names = {path.stem for folder in TWINS.values() for path in (root / folder).glob("*.py")} - {"__init__"}
    found = [_area(root, name) for name in names]
    return sorted(found, key=lambda area: (not area.routes, area.name))


def _area(root: Path, name: str) -> Area:
    flask, fastapi = (_code(root / folder / f"{name}.py") for folder in TWINS.values())
    return Area(name, flask, fastapi, list(_rules(root, name)), COSTS.get(name, ()))


def _code(path: Path) -> Code | None:
    return read_code(path.read_text("utf-8")) if path.exists() else None


def _rules(root: Path, name: str) -> Iterator[RuleGroup]:
    for stem in CONTRACT.get(name, ()):
        yield read_rules((root / "tests" / "contract" / f"test_{stem}.py").read_text("utf-8"))
