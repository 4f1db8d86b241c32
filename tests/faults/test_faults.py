"""The faults are what they say: none has rotted, each names rules that there are, and a few are killed end to end."""

import ast
import importlib.util
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from shared.docs import OPENAPI_FILE
from tests.contract.client import client_of
from tests.faults import table, trial
from tests.faults.__main__ import main
from tests.faults.catalogue import AREAS, FAULTS
from tests.faults.fault import Change, Fault
from tests.faults.front import Answer
from tests.faults.serve import faulty
from tests.servers import ROOT, TWINS, serving

RULES = {
    f"{path.name}::{node.name}"
    for path in (ROOT / "tests/contract").glob("test_*.py")
    for node in ast.parse(path.read_text()).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
}
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())


def source(module: str) -> str:
    spec = importlib.util.find_spec(module)
    assert spec
    assert spec.origin
    return Path(spec.origin).read_text()


def test_there_are_eighty_faults_and_more_and_no_two_of_one_name() -> None:
    names = Counter(fault.name for faults in AREAS.values() for fault in faults)
    assert len(names) >= 80
    assert names.most_common(1)[0][1] == 1


@every_fault
def test_a_fault_is_one_sentence_and_is_one_thing(fault: Fault) -> None:
    assert fault.sentence.endswith(".")
    assert bool(fault.changes) != bool(fault.rewrite)


@every_fault
def test_the_rules_of_a_fault_are_rules_of_the_contract_suite(fault: Fault) -> None:
    assert fault.rules
    assert set(fault.rules) <= RULES


@every_fault
def test_a_fault_changes_what_the_modules_do(fault: Fault) -> None:
    for module in {change.module for change in fault.changes}:
        before = source(module)
        after = fault.applied(module, before)
        assert ast.dump(ast.parse(after)) != ast.dump(ast.parse(before)), module


def test_a_change_that_fits_nowhere_or_twice_is_an_error() -> None:
    for text in ("", "a a"):
        with pytest.raises(ValueError, match="instead of once"):
            Change("module", "a", "b").applied(text)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS.values() if fault.rewrite], ids=lambda fault: fault.name)
def test_a_fault_in_front_alters_some_answer(fault: Fault) -> None:
    rewrite = fault.rewrite
    assert rewrite
    alterations = 0
    for answer, same in zip(answers(), answers(), strict=True):
        rewrite(answer)
        alterations += answer != same
    assert alterations > 0


def answers() -> Iterator[Answer]:
    """Answers of many shapes, each with the headers and members that a fault may be about."""
    names = (
        "allow",
        "cache-control",
        "content-length",
        "etag",
        "location",
        "www-authenticate",
        "x-accel-buffering",
        "x-request-id",
    )
    headers = dict.fromkeys(names, "GET, HEAD, OPTIONS")
    body = {"status": 200, "detail": "", "errors": [], "created_at": "2026-01-31T12:00:00Z"}
    for method, path, status in product(METHODS, PATHS, (200, 201, 204, 304, 404, 405, 422)):
        headers["content-type"] = "application/json" if status < 400 else "application/problem+json"
        yield Answer(method, path, "host", status, list(headers.items()), dict(body))
    yield Answer("GET", "/openapi.json", "host", 200, list(headers.items()), json.loads(OPENAPI_FILE.read_text()))


METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
PATHS = ("/books/1", "/auth/me", "/auth/login", "/stream/")


def test_the_kept_table_has_every_fault_as_it_is_killed_in_each_twin_that_can_have_it() -> None:
    kept = table.kept()
    assert list(kept) == list(FAULTS)
    for name, row in kept.items():
        assert row["digest"] == FAULTS[name].digest, f"python -m tests.faults --save --only {name}"
        assert row["verdicts"] == dict.fromkeys(FAULTS[name].twins, "killed"), name


@pytest.mark.parametrize(("name", "twin"), [("anybody-changes-books", "flask"), ("no-allow", "fastapi")])
def test_a_fault_is_killed_by_its_rule(name: str, twin: str) -> None:
    done = trial.run(FAULTS[name], twin)
    assert (done.verdict, done.rule) == ("killed", FAULTS[name].rules[0])
    assert done.said


def test_a_fault_that_a_rule_of_its_own_does_not_notice_survives() -> None:
    unnoticed = ["test_health.py::test_a_live_server_says_so", *FAULTS["no-allow"].rules]
    done = trial.run(replace(FAULTS["no-allow"], rules=unnoticed), "flask")
    assert (done.verdict, done.rule) == ("survived", unnoticed[0])


def test_a_server_that_does_not_start_proves_nothing() -> None:
    done = trial.run(replace(FAULTS["no-allow"], settings={"DATABASE_URL": "nonsense"}), "flask")
    assert done.verdict == "broken"
    assert "DATABASE_URL" in done.said


def alive(url: str) -> str:
    """What whoever takes a new connection says of itself."""
    with client_of(url) as http:
        return http.get("/health/live").text


@pytest.mark.parametrize("twin", TWINS)
def test_a_fault_reaches_workers_that_are_forked_and_those_that_are_spawned(twin: str, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3", "SECRET_KEY_FILE": f"{tmp_path}/key"}
    environment |= {"FILES_DIR": f"{tmp_path}/files", **faulty("live-says-something-else")}
    with serving(twin, environment, tmp_path / "log", workers=2) as url:
        answers = {alive(url) for _ in range(20)}
    assert answers == {'{"status":"healthy"}'}


def test_the_command_reports_in_words_and_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "table.json"
    assert main(["--only", "live-says-something-else", "--twin", "flask", "--json", str(file)]) == 0
    assert "1 of 1 faults killed" in capsys.readouterr().out
    row = json.loads(file.read_text())["faults"]["live-says-something-else"]
    assert row["verdicts"] == {"flask": "killed"}


def test_an_unknown_fault_starts_no_server() -> None:
    command = [sys.executable, "-m", "tests.faults.serve", "no-such-fault"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert asked.returncode == 2
    assert "no-such-fault" in asked.stderr
