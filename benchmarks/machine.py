"""Where the numbers are made: cores, kernel, versions, revision."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.failures import LabError
from benchmarks.records import Environment

_PACKAGES = (
    "flask", "werkzeug", "gunicorn", "fastapi", "starlette", "uvicorn", "uvloop", "httptools", "granian",
    "pydantic", "sqlalchemy", "argon2-cffi", "locust", "gevent",
)  # fmt: skip
ROOT = Path(__file__).resolve().parent.parent


def share_cores(workers: int) -> tuple[list[int], list[int]]:
    """Cores for the server and for the generator: disjoint where there are two, the last one for the generator."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[:-1][:workers], usable[-1:]) if len(usable) > 1 else (usable, usable)


def describe(server_cores: list[int], generator_cores: list[int], settings: dict[str, str]) -> Environment:
    """This machine and this checkout, now."""
    return Environment(
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine={
            "processor": _processor(),
            "cores": str(len(os.sched_getaffinity(0))),
            "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
            "system": f"{platform.system()} {platform.release()}",
        },
        versions={"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
        revision=_revision(),
        server_cores=server_cores,
        generator_cores=generator_cores,
        settings=settings,
    )


def require_linux() -> None:
    """Raise LabError elsewhere: only Linux shows the CPU clock of another process."""
    if sys.platform != "linux":
        raise LabError("the lab reads CPU clocks and memory as Linux shows them: run it on Linux, or in a container")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _revision() -> str:
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(git, capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return "unknown: git is not installed"
    return done.stdout.strip() or "not committed"
