"""The web page.

Its handlers are plain functions, which FastAPI runs in threads: they read files.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.datastructures import Headers
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from shared.page import HEADERS, PageFile, asset, index

router = APIRouter(include_in_schema=False)


@router.get("/")
def page(request: Request) -> Response:
    """The page itself."""
    return _send(index(), request.headers)


@router.get("/static/{name:path}")
def page_asset(name: str, request: Request) -> Response:
    """A style, script or picture of the page."""
    return _send(asset(name), request.headers)


def _send(file: PageFile, asked: Headers) -> Response:
    response = FileResponse(
        file.path,
        headers=HEADERS | {"ETag": f'"{file.digest}"'},
        media_type=f"{file.media_type}; charset=utf-8",
        stat_result=file.path.stat(),
    )
    # A FileResponse by itself never answers 304; Starlette keeps that with its static files.
    if StaticFiles().is_not_modified(response.headers, asked):
        return NotModifiedResponse(response.headers)
    return response
