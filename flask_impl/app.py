"""The application."""

import json

from werkzeug.routing import BaseConverter, PathConverter

from flask_impl import (
    auth,
    books,
    chat,
    covers,
    docs,
    errors,
    health,
    live,
    page,
    sessions,
    todo,
    tracing,
    transfers,
)
from flask_impl.database import Database
from flask_impl.images import BoundedImages
from flask_impl.passwords import BoundedPasswords
from flask_impl.proxies import Forwarded
from flask_impl.slots import Places
from flask_impl.stopping import Stopping
from flask_impl.thumbnails import Thumbnails
from flask_impl.upstream import Upstream
from flask_impl.wire import ApiFlask, refuse_after_waiting, refuse_leading_slashes
from shared import logs
from shared.arenas import share_one_arena
from shared.config import Settings
from shared.docs import OPENAPI_FILE
from shared.fields import BOOK_SEGMENT
from shared.garbage import spare_start_up
from shared.metrics import Metrics
from shared.proxies import TrustedProxies
from shared.services import Services


class TextConverter(PathConverter):
    """The rest of a path, empty or with slashes, left for the contract to judge."""

    regex = ".*?"
    part_isolating = False


class BookConverter(BaseConverter):
    """The id of a book, right or wrong, but not a path of its own."""

    regex = BOOK_SEGMENT


def create_app(settings: Settings | None = None) -> ApiFlask:
    """The WSGI application; raises ConfigError when the settings do not suffice."""
    settings = settings or Settings.load()
    logs.configure(settings)
    share_one_arena()
    app = ApiFlask("flask_impl", static_folder=None)
    # FLASK_DEBUG in the environment would change answers; the command `flask run --debug` sets it again after this.
    app.debug = False
    app.config["SOCK_SERVER_OPTIONS"] = {
        "ping_interval": settings.socket_ping_seconds,
        "max_message_size": settings.max_message_bytes,
    }
    app.url_map.merge_slashes = False
    app.url_map.converters["text"] = TextConverter
    app.url_map.converters["book"] = BookConverter
    services = app.extensions["services"] = Services.build(settings)
    app.extensions["passwords"] = BoundedPasswords(settings)
    app.extensions["images"] = BoundedImages(settings)
    app.extensions["places"] = Places(settings)
    stopping = app.extensions["stopping"] = Stopping()
    app.extensions["metrics"] = Metrics()
    app.extensions["upstream"] = Upstream(settings) if settings.chat_upstream_url else None
    database = app.extensions["database"] = Database(settings)
    thumbnails = app.extensions["thumbnails"] = Thumbnails(database, services.files, stopping)
    app.extensions["openapi"] = json.dumps(
        json.loads(OPENAPI_FILE.read_bytes()), ensure_ascii=False, separators=(",", ":")
    )
    errors.register(app)
    tracing.register(app)
    app.before_request(refuse_after_waiting)
    app.before_request(refuse_leading_slashes)
    if settings.trusted_proxies:
        app.wsgi_app = Forwarded(app.wsgi_app, TrustedProxies(settings.trusted_proxies))  # type: ignore[method-assign]
    for area in (books, covers, transfers, auth, sessions, todo, chat, live, health, docs, page):
        app.register_blueprint(area.router)
    # In a process that forks afterwards, neither this thread nor its connection would be of use to the children: each
    # worker makes an application of its own.
    thumbnails.catch_up()
    # WSGI knows no start-up beyond this function.
    spare_start_up()
    return app
