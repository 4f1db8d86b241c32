"""Who is measured: the entries of a TOML file."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from benchmarks.failures import LabError, UsageError
from benchmarks.launch import command_of
from benchmarks.plan import PROFILES
from benchmarks.records import Contender, Record
from benchmarks.workloads import ALL_WORKLOADS

CONTENDERS_FILE = Path(__file__).with_name("contenders.toml")
_AGAIN = "-again"


class Field(Record):
    """All contenders of a file, and the one that also runs as a control."""

    contender: list[Contender]
    control: str | None = None


def load(path: Path) -> Field:
    """Read `path`; raises UsageError with the place of the first mistake."""
    try:
        field = Field.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path.name} cannot be read: {error}") from None
    except ValidationError as error:
        raise UsageError(f"{path.name}: {_first(error)}") from None
    names = [contender.name for contender in field.contender]
    if len(names) != len(set(names)):
        raise UsageError(f"{path.name}: two contenders have the same name")
    if field.control not in {None, *names}:
        raise UsageError(f"{path.name}: the control {field.control!r} is no contender")
    for contender in field.contender:
        _require_known(path, contender)
        _require_startable(path, contender)
    return field


def _require_known(path: Path, contender: Contender) -> None:
    for kind, given, known in (
        ("workload", contender.workloads, ALL_WORKLOADS),
        ("profile", contender.profiles, PROFILES),
    ):
        if unknown := [name for name in given if name not in known]:
            raise UsageError(f"{path.name}: {contender.name} names the unknown {kind} {unknown[0]!r}")


def _require_startable(path: Path, contender: Contender) -> None:
    try:
        first, second = command_of(contender, 1), command_of(contender, 2)
    except LabError as error:
        raise UsageError(f"{path.name}: {error}") from None
    if contender.command and first == second:
        raise UsageError(
            f"{path.name}: the command of {contender.name} has no {{port}}, so nobody knows where it listens"
        )


def _first(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, details['loc']))}: {details['msg']}"


def choose(known: list[str], only: list[str], but: list[str], kind: str) -> list[str]:
    """The names of `known` that are in `only` (all when empty) and not in `but`, in the order of `known`."""
    for name in (*only, *but):
        if name not in known:
            raise UsageError(f"unknown {kind} {name!r}; there are: {', '.join(known)}")
    chosen = [name for name in known if (not only or name in only) and name not in but]
    if not chosen:
        raise UsageError(f"no {kind} is left to measure")
    return chosen


def with_control(contenders: list[Contender], control: str | None) -> list[Contender]:
    """`contenders` and, under a second name, the one that shows the noise."""
    names = [contender.name for contender in contenders]
    original = contenders[names.index(control) if control in names else 0]
    twin = original.model_copy(update={"name": original.name + _AGAIN, "control_of": original.name, "default": False})
    return [*contenders, twin]


def elsewhere(text: str) -> Contender:
    """The contender of NAME=URL; raises UsageError."""
    name, _, url = text.partition("=")
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(f"--url takes NAME=URL, not {text!r}")
    try:
        return Contender(name=name, framework=name, server=urlsplit(url).netloc, url=url.rstrip("/"))
    except ValidationError as error:
        raise UsageError(f"--url takes NAME=URL, not {text!r}: {_first(error)}") from None
