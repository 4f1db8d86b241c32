"""FastAPI with less and less of the twin in it; each factory is one layer.

Handlers that use the driver are plain functions, which FastAPI runs in threads: so one uses a driver that blocks.
"""

from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from benchmarks.layers.rows import RawDatabase, Row
from shared.fields import BookId
from shared.schemas import Book, BookPage, BookQuery


def constant() -> FastAPI:
    """Routing and an answer that was made beforehand."""
    app, database = _app(), RawDatabase()
    book_body, page_body = JSONResponse(database.book(1)).body, JSONResponse(database.page(20)).body

    @app.get("/books/{book_id}")
    async def get_book(book_id: int) -> Response:
        return Response(book_body, media_type="application/json")

    @app.get("/books/")
    async def list_books() -> Response:
        return Response(page_body, media_type="application/json")

    return app


def raw() -> FastAPI:
    """Rows from the raw driver as JSON: what one would write in an afternoon."""
    app, database = _app(), RawDatabase()

    @app.get("/books/{book_id}")
    def get_book(book_id: int) -> Response:
        return JSONResponse(_found(database.book(book_id)))

    @app.get("/books/")
    def list_books(limit: int = 20) -> Response:
        return JSONResponse(database.page(limit))

    return app


def validated() -> FastAPI:
    """The same, with what comes in and what goes out checked by the twin's models."""
    app, database = _app(), RawDatabase()

    @app.get("/books/{book_id}")
    def get_book(book_id: BookId) -> Book:
        return Book.model_validate(_found(database.book(book_id)))

    @app.get("/books/")
    def list_books(query: Annotated[BookQuery, Query()]) -> BookPage:
        return BookPage.model_validate(database.page(query.limit))

    return app


def _found(row: Row | None) -> Row:
    if row is None:
        raise HTTPException(404)
    return row


def _app() -> FastAPI:
    app = FastAPI()

    @app.get("/health/ready")
    async def ready() -> Response:
        return PlainTextResponse("ready")

    return app
