"""The README says what is true: its routes, its settings, its commands and its links."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flask_impl.app import create_app as create_flask
from shared.config import Settings
from shared.docs import OPENAPI_FILE

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = [
    shlex.split(line, comments=True)
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
)

# For people, so the contract document does not describe it.
THE_PAGE = {"GET /", "GET /static/{name}"}


def test_the_table_of_routes_is_the_contract() -> None:
    document = json.loads(OPENAPI_FILE.read_text())
    promised = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    rows = set(re.findall(r"^\| `([A-Z]+ /\S*)` \|", README, re.MULTILINE))
    assert {row for row in rows if not row.startswith("WS ")} == promised | THE_PAGE


def test_the_table_of_routes_has_every_socket(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/books.sqlite3", secret_key_file=tmp_path / "key")
    sockets = {rule.rule for rule in create_flask(settings).url_map.iter_rules() if rule.websocket}
    assert set(re.findall(r"^\| `WS (/\S*)` \|", README, re.MULTILINE)) == sockets


def test_the_query_parameters_of_the_lists_are_those_of_the_contract() -> None:
    document = json.loads(OPENAPI_FILE.read_text())
    for path in ("/books/", "/books/author/{book_author}"):
        row = re.search(rf"^\| `GET {re.escape(path)}` \|.*query `([^`]*)`", README, re.MULTILINE)
        parameters = document["paths"][path]["get"]["parameters"]
        assert row
        assert set(row[1].split()) == {item["name"] for item in parameters if item["in"] == "query"}


def test_the_table_of_settings_is_complete_and_its_defaults_are_right() -> None:
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \|", README, re.MULTILINE))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, bool):
            assert rows[name.upper()] == f"`{str(field.default).lower()}`"
        elif field.default is not None:
            assert rows[name.upper()] == f"`{field.default}`"


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {command[1] for command in COMMANDS if command[:1] == ["make"]}
    assert named
    assert named <= targets


MODULES = sorted({command[2] for command in COMMANDS if command[1:2] == ["-m"]})


@pytest.mark.parametrize("module", MODULES)
def test_every_module_that_is_run_explains_its_options(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    used = {word for command in COMMANDS if module in command for word in command if word.startswith("--")}
    # Those that are told options.
    subcommands = {
        command[3]
        for command in COMMANDS
        if module in command and command[3:] and command[3].isalpha() and used & set(command)
    }
    known = done.stdout
    for name in subcommands:
        done.stdout += subprocess.run(
            [sys.executable, "-m", module, name, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    assert not {option for option in used if option not in done.stdout}
    named = {command[3] for command in COMMANDS if module in command and command[3:] and command[3].isalpha()}
    assert not {name for name in named if not re.search(rf"\b{name}\b", known)}


def test_every_file_that_a_command_names_exists() -> None:
    named = {word for command in COMMANDS for word in command if re.match(r"(tests|benchmarks)/", word)}
    assert named
    assert not {path for path in named if not (ROOT / path).exists()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text())
    assert not [target for target in targets if not (document.parent / target).exists()]
