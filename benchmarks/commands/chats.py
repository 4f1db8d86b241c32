"""`chats`: what open chats cost, and what plain requests feel of them."""

import argparse

from rich.console import Console
from rich.table import Table

from benchmarks import chats, machine
from benchmarks.commands.arguments import Commands, seconds, whole


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("chats", help="measure what open chats cost, and plain requests beside them")
    parser.set_defaults(command=run)
    parser.add_argument("--streams", type=whole(1, 1000), default=200, help="open at once (default: 200)")
    parser.add_argument("--rate", type=float, default=2.0, help="tokens a second in each (default: 2)")
    parser.add_argument("--seconds", type=seconds, default=10.0, help="how long requests are sent (default: 10)")


def run(options: argparse.Namespace) -> int:
    """Measure both twins, and print a table."""
    machine.require_linux()
    table = Table(*chats.HEADINGS)
    for seen in chats.measure(options.streams, options.rate, options.seconds):
        table.add_row(*chats.row(seen))
    Console(width=120).print(table)
    return 0
