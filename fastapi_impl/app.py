"""The application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from anyio import create_task_group
from fastapi import FastAPI

from fastapi_impl import (
    auth,
    books,
    chat,
    covers,
    docs,
    errors,
    health,
    live,
    openapi,
    page,
    sessions,
    sockets,
    todo,
    transfers,
)
from fastapi_impl.database import open_database
from fastapi_impl.images import BoundedImages
from fastapi_impl.passwords import BoundedPasswords
from fastapi_impl.proxies import Forwarded
from fastapi_impl.slots import Places
from fastapi_impl.stopping import Stopping
from fastapi_impl.thumbnails import Thumbnails
from fastapi_impl.tracing import HeadAsGet, Tracing
from fastapi_impl.upstream import Upstream
from fastapi_impl.wire import ExactPaths
from shared import logs
from shared.arenas import share_one_arena
from shared.config import Settings
from shared.docs import TAGS, TITLE, VERSION
from shared.garbage import spare_start_up
from shared.metrics import Metrics
from shared.proxies import TrustedProxies
from shared.services import Services


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Take up what the last run left, and close with the application what it holds open."""
    async with create_task_group() as tasks:
        tasks.start_soon(app.state.thumbnails.catch_up)
        with app.state.stopping.at_signals():
            spare_start_up()
            yield
        tasks.cancel_scope.cancel()
    if app.state.upstream:
        await app.state.upstream.close()
    await app.state.database.close()


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI application; raises ConfigError when the settings do not suffice."""
    settings = settings or Settings.load()
    logs.configure(settings)
    share_one_arena()
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        openapi_tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
        # A redirect to the path with a slash would lose bodies and trust the Host header.
        redirect_slashes=False,
        lifespan=lifespan,
    )
    services = app.state.services = Services.build(settings)
    app.state.passwords = BoundedPasswords(settings)
    app.state.images = BoundedImages(settings)
    app.state.places = Places(settings)
    stopping = app.state.stopping = Stopping()
    app.state.metrics = Metrics()
    app.state.upstream = Upstream(settings) if settings.chat_upstream_url else None
    database = app.state.database = open_database(settings)
    app.state.thumbnails = Thumbnails(database, services.files, stopping)
    app.openapi = partial(openapi.document, app)  # type: ignore[method-assign]  # as FastAPI documents it
    errors.register(app)
    app.add_middleware(ExactPaths)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Tracing)
    if settings.trusted_proxies:
        app.add_middleware(Forwarded, proxies=TrustedProxies(settings.trusted_proxies))
    for area in (books, covers, transfers, auth, sessions, todo, chat, live, health, docs, page):
        app.include_router(area.router)
    sockets.register(app)
    return app
