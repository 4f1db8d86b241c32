"""What takes its time: uploads."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends

from fastapi_impl.current import CurrentPlaces, CurrentUser
from fastapi_impl.openapi import problems, reads_bytes
from fastapi_impl.wire import StreamBody, StrictRoute
from shared.schemas import Uploaded
from shared.streaming import UPLOAD, Digest

router = APIRouter(tags=["live"], route_class=StrictRoute)


@router.post("/upload/", responses=problems(400, 401, 413, 503), openapi_extra=reads_bytes("application/octet-stream"))
async def upload(
    body: Annotated[AsyncIterator[bytes], Depends(StreamBody(UPLOAD))], user: CurrentUser, places: CurrentPlaces
) -> Uploaded:
    """Number and SHA-256 of the bytes that are sent, of any media type, in any amount up to the limit."""
    digest = Digest()
    with places.transfers.held():
        async for chunk in body:
            digest.add(chunk)
    return digest.result()
