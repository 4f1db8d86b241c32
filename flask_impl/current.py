"""What a view finds around it: services, the user who asks, the conditions of the request."""

from flask import current_app, request
from werkzeug.local import LocalProxy

from flask_impl.database import database
from flask_impl.images import BoundedImages
from flask_impl.passwords import BoundedPasswords
from flask_impl.slots import Places
from flask_impl.stopping import Stopping
from flask_impl.thumbnails import Thumbnails
from flask_impl.upstream import Upstream
from shared import accounts, cross_site, sessions
from shared.metrics import Metrics
from shared.model import User, utc_now
from shared.parsing import bearer_token
from shared.preconditions import Preconditions
from shared.services import Services
from shared.stored import FileRequest

services: Services = LocalProxy(lambda: current_app.extensions["services"])  # type: ignore[assignment]  # a proxy is what it stands for
passwords: BoundedPasswords = LocalProxy(lambda: current_app.extensions["passwords"])  # type: ignore[assignment]

metrics: Metrics = LocalProxy(lambda: current_app.extensions["metrics"])  # type: ignore[assignment]
images: BoundedImages = LocalProxy(lambda: current_app.extensions["images"])  # type: ignore[assignment]
places: Places = LocalProxy(lambda: current_app.extensions["places"])  # type: ignore[assignment]
stopping: Stopping = LocalProxy(lambda: current_app.extensions["stopping"])  # type: ignore[assignment]
thumbnails: Thumbnails = LocalProxy(lambda: current_app.extensions["thumbnails"])  # type: ignore[assignment]
upstream: Upstream | None = LocalProxy(lambda: current_app.extensions["upstream"])  # type: ignore[assignment]


def current_user() -> User:
    """The holder of the access token that was sent, else of the session cookie.

    Raises Unauthorized or InvalidToken, and CrossSite as `current_session` does.
    """
    authorization = request.headers.get("Authorization")
    if authorization is None and services.cookies.sent(request.headers.get("Cookie")):
        return database.read(sessions.identify, current_session(), utc_now())
    return database.read(accounts.identify, services.tokens.read(bearer_token(authorization), utc_now()))


def current_session() -> str:
    """The session of the cookie that was sent, whether it is alive or not; raises Unauthorized or InvalidToken.

    A cookie comes by itself, so a request that may change something has to come from our own pages: else CrossSite.
    """
    if request.method not in cross_site.SAFE_METHODS:
        check_site()
    return services.cookies.read(request.headers.get("Cookie"))


def replaced_session() -> str | None:
    """The session that a login of this browser takes the place of."""
    return services.cookies.replaced(request.headers.get("Cookie"))


def check_site() -> None:
    """Raise CrossSite if a page of another site sent this request; WebSocket handshakes ask it too."""
    headers = request.headers
    cross_site.check(host=headers.get("Host"), origin=headers.get("Origin"), fetch_site=headers.get("Sec-Fetch-Site"))


def current_preconditions() -> Preconditions:
    """If-Match and If-None-Match of this request."""
    return Preconditions(request.headers.get("If-Match"), request.headers.get("If-None-Match"))


def current_file_request() -> FileRequest:
    """What this request says of the file that it asks for."""
    fields = (request.headers.get(name) for name in ("If-Modified-Since", "Range", "If-Range"))
    return FileRequest(current_preconditions(), *fields)
