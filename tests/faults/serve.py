"""`python -m tests.faults.serve FAULT --twin flask`: a twin's own command, with a fault in it."""

import argparse
import os
import sys

from tests.faults.catalogue import FAULTS
from tests.faults.fault import VARIABLE
from tests.servers import ROOT, TWINS


def faulty(name: str) -> dict[str, str]:
    """The environment in which a server has the fault."""
    return {VARIABLE: name, "PYTHONPATH": f"{ROOT}/tests/faults/bootstrap:{ROOT}"}


def main() -> None:
    """Become the server; what is not known here is for the twin's own command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.serve", description=__doc__)
    parser.add_argument("fault", choices=sorted(FAULTS), metavar="FAULT", help="name of a fault")
    parser.add_argument("--twin", choices=TWINS, default="flask", help="the server to be faulty")
    known, others = parser.parse_known_args()
    command = [sys.executable, "-m", f"{known.twin}_impl", *others]
    os.execve(sys.executable, command, {**os.environ, **FAULTS[known.fault].settings, **faulty(known.fault)})  # noqa: S606


if __name__ == "__main__":
    main()
