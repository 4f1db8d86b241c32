"""The catalogue."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Body, Query, Response

from fastapi_impl.current import CurrentPreconditions, CurrentServices, CurrentUser
from fastapi_impl.database import CurrentDatabase
from fastapi_impl.openapi import NOT_MODIFIED, also_reads, problems, sends
from fastapi_impl.wire import StrictRoute, not_modified
from shared import books, listing
from shared.fields import Author, BookId
from shared.model import etag, utc_now
from shared.parsing import JSON, MERGE_PATCH
from shared.schemas import AuthorQuery, Book, BookPage, BookPatch, BookQuery, FullBook, NewBook

router = APIRouter(prefix="/books", tags=["books"], route_class=StrictRoute)


@router.get("/", responses=problems(400, 414, 422))
async def list_books(
    query: Annotated[BookQuery, Query()], database: CurrentDatabase, services: CurrentServices
) -> BookPage:
    """Books of the catalogue, filtered, searched, sorted and paged."""
    return await database.read(listing.find, query, services.cursors)


@router.get("/author/{book_author:path}", responses=problems(400, 404, 414, 422))
async def list_books_by_author(
    book_author: Author,
    query: Annotated[AuthorQuery, Query()],
    database: CurrentDatabase,
    services: CurrentServices,
) -> BookPage:
    """Books of one author, in any letter case; an author nobody knows has none."""
    return await database.read(listing.find, query.of(book_author), services.cursors)


@router.post("/", status_code=201, responses={201: sends("Location", "ETag"), **problems(400, 401, 403, 413, 415, 422)})
async def create_book(user: CurrentUser, body: NewBook, database: CurrentDatabase, response: Response) -> Book:
    """Add a book, which then belongs to the user."""
    book = await database.write(books.create, user, body, utc_now())
    response.headers.update({"Location": f"/books/{book.id}", "ETag": etag(book.version)})
    return book


@router.get(
    "/{book_id:book}",
    response_model=Book,
    responses={200: sends("ETag"), 304: NOT_MODIFIED, **problems(400, 404, 412, 422)},
)
async def get_book(
    book_id: BookId, database: CurrentDatabase, preconditions: CurrentPreconditions, response: Response
) -> Book | Response:
    """One book, or 304 when the client's copy is current."""
    book = await database.read(books.get, book_id)
    if preconditions.not_modified(etag(book.version)):
        return not_modified(etag(book.version))
    response.headers["ETag"] = etag(book.version)
    return book


@router.put("/{book_id:book}", responses={200: sends("ETag"), **problems(400, 401, 403, 404, 412, 413, 415, 422)})
async def replace_book(
    book_id: BookId,
    user: CurrentUser,
    body: FullBook,
    database: CurrentDatabase,
    preconditions: CurrentPreconditions,
    response: Response,
) -> Book:
    """Put another book in the place of one's own."""
    book = await database.write(books.replace, user, book_id, body, preconditions, utc_now())
    response.headers["ETag"] = etag(book.version)
    return book


@router.patch(
    "/{book_id:book}",
    responses={200: sends("ETag"), **problems(400, 401, 403, 404, 412, 413, 415, 422)},
    openapi_extra=also_reads(JSON, BookPatch),
)
async def patch_book(
    book_id: BookId,
    user: CurrentUser,
    body: Annotated[BookPatch, Body(media_type=MERGE_PATCH)],
    database: CurrentDatabase,
    preconditions: CurrentPreconditions,
    response: Response,
) -> Book:
    """Change some fields of one's own book."""
    book = await database.write(books.patch, user, book_id, body, preconditions, utc_now())
    response.headers["ETag"] = etag(book.version)
    return book


@router.delete(
    "/{book_id:book}", status_code=204, response_class=Response, responses=problems(400, 401, 403, 404, 412, 422)
)
async def delete_book(
    book_id: BookId,
    user: CurrentUser,
    database: CurrentDatabase,
    services: CurrentServices,
    preconditions: CurrentPreconditions,
) -> None:
    """Delete one's own book."""
    outdated = await database.write(books.remove, user, book_id, preconditions)
    await to_thread.run_sync(services.files.remove, outdated)
