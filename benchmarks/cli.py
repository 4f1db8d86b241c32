"""The lab's command line: `python -m benchmarks COMMAND`."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from benchmarks.commands import (
    agreement,
    capacity,
    chats,
    compare,
    crosscheck,
    decision,
    diff,
    generators,
    layers,
    overhead,
    report,
    selftest,
    side_by_side,
    transfers,
)
from benchmarks.failures import LabError

INTERRUPTED = 130
_COMMANDS = (
    compare, layers, capacity, chats, transfers, generators, crosscheck, overhead, selftest, diff, agreement,
    report, decision, side_by_side,
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; what stops it is one line on stderr and an exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except LabError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the twins side by side.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.register(commands)
    return parser
