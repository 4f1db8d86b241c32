"""`python -m fastapi_impl`: the API in FastAPI, served by uvicorn."""

import uvicorn

from fastapi_impl.protocol import ProblemProtocol
from shared.cli import GRACEFUL_STOP_S, KEEP_ALIVE_S, ServerOptions, serve


def run(options: ServerOptions) -> None:
    """Serve until a signal."""
    uvicorn.run(
        "fastapi_impl.app:create_app",
        factory=True,
        host=options.host,
        port=options.port,
        workers=options.workers,
        reload=options.reload,
        loop="uvloop",
        http=ProblemProtocol,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACEFUL_STOP_S,
        access_log=False,
        log_config=None,
        server_header=False,
        # Which proxies are believed is the application's to say; uvicorn would believe all of this machine.
        proxy_headers=False,
    )


if __name__ == "__main__":
    serve("fastapi_impl", 8000, run)
