"""Many processes find an empty database at once: exactly one of them migrates it, and all go on."""

import re
import subprocess
import sys

import pytest
from sqlalchemy import text

from shared.engine import Engines
from shared.migrate import HEAD
from tests.resilience.conftest import Effort, Place
from tests.resilience.results import Results
from tests.servers import ROOT

PROCESSES = 6
# Ready first and then all at once, and Alembic tells what it does.
PROGRAM = """
import logging, sys
from shared.migrate import main
logging.basicConfig(level=logging.INFO)
print("ready", flush=True)
sys.stdin.readline()
sys.exit(main())
"""
STEP = re.compile(r"Running upgrade (\S*) ?-> (\S+?),")


pytestmark = pytest.mark.timeout(300)


def migrate_at_once(environment: dict[str, str], processes: int) -> list[tuple[int, str]]:
    """Exit code and log of so many processes that begin together."""
    command = [sys.executable, "-c", PROGRAM]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)  # type: ignore[call-overload]
        for _ in range(processes)
    ]
    try:
        for process in running:
            assert process.stdout.readline() == "ready\n"
        for process in running:
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate(timeout=60)[1] for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    return [(process.returncode, text) for process, text in zip(running, said, strict=True)]


def test_of_many_processes_that_migrate_an_empty_database_exactly_one_does(
    place: Place, effort: Effort, results: Results
) -> None:
    processes = 3 * PROCESSES if effort.long else PROCESSES
    found = migrate_at_once(place.environment, processes)
    migrated = [steps for _, text in found if (steps := STEP.findall(text))]
    results.note("migrations", place.backend, {"processes": processes, "migrated": len(migrated)})
    assert [text for code, text in found if code] == []
    assert len(migrated) == 1
    assert migrated[0][0][0] == ""
    engines = Engines(place.settings)
    with engines.reads.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
    engines.dispose()
