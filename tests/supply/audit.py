"""`python -m tests.supply.audit`: known advisories for every pin, by pip-audit; what could not be asked is no pass.

pip-audit passes over a package that the registry does not know, and a mirror may answer without its advisories. So a
release that is known to have some is asked about first: where nothing is said of it, nothing that is said counts.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from tests.supply.lock import EVERYTHING

CONTROL = "jinja2==2.4.1"
CLEAN, FOUND, UNKNOWN = 0, 1, 2
_PATIENCE_S = 600


class Unreachable(Exception):
    """The advisories cannot be read; the text says why."""


class Verdict(NamedTuple):
    """An exit code and what is said with it."""

    code: int
    lines: list[str]


def main() -> int:
    """Ask, print and return 0 when nothing is known, 1 when something is, 2 when that could not be found out."""
    try:
        require_advisories(_ask_about_control())
        verdict = judge(_ask(EVERYTHING, "--require-hashes"))
    except Unreachable as error:
        verdict = Verdict(UNKNOWN, [f"advisories are out of reach, so nothing is known of the pins: {error}"])
    print(*verdict.lines, sep="\n", file=sys.stdout if verdict.code == CLEAN else sys.stderr)
    return verdict.code


def require_advisories(control: list[dict[str, Any]]) -> None:
    """Raise Unreachable unless something is said of the release that has advisories."""
    if not any(answer.get("vulns") for answer in control):
        raise Unreachable(f"the registry in use knows none for {CONTROL}, which has some")


def judge(answers: list[dict[str, Any]]) -> Verdict:
    """What the answers for the pins come to."""
    skipped = [f"{answer['name']}: {answer['skip_reason']}" for answer in answers if "skip_reason" in answer]
    known = [
        f"{answer['name']} {answer['version']}: {advisory['id']}, fixed in {', '.join(advisory['fix_versions']) or '-'}"
        for answer in answers
        for advisory in answer.get("vulns", [])
    ]
    if known:
        return Verdict(FOUND, known + skipped)
    if skipped:
        return Verdict(UNKNOWN, ["no advisory is known, but not all pins could be asked about:", *skipped])
    return Verdict(CLEAN, [f"no advisory is known for {len(answers)} pins"])


def _ask_about_control() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "requirements.txt")
        file.write_text(f"{CONTROL}\n")
        return _ask(file, "--no-deps")


def _ask(requirements: Path, *options: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--disable-pip", *options]
    command += ["--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE_S)
    try:
        answers: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, LookupError):
        raise Unreachable(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no answer") from None
    return answers


if __name__ == "__main__":
    sys.exit(main())
