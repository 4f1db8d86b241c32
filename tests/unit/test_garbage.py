"""Collections leave out what start-up made, in both twins."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLASK = "from flask_impl.app import create_app; create_app()"
FASTAPI = """
import anyio
from fastapi_impl.app import create_app, lifespan
async def start():
    async with lifespan(create_app()):
        pass
anyio.run(start)
"""


@pytest.mark.parametrize("start", [FLASK, FASTAPI], ids=["flask", "fastapi"])
def test_what_start_up_made_is_left_out_of_collections(start: str, tmp_path: Path) -> None:
    code = f"{start}\nimport gc; print(gc.get_freeze_count())"
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/books.sqlite3",
        "FILES_DIR": str(tmp_path),
        "SECRET_KEY": "k" * 32,
    }
    migrated = [sys.executable, "-m", "shared.migrate"]
    subprocess.run(migrated, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    # Modules, classes and functions of a framework are tens of thousands of objects.
    assert int(done.stdout) > 10_000
