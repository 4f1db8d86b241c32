"""Files in answers: whole, in part, or not at all when the client's copy is current."""

from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec

from flask import Response, send_file
from sqlalchemy import Connection

from flask_impl.current import current_file_request
from flask_impl.database import database
from flask_impl.wire import ApiResponse, Reply
from shared.errors import CoverNotFound
from shared.schemas import PendingThumbnail
from shared.stored import LOOKUPS, RETRY_SOON, StoredFile

P = ParamSpec("P")


def send(file: StoredFile) -> Response:
    """The answer to a GET of a file; raises StaleVersion, RangeNotSatisfiable, and FileNotFoundError."""
    asked, size = current_file_request(), file.path.stat().st_size
    if asked.not_modified(file):
        return ApiResponse(status=304, headers=file.current_headers())
    part = asked.part(file, size)
    # Flask would look for a relative path beside the application, and not where the server was started.
    path = file.path.absolute()
    response = send_file(path, file.media_type, conditional=False, etag=file.sha256, last_modified=file.modified)
    response.headers.update(file.headers())
    # A path has a name, which Flask would tell the client: here it is the server's own.
    response.headers.remove("Content-Disposition")
    # Judged already: what Werkzeug would make of other ranges and conditions differs from the contract.
    judged = {"REQUEST_METHOD": "GET"} | ({"HTTP_RANGE": part} if part else {})
    response.make_conditional(judged, accept_ranges=True, complete_length=size)
    return response


def send_current(
    find: Callable[Concatenate[Connection, P], StoredFile | PendingThumbnail], *args: P.args, **kwargs: P.kwargs
) -> Reply:
    """The file that a use case finds, looked up again if it was replaced before it could be opened."""
    for _ in range(LOOKUPS):
        found = database.read(find, *args, **kwargs)
        if isinstance(found, PendingThumbnail):
            return found, 202, RETRY_SOON
        with suppress(FileNotFoundError):
            return send(found)
    raise CoverNotFound
