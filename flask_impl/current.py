"""What a view finds around it: services, the user who asks, the conditions of the request."""

from flask import current_app, request
from werkzeug.local import LocalProxy

from flask_impl.database import database
from flask_impl.images import BoundedImages
from flask_impl.passwords import BoundedPasswords
from flask_impl.slots import Places
from flask_impl.stopping import Stopping
from flask_impl.upstream import Upstream
from shared import accounts
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
upstream: Upstream | None = LocalProxy(lambda: current_app.extensions["upstream"])  # type: ignore[assignment]


def current_user() -> User:
    """The holder of the access token that was sent; raises Unauthorized or InvalidToken."""
    token = bearer_token(request.headers.get("Authorization"))
    return database.read(accounts.identify, services.tokens.read(token, utc_now()))


def current_preconditions() -> Preconditions:
    """If-Match and If-None-Match of this request."""
    return Preconditions(request.headers.get("If-Match"), request.headers.get("If-None-Match"))


def current_file_request() -> FileRequest:
    """What this request says of the file that it asks for."""
    fields = (request.headers.get(name) for name in ("If-Modified-Since", "Range", "If-Range"))
    return FileRequest(current_preconditions(), *fields)
