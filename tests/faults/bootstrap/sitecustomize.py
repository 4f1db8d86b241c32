"""Imported by Python itself when it starts with this folder in PYTHONPATH, so that a fault reaches every worker.

gunicorn forks its workers and uvicorn spawns them: only what is in the environment comes to both.
"""

import os
import sys

from tests.faults.fault import VARIABLE
from tests.faults.inject import inject

try:
    inject(os.environ[VARIABLE])
except KeyError as error:
    # Python would go on without the fault, after any other kind of exception.
    sys.exit(f"there is no fault of the name {error}")
