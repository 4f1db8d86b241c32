"""`python -m flask_impl`: the API in Flask, served by gunicorn with threads."""

from typing import TYPE_CHECKING

from gunicorn.app.base import BaseApplication

from flask_impl.database import require_blocking_driver
from flask_impl.server import GentleMaster
from shared.arrivals import BACKLOG, KEEP_ALIVE_S, MAX_HEADER_BYTES, MAX_HEADERS, MAX_REQUEST_LINE_BYTES, RESERVE
from shared.cli import GRACEFUL_STOP_S, SILENT_WORKER_S, ServerOptions, serve
from shared.config import Settings

if TYPE_CHECKING:
    from flask_impl.wire import ApiFlask


class Server(BaseApplication):
    """gunicorn, configured by code instead of a file."""

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        settings = Settings.load()
        require_blocking_driver(settings)
        # What lasts holds a thread, beyond those of plain requests.
        self._connections = settings.max_connections
        self._lasting = settings.lasting
        self._ports = [port for port in (options.port, settings.operator_port) if port]
        super().__init__()

    def load_config(self) -> None:
        """Hand the options over."""
        settings = {
            "bind": [f"{self._options.host}:{port}" for port in self._ports],
            "backlog": BACKLOG,
            "workers": self._options.workers,
            "worker_class": "flask_impl.protocol.ProblemWorker",
            "threads": self._options.threads + self._lasting,
            # Our own limit comes first, and refuses in the words of the contract.
            "worker_connections": self._connections + 3 * RESERVE + self._options.threads + self._lasting,
            "limit_request_line": MAX_REQUEST_LINE_BYTES,
            "limit_request_field_size": MAX_HEADER_BYTES,
            "limit_request_fields": MAX_HEADERS,
            "keepalive": KEEP_ALIVE_S,
            "timeout": SILENT_WORKER_S,
            "graceful_timeout": GRACEFUL_STOP_S,
            "logger_class": "flask_impl.server.ServerLog",
            "reload": self._options.reload,
            "control_socket_disable": True,
            # Which proxies are believed is the application's to say; gunicorn would believe all of this machine.
            "forwarded_allow_ips": "",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> "ApiFlask":  # type: ignore[override]  # the stub asks for more than WSGI does
        """The application, made anew in each worker."""
        # Not imported before: a reload must see changes, and prometheus_client the folder that `serve` names.
        from flask_impl.app import create_app

        return create_app()

    def run(self) -> None:
        """Serve until a signal."""
        GentleMaster(self).run()


def run(options: ServerOptions) -> None:
    """Serve until a signal."""
    Server(options).run()


if __name__ == "__main__":
    serve("flask_impl", 5000, run)
