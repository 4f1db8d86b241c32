"""The web page; finding its files is a plain dependency, which FastAPI runs in a thread, for it reads them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from fastapi_impl.current import CurrentFileRequest
from fastapi_impl.files import send
from shared.page import HEADERS, asset, index
from shared.stored import FileRequest, StoredFile

router = APIRouter(include_in_schema=False)


@router.get("/")
async def page(file: Annotated[StoredFile, Depends(index)], asked: CurrentFileRequest) -> Response:
    """The page itself."""
    return await _send(file, asked)


@router.get("/static/{name:path}")
async def page_asset(file: Annotated[StoredFile, Depends(asset)], asked: CurrentFileRequest) -> Response:
    """A style, script or picture of the page."""
    return await _send(file, asked)


async def _send(file: StoredFile, asked: FileRequest) -> Response:
    response = await send(file, asked)
    response.headers.update(HEADERS)
    return response
