"""`python -m fastapi_impl`: the API in FastAPI, served by uvicorn."""

from uvicorn import Config, Server
from uvicorn.supervisors import ChangeReload

from fastapi_impl.protocol import ProblemProtocol, SocketProtocol
from fastapi_impl.server import GentleMaster, GentleServer
from shared.arrivals import BACKLOG, KEEP_ALIVE_S
from shared.cli import GRACEFUL_STOP_S, SILENT_WORKER_S, ServerOptions, serve
from shared.config import Settings


def run(options: ServerOptions) -> None:
    """Serve until a signal, as uvicorn.run does, but with the listening sockets in our hands."""
    settings = Settings.load()
    config = Config(
        "fastapi_impl.app:create_app",
        factory=True,
        host=options.host,
        port=options.port,
        backlog=BACKLOG,
        workers=options.workers,
        reload=options.reload,
        loop="uvloop",
        http=ProblemProtocol,
        ws=SocketProtocol,
        ws_max_size=settings.max_message_bytes,
        ws_ping_interval=settings.socket_ping_seconds,
        ws_ping_timeout=settings.socket_ping_seconds,
        # A few hundred kilobytes can inflate to hundreds of megabytes, before anybody counts.
        ws_per_message_deflate=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACEFUL_STOP_S,
        timeout_worker_healthcheck=SILENT_WORKER_S,
        access_log=False,
        log_config=None,
        server_header=False,
        # Which proxies are believed is the application's to say; uvicorn would believe all of this machine.
        proxy_headers=False,
    )
    listeners = [config.bind_socket()]
    if settings.operator_port:
        operators = Config(config.app, host=options.host, port=settings.operator_port, log_config=None)
        listeners.append(operators.bind_socket())
    if options.reload:
        ChangeReload(config, target=Server(config).run, sockets=listeners).run()
    elif options.workers > 1:
        GentleMaster(config, listeners).run()
    else:
        GentleServer(config, listeners).run(listeners)


if __name__ == "__main__":
    serve("fastapi_impl", 8000, run)
