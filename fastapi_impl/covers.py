"""Covers of books, and their thumbnails."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from fastapi_impl.current import (
    CurrentFileRequest,
    CurrentImages,
    CurrentPreconditions,
    CurrentServices,
    CurrentThumbnails,
    CurrentUser,
)
from fastapi_impl.database import CurrentDatabase
from fastapi_impl.files import send_current
from fastapi_impl.openapi import (
    NOT_MODIFIED,
    PENDING,
    PICTURE,
    PICTURE_PART,
    PICTURES,
    THUMBNAIL,
    THUMBNAIL_PART,
    problems,
    reads_files,
    sends,
)
from fastapi_impl.wire import StrictRoute, path_problems
from shared import covers
from shared.errors import InvalidInput
from shared.fields import BookId, OneFile
from shared.images import Picture
from shared.model import utc_now
from shared.parsing import MULTIPART
from shared.schemas import BookPath, Cover

router = APIRouter(prefix="/books", tags=["covers"], route_class=StrictRoute)


class CoverForm(BaseModel):
    """The form that brings a cover."""

    model_config = ConfigDict(extra="forbid")

    cover: Annotated[
        UploadFile, OneFile, Field(description="A PNG, JPEG or WebP picture; its name and declared type do not matter.")
    ]


async def clean(
    request: Request, _user: CurrentUser, form: Annotated[CoverForm, Form(media_type=MULTIPART)], images: CurrentImages
) -> Picture:
    """Dependency: the picture in the form, written anew; raises InvalidInput, which names a wrong path too.

    FastAPI would have reported the path alone, or the picture alone.
    """
    try:
        return await images.clean(await form.cover.read())
    except InvalidInput as error:
        raise InvalidInput([*path_problems(request, BookPath), *error.items]) from None


def describe(saved: covers.Saved, response: Response) -> Cover:
    """The new cover, with the status and the headers that belong to it."""
    response.status_code = 201 if saved.first else 200
    response.headers.update(saved.headers())
    return saved.cover


@router.get(
    "/{book_id:book}/cover",
    response_class=Response,
    responses={200: PICTURE, 206: PICTURE_PART, 304: NOT_MODIFIED, **problems(400, 404, 412, 416, 422)},
)
async def get_cover(
    book_id: BookId, database: CurrentDatabase, services: CurrentServices, asked: CurrentFileRequest
) -> Response:
    """The cover of a book, whole or in part, or 304 when the client's copy is current."""
    return await send_current(asked, database, covers.find, book_id, services.files)


@router.put(
    "/{book_id:book}/cover",
    status_code=201,
    responses={
        200: {"model": Cover, "description": "The cover has been replaced.", **sends("ETag")},
        201: sends("Location", "ETag"),
        **problems(400, 401, 403, 404, 412, 413, 415, 422, 503),
    },
    openapi_extra=reads_files("cover", *PICTURES),
)
async def put_cover(
    book_id: BookId,
    user: CurrentUser,
    body: Annotated[Picture, Depends(clean)],
    database: CurrentDatabase,
    services: CurrentServices,
    preconditions: CurrentPreconditions,
    thumbnails: CurrentThumbnails,
    background: BackgroundTasks,
    response: Response,
) -> Cover:
    """Put a cover on one's own book, in the place of the one before; its thumbnail follows."""
    with await to_thread.run_sync(services.files.add, body.content) as file:
        saved = await database.write(covers.save, user, book_id, body, file, preconditions, utc_now())
    await to_thread.run_sync(services.files.remove, saved.outdated)
    background.add_task(thumbnails.make)
    return describe(saved, response)


@router.delete(
    "/{book_id:book}/cover",
    status_code=204,
    response_class=Response,
    responses=problems(400, 401, 403, 404, 412, 422),
)
async def delete_cover(
    book_id: BookId,
    user: CurrentUser,
    database: CurrentDatabase,
    services: CurrentServices,
    preconditions: CurrentPreconditions,
) -> None:
    """Take the cover off one's own book, and its thumbnail with it."""
    outdated = await database.write(covers.remove, user, book_id, preconditions)
    await to_thread.run_sync(services.files.remove, outdated)


@router.get(
    "/{book_id:book}/thumbnail",
    response_class=Response,
    responses={
        200: THUMBNAIL,
        202: PENDING,
        206: THUMBNAIL_PART,
        304: NOT_MODIFIED,
        **problems(400, 404, 412, 416, 422),
    },
)
async def get_thumbnail(
    book_id: BookId,
    database: CurrentDatabase,
    services: CurrentServices,
    asked: CurrentFileRequest,
    thumbnails: CurrentThumbnails,
    background: BackgroundTasks,
) -> Response:
    """A small WebP picture of the cover; 202 until it has been made."""
    response = await send_current(asked, database, covers.find_thumbnail, book_id, services.files)
    if response.status_code == 202:
        # What had to wait for a full disk or a database that was away waits no longer than until somebody asks.
        background.add_task(thumbnails.make)
    return response
