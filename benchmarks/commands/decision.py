"""`decision DIR`: a run as a decision record of one page."""

import argparse
import re
from pathlib import Path

from benchmarks.analyse import analyse
from benchmarks.commands.arguments import Commands
from benchmarks.decision_record import DEFAULT_PRICE, Price, decision_record_html, decision_record_md
from benchmarks.failures import LabError
from benchmarks.results import Results


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("decision", help="write a run as a decision record of one page")
    parser.set_defaults(command=run)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--price-per-cpu-hour",
        type=_amount,
        default=DEFAULT_PRICE.per_cpu_hour,
        metavar="AMOUNT",
        help=f"of one core (default: {DEFAULT_PRICE.per_cpu_hour})",
    )
    parser.add_argument("--currency", type=_currency, default=DEFAULT_PRICE.currency, help="default: USD")


def run(options: argparse.Namespace) -> int:
    """Write the record as a page and as Markdown beside the raw data, and say where."""
    price = Price(options.price_per_cpu_hour, options.currency)
    found = Results(options.folder).load()
    analysis = analyse(found)
    _write(options.folder / "decision-record.md", decision_record_md(found, analysis, price))
    _write(options.folder / "decision-record.html", decision_record_html(found, analysis, price))
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise LabError(f"{path} cannot be written: {error.strerror}") from None
    print(f"record: {path}")


def _amount(text: str) -> float:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,9})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount such as 0.04")
    return float(text)


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{1,8}|[€$£¥]", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a currency such as USD")
    return text
