"""The contract document and its page, without a network; dependencies, run by FastAPI in threads, find the files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from fastapi_impl.current import CurrentFileRequest
from fastapi_impl.files import send
from shared import docs
from shared.stored import StoredFile

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def openapi_document(request: Request) -> JSONResponse:
    """The contract document."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def docs_page(
    file: Annotated[StoredFile, Depends(docs.page)],
    headers: Annotated[dict[str, str], Depends(docs.headers)],
    asked: CurrentFileRequest,
) -> Response:
    """Swagger UI."""
    response = await send(file, asked)
    response.headers.update(headers)
    return response


@router.get("/docs/assets/{name}")
async def docs_asset(file: Annotated[StoredFile, Depends(docs.asset)], asked: CurrentFileRequest) -> Response:
    """A file of Swagger UI."""
    return await send(file, asked)
