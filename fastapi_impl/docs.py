"""The contract document and its page, without a network."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse

from shared.docs import ASSETS, DOCS_PAGE, assets_folder
from shared.errors import PathNotFound

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def openapi_document(request: Request) -> JSONResponse:
    """The contract document."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def docs_page() -> FileResponse:
    """Swagger UI."""
    return FileResponse(DOCS_PAGE, media_type="text/html")


@router.get("/docs/assets/{name}")
async def docs_asset(name: str) -> FileResponse:
    """A file of Swagger UI."""
    if name not in ASSETS:
        raise PathNotFound
    headers = {"Cache-Control": "public, max-age=86400"}
    return FileResponse(assets_folder() / name, media_type=ASSETS[name], headers=headers)
