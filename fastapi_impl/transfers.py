"""The whole catalogue at once: export and import."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response

from fastapi_impl.current import CurrentPlaces, CurrentUser
from fastapi_impl.database import CurrentDatabase, Database
from fastapi_impl.openapi import problems, reads_text, sends_bytes
from fastapi_impl.slots import Slots
from fastapi_impl.wire import StreamBody, StrictRoute, download, joined
from shared import transfers
from shared.draft import Draft
from shared.model import utc_now
from shared.negotiation import negotiate
from shared.parsing import CSV, NDJSON
from shared.schemas import Imported
from shared.streaming import IMPORT
from shared.transfers import EXPORTS

router = APIRouter(prefix="/books", tags=["books"], route_class=StrictRoute)


@router.get(
    "/export",
    response_class=Response,
    responses={200: sends_bytes((NDJSON, CSV), "The catalogue, in the order of ids."), **problems(400, 406, 503)},
)
async def export_books(request: Request, database: CurrentDatabase, places: CurrentPlaces) -> Response:
    """Every book, as it is at one moment: as NDJSON, or as CSV when `Accept` prefers that."""
    media_type = negotiate(joined(request.headers, "Accept"), EXPORTS)
    batches = _batches(database, places.transfers, media_type)
    return await download(request, batches, transfers.export_headers(media_type))


@router.post("/import", responses=problems(400, 401, 403, 413, 415, 503), openapi_extra=reads_text(CSV, NDJSON))
async def import_books(
    request: Request,
    body: Annotated[AsyncIterator[bytes], Depends(StreamBody(IMPORT))],
    user: CurrentUser,
    database: CurrentDatabase,
    places: CurrentPlaces,
) -> Imported:
    """Add all books of a CSV or NDJSON file, or none when it breaks off; they belong to the user."""
    with places.transfers.held(), Draft.of(request.headers["Content-Type"]) as draft:
        async for chunk in body:
            await to_thread.run_sync(draft.add, chunk)
        await to_thread.run_sync(draft.end)
        return await database.load(transfers.insert, draft, user, utc_now())


async def _batches(database: Database, slots: Slots, media_type: str) -> AsyncGenerator[bytes, None]:
    with slots.held():
        async with aclosing(database.stream(transfers.export, media_type)) as batches:
            async for batch in batches:
                yield batch
