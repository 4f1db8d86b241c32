"""The rules of the architecture, held by reading the code."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastapi_impl.app import create_app as create_fastapi
from flask_impl.app import create_app as create_flask
from shared.config import Settings
from shared.docs import OPENAPI_FILE
from shared.migrate import upgrade

ROOT = Path(__file__).resolve().parent.parent
FRAMEWORKS = {"flask", "werkzeug", "fastapi", "starlette", "anyio", "gunicorn", "uvicorn", "flask_impl", "fastapi_impl"}
# A file that only one twin needs, and why.
ALONE = {
    "openapi.py": "FastAPI derives the contract document; Flask serves the committed one",
    "connections.py": "gunicorn keeps a connection apart from the worker that serves it; uvicorn's protocol is both",
    "frames.py": "websockets, behind uvicorn, forgives frames that wsproto, behind flask-sock, does not",
    "framing.py": "gunicorn parses in a thread, which must not wait; uvicorn parses as the bytes come",
}
METHODS = {"get", "post", "put", "patch", "delete", "websocket"}


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def route_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, str] | None:
    """Method and path of a handler, with `<name>`, `<converter:name>` and `{name:converter}` all as `{name}`."""
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="router"), attr=method), args=[ast.Constant(value=str(path)), *_]
            ) if method in METHODS:
                return method, re.sub(r"<(?:\w+:)?(\w+)>|\{(\w+)(?::\w+)?\}", r"{\1\2}", path)
    return None


def handlers(path: Path) -> list[tuple[str, str, str, str | None]]:
    found = [(function, route_of(function)) for function in functions(path)]
    return [(function.name, *route, ast.get_docstring(function)) for function, route in found if route]


@pytest.mark.parametrize("path", sources("shared"), ids=lambda path: path.name)
def test_the_domain_imports_no_framework_and_no_event_loop(path: Path) -> None:
    roots = {module.split(".")[0] for module in imported(path)}
    assert not roots & (FRAMEWORKS | {"asyncio"})


def test_importing_the_whole_domain_loads_no_framework() -> None:
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sources("shared")]
    wanted = [name for name in modules if "migrations" not in name]
    code = f"import importlib, sys; [importlib.import_module(name) for name in {wanted}]; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {name.split(".")[0] for name in loaded.stdout.split()} & FRAMEWORKS


@pytest.mark.parametrize("twin", ["flask_impl", "fastapi_impl"])
def test_a_twin_does_not_import_the_other(twin: str) -> None:
    other = {"flask_impl": "fastapi_impl", "fastapi_impl": "flask_impl"}[twin]
    assert not {module.split(".")[0] for path in sources(twin) for module in imported(path)} & {other}


def test_the_twins_have_the_same_files() -> None:
    flask, fastapi = ({path.name for path in sources(twin)} for twin in ("flask_impl", "fastapi_impl"))
    assert flask ^ fastapi == set(ALONE)


@pytest.mark.parametrize("name", sorted({path.name for path in sources("flask_impl")} - set(ALONE)))
def test_twin_files_have_the_same_handlers_in_the_same_order(name: str) -> None:
    assert handlers(ROOT / "flask_impl" / name) == handlers(ROOT / "fastapi_impl" / name)


@pytest.mark.parametrize("twin", ["flask_impl", "fastapi_impl"])
def test_a_handler_has_at_most_five_statements(twin: str) -> None:
    long = [
        f"{path.name}:{function.name}"
        for path in sources(twin)
        for function in functions(path)
        if route_of(function) and len(function.body) - bool(ast.get_docstring(function)) > 5
    ]
    assert not long


@pytest.mark.parametrize("folder", ["shared", "flask_impl", "fastapi_impl"])
def test_nothing_commits_or_rolls_back_by_hand(folder: str) -> None:
    calls = [
        f"{path.name}:{node.lineno}"
        for path in sources(folder)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}
    ]
    assert not calls


@pytest.mark.parametrize("name", ["accounts.py", "books.py", "health.py", "listing.py", "sessions.py"])
def test_use_cases_take_a_connection_and_return_no_database_object(name: str) -> None:
    path = ROOT / "shared" / name
    database_types = re.compile(r"\b(Row|Result|CursorResult|RowMapping|Select|Connection)\b")
    for function in functions(path):
        if function.name.startswith("_"):
            continue
        assert function.args.args[0].arg == "connection", function.name
        assert function.returns, function.name
        assert not database_types.search(ast.unparse(function.returns)), function.name


@pytest.mark.parametrize("name", ["accounts.py", "books.py", "sessions.py"])
def test_no_use_case_can_hash_a_password(name: str) -> None:
    assert "shared.passwords" not in set(imported(ROOT / "shared" / name))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(
        database_url=f"sqlite:///{tmp_path}/books.sqlite3",
        secret_key_file=tmp_path / "key",
        files_dir=tmp_path / "files",
    )
    # An application looks for lost work as soon as it is made.
    upgrade(found)
    return found


def test_the_committed_contract_is_the_one_that_fastapi_derives(settings: Settings) -> None:
    committed = json.loads(OPENAPI_FILE.read_text())
    assert json.loads(json.dumps(create_fastapi(settings).openapi())) == committed, "run make openapi"


def test_flask_serves_every_operation_of_the_contract_and_no_other(settings: Settings) -> None:
    document = json.loads(OPENAPI_FILE.read_text())
    promised = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    rules = list(create_flask(settings).url_map.iter_rules())
    # A plain request for a socket is only told to upgrade.
    sockets = {rule.rule for rule in rules if rule.websocket}
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in rules
        if rule.rule not in sockets
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith(("docs.", "page."))
    }
    assert served == promised


def test_no_file_names_a_package_index() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    pattern = re.compile(r"--(extra-)?index-url|://\S*/simple(/|\s|$)")
    texts = {name: (ROOT / name).read_text(errors="replace") for name in tracked.split() if (ROOT / name).is_file()}
    assert not [name for name, text in texts.items() if name != "tests/test_structure.py" and pattern.search(text)]
