"""The command line that both servers share, and what has to be right before either starts."""

import argparse
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

from sqlalchemy.exc import OperationalError

from shared import logs
from shared.config import ConfigError, Settings
from shared.descriptors import make_room
from shared.migrate import upgrade

GRACEFUL_STOP_S = 30
# How long a worker may say nothing to its parent, before it is taken for hung and killed: a busy machine is no fault.
SILENT_WORKER_S = 30


class PortTaken(Exception):
    """Nobody can listen there; the text is one line for the operator."""


class ServerOptions(NamedTuple):
    """Where and how to serve."""

    host: str
    port: int
    workers: int
    threads: int
    reload: bool


def serve(program: str, default_port: int, run: Callable[[ServerOptions], None]) -> None:
    """Parse the command line, migrate the database and `run`; what prevents that is one line and exit code 2 or 1."""
    options = _parse(program, default_port)
    # Workers are processes of their own, which read their settings from the environment.
    os.environ["THREADS"] = str(options.threads)
    try:
        settings = _settings(options)
        logs.configure(settings)
        make_room(settings)
        _claim(options.host, options.port)
        if settings.operator_port:
            _claim(options.host, settings.operator_port)
        upgrade(settings)
    except ConfigError as error:
        _refuse(program, str(error), 2)
    except OperationalError as error:
        _refuse(program, f"the database cannot be reached: {str(error.orig).splitlines()[0]}", 1)
    except PortTaken as error:
        _refuse(program, str(error), 1)
    except OSError as error:
        _refuse(program, f"cannot use {error.filename}: {error.strerror}", 1)
    for sig in (signal.SIGINT, signal.SIGTERM):
        # Before the server listens to signals, and once it has stopped by one, the process just ends.
        signal.signal(sig, lambda _sig, _frame: sys.exit(0))
    with _folder_for_metrics():
        try:
            run(options)
        except ConfigError as error:
            _refuse(program, str(error), 2)


@contextmanager
def _folder_for_metrics() -> Iterator[None]:
    """A fresh folder for the counts of all workers, named in the environment before prometheus_client is imported."""
    folder = tempfile.mkdtemp(prefix="books-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    owner = os.getpid()
    try:
        yield
    finally:
        # The workers that gunicorn forks leave through here as well.
        if os.getpid() == owner:
            shutil.rmtree(folder)


def _parse(program: str, default_port: int) -> ServerOptions:
    parser = argparse.ArgumentParser(
        prog=f"python -m {program}",
        description="Serve the book API. Settings such as DATABASE_URL and SECRET_KEY come from the environment.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=_number(1, 65_535), default=default_port, help="port to listen on")
    parser.add_argument("--workers", type=_number(1, 256), default=1, help="processes")
    parser.add_argument("--threads", type=_number(1, 256), default=8, help="requests at once in a process")
    parser.add_argument("--reload", action="store_true", help="start again when a source file changes")
    return ServerOptions(**vars(parser.parse_args()))


def _number(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return number


def _settings(options: ServerOptions) -> Settings:
    """The settings of this process; raises ConfigError when they, or the options with them, cannot serve."""
    settings = Settings.load()
    if options.reload and settings.app_env == "production":
        raise ConfigError("--reload is for development, and APP_ENV is production")
    if settings.operator_port == options.port:
        raise ConfigError("OPERATOR_PORT: is the port of everybody else")
    return settings


def _claim(host: str, port: int) -> None:
    """Raise PortTaken when nobody can listen; the servers themselves would try for seconds, or leave a traceback."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        raise PortTaken(f"cannot listen on {host} port {port}: {error.strerror}") from None


def _refuse(program: str, reason: str, code: int) -> NoReturn:
    print(f"{program}: error: {reason}", file=sys.stderr)
    sys.exit(code)
