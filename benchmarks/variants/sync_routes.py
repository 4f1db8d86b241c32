"""The FastAPI twin with the handlers of its catalogue as plain functions, which FastAPI runs in threads.

The use cases behind them are the same, and so is everything in front: dependencies, middleware, error documents.
`uvicorn --factory benchmarks.variants.sync_routes:create_app` serves it.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, FastAPI, Query, Request, Response

from fastapi_impl.app import create_app as create_twin
from fastapi_impl.current import CurrentPreconditions, CurrentServices, CurrentUser
from fastapi_impl.wire import StrictRoute, not_modified
from flask_impl.database import Database
from shared import books, listing
from shared.config import Settings
from shared.fields import Author, BookId
from shared.model import etag, utc_now
from shared.parsing import MERGE_PATCH
from shared.schemas import AuthorQuery, Book, BookPage, BookPatch, BookQuery, FullBook, NewBook

router = APIRouter(prefix="/books", tags=["books"], route_class=StrictRoute)


def database(request: Request) -> Database:
    """Dependency: a database that blocks, as that of the Flask twin does."""
    return request.app.state.sync_database  # type: ignore[no-any-return]  # state is a bag by design


SyncDatabase = Annotated[Database, Depends(database)]


@router.get("/")
def list_books(query: Annotated[BookQuery, Query()], database: SyncDatabase, services: CurrentServices) -> BookPage:
    """Books of the catalogue, filtered, searched, sorted and paged."""
    return database.read(listing.find, query, services.cursors)


@router.get("/author/{book_author:path}")
def list_books_by_author(
    book_author: Author, query: Annotated[AuthorQuery, Query()], database: SyncDatabase, services: CurrentServices
) -> BookPage:
    """Books of one author, in any letter case; an author nobody knows has none."""
    return database.read(listing.find, query.of(book_author), services.cursors)


@router.post("/", status_code=201)
def create_book(user: CurrentUser, body: NewBook, database: SyncDatabase, response: Response) -> Book:
    """Add a book, which then belongs to the user."""
    book = database.write(books.create, user, body, utc_now())
    response.headers.update({"Location": f"/books/{book.id}", "ETag": etag(book.version)})
    return book


@router.get("/{book_id:book}", response_model=Book)
def get_book(
    book_id: BookId, database: SyncDatabase, preconditions: CurrentPreconditions, response: Response
) -> Book | Response:
    """One book, or 304 when the client's copy is current."""
    book = database.read(books.get, book_id)
    if preconditions.not_modified(etag(book.version)):
        return not_modified(etag(book.version))
    response.headers["ETag"] = etag(book.version)
    return book


@router.put("/{book_id:book}")
def replace_book(
    book_id: BookId,
    user: CurrentUser,
    body: FullBook,
    database: SyncDatabase,
    preconditions: CurrentPreconditions,
    response: Response,
) -> Book:
    """Put another book in the place of one's own."""
    book = database.write(books.replace, user, book_id, body, preconditions, utc_now())
    response.headers["ETag"] = etag(book.version)
    return book


@router.patch("/{book_id:book}")
def patch_book(
    book_id: BookId,
    user: CurrentUser,
    body: Annotated[BookPatch, Body(media_type=MERGE_PATCH)],
    database: SyncDatabase,
    preconditions: CurrentPreconditions,
    response: Response,
) -> Book:
    """Change some fields of one's own book."""
    book = database.write(books.patch, user, book_id, body, preconditions, utc_now())
    response.headers["ETag"] = etag(book.version)
    return book


@router.delete("/{book_id:book}", status_code=204, response_class=Response)
def delete_book(
    book_id: BookId,
    user: CurrentUser,
    database: SyncDatabase,
    services: CurrentServices,
    preconditions: CurrentPreconditions,
) -> None:
    """Delete one's own book."""
    services.files.remove(database.write(books.remove, user, book_id, preconditions))


def create_app() -> FastAPI:
    """The twin, with these handlers in front of its own."""
    app = create_twin()
    app.state.sync_database = Database(Settings.load())
    app.include_router(router)
    app.router.routes.insert(0, app.router.routes.pop())
    return app
