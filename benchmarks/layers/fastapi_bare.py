"""FastAPI with less and less of the twin in it; each factory is one layer.

Handlers that use the driver are plain functions, which FastAPI runs in threads: so one uses a driver that blocks.
"""

from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.layers.prepared import PAGE, READY, prepared
from benchmarks.layers.rows import RawDatabase, Row
from shared.fields import BookId
from shared.schemas import Book, BookPage, BookQuery


def empty() -> ASGIApp:
    """The server alone, with a callable that hands out bytes."""
    bodies = prepared()

    async def application(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = bodies[scope["path"]]
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


def framework() -> FastAPI:
    """Routing, and the same bytes."""
    app, bodies = FastAPI(), prepared()

    @app.get(READY)
    async def ready() -> Response:
        return _json(bodies[READY])

    @app.get("/books/{book_id}")
    async def get_book(book_id: int) -> Response:
        return _json(bodies[f"{PAGE}{book_id}"])

    @app.get("/books/")
    async def list_books() -> Response:
        return _json(bodies[PAGE])

    return app


def validation() -> FastAPI:
    """Rows by the raw driver, with what comes in and what goes out checked by the twin's models."""
    app, database = FastAPI(), RawDatabase()

    @app.get(READY)
    async def ready() -> Response:
        return _json("{}")

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


def _json(body: bytes | str) -> Response:
    return Response(body, media_type="application/json")
