"""An audit that could not ask is never taken for one that found nothing."""

import subprocess
from typing import Any

import pytest

from tests.supply import audit
from tests.supply.audit import CLEAN, FOUND, UNKNOWN, Unreachable, judge, require_advisories

GOOD = {"name": "flask", "version": "3.1.3", "vulns": []}
BAD = {"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "PYSEC-2014-8", "fix_versions": ["2.7.2"]}]}
SKIPPED = {"name": "flask", "skip_reason": "Dependency not found and could not be audited"}


@pytest.mark.parametrize("control", [[], [SKIPPED], [GOOD]], ids=["nothing", "skipped", "without"])
def test_a_registry_without_advisories_is_out_of_reach(control: list[dict[str, Any]]) -> None:
    with pytest.raises(Unreachable, match="knows none for"):
        require_advisories(control)


def test_a_registry_with_advisories_is_believed() -> None:
    require_advisories([BAD])
    assert judge([GOOD]) == (CLEAN, ["no advisory is known for 1 pins"])


def test_an_advisory_is_told_with_its_remedy() -> None:
    assert judge([GOOD, BAD, SKIPPED]).code == FOUND
    assert judge([BAD]).lines == ["jinja2 2.4.1: PYSEC-2014-8, fixed in 2.7.2"]


def test_a_pin_that_could_not_be_asked_about_is_no_pass() -> None:
    verdict = judge([GOOD, SKIPPED])
    assert verdict.code == UNKNOWN
    assert "could not be audited" in verdict.lines[-1]


def test_an_auditor_that_fails_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(command: list[str], **_options: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess(command, 1, "", "something\nthe network is away\n")

    monkeypatch.setattr(subprocess, "run", fails)
    assert audit.main() == UNKNOWN
    assert capsys.readouterr().err == (
        "advisories are out of reach, so nothing is known of the pins: the network is away\n"
    )
