"""The whole catalogue at once: export and import."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import APIRouter, Request, Response

from fastapi_impl.current import CurrentPlaces
from fastapi_impl.database import CurrentDatabase, Database
from fastapi_impl.openapi import problems, sends_bytes
from fastapi_impl.slots import Slots
from fastapi_impl.wire import StrictRoute, download, joined
from shared import transfers
from shared.negotiation import negotiate
from shared.parsing import CSV, NDJSON
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


async def _batches(database: Database, slots: Slots, media_type: str) -> AsyncGenerator[bytes, None]:
    with slots.held():
        async with aclosing(database.stream(transfers.export, media_type)) as batches:
            async for batch in batches:
                yield batch
