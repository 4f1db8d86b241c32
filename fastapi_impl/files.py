"""Files in answers: whole, in part, or not at all when the client's copy is current."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Concatenate, ParamSpec

from anyio import to_thread
from fastapi.responses import FileResponse, JSONResponse
from sqlalchemy import Connection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fastapi_impl.database import Database
from shared.errors import CoverNotFound
from shared.schemas import PendingThumbnail
from shared.stored import LOOKUPS, RETRY_SOON, FileRequest, StoredFile

P = ParamSpec("P")


class OpenFileResponse(FileResponse):
    """A file that is open already, so that it can be replaced or deleted before it is sent.

    FileResponse opens its file long after the handler has returned, and reads conditions and ranges unlike the
    contract: it is given what was decided, and nothing else of the request.
    """

    def __init__(self, file: StoredFile, opened: BinaryIO, part: str | None) -> None:
        path, status = f"/dev/fd/{opened.fileno()}", os.fstat(opened.fileno())
        super().__init__(path, headers=file.headers(), media_type=file.media_type, stat_result=status)
        self._opened, self._part = opened, part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = [(b"range", self._part.encode())] if self._part else []
        with self._opened:
            # No extension, either: a server that sends the file by itself would open it too late.
            await super().__call__({**scope, "headers": asked, "extensions": {}}, receive, send)


async def send(file: StoredFile, asked: FileRequest) -> Response:
    """The answer to a GET of a file; raises StaleVersion, RangeNotSatisfiable, and FileNotFoundError."""
    return await to_thread.run_sync(_response, file, asked)


def _response(file: StoredFile, asked: FileRequest) -> Response:
    opened = file.path.open("rb")
    try:
        if not asked.not_modified(file):
            return OpenFileResponse(file, opened, asked.part(file, os.fstat(opened.fileno()).st_size))
    except BaseException:
        opened.close()
        raise
    opened.close()
    return Response(status_code=304, headers=file.current_headers())


async def send_current(
    asked: FileRequest,
    database: Database,
    find: Callable[Concatenate[Connection, P], StoredFile | PendingThumbnail],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Response:
    """The file that a use case finds, looked up again if it was replaced before it could be opened."""
    for _ in range(LOOKUPS):
        found = await database.read(find, *args, **kwargs)
        if isinstance(found, PendingThumbnail):
            return JSONResponse(found.model_dump(), 202, RETRY_SOON)
        with suppress(FileNotFoundError):
            return await send(found, asked)
    raise CoverNotFound
