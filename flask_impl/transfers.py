"""The whole catalogue at once: export and import."""

from collections.abc import Generator, Iterator

from flask import Blueprint, request

from flask_impl.current import places
from flask_impl.database import database
from flask_impl.wire import ApiResponse, Begun, Reply, operation
from shared import transfers
from shared.draft import Draft
from shared.model import User, utc_now
from shared.negotiation import negotiate
from shared.streaming import IMPORT
from shared.transfers import EXPORTS

router = Blueprint("transfers", __name__, url_prefix="/books")


@router.get("/export")
@operation()
def export_books() -> Reply:
    """Every book, as it is at one moment: as NDJSON, or as CSV when `Accept` prefers that."""
    media_type = negotiate(request.headers.get("Accept"), EXPORTS)
    batches = iter(()) if request.method == "HEAD" else Begun(_batches(media_type))
    return ApiResponse(batches, headers=transfers.export_headers(media_type))


@router.post("/import")
@operation(stream=IMPORT, user=True)
def import_books(body: Iterator[bytes], user: User) -> Reply:
    """Add all books of a CSV or NDJSON file, or none when it breaks off; they belong to the user."""
    with places.transfers.held(), Draft.of(request.content_type) as draft:
        for chunk in body:
            draft.add(chunk)
        draft.end()
        return database.write(transfers.insert, draft, user, utc_now())


def _batches(media_type: str) -> Generator[bytes, None, None]:
    with places.transfers.held():
        yield from database.stream(transfers.export, media_type)
