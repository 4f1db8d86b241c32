"""An application that does some honest work in one thread: a request costs it the same again and again."""

from fastapi import FastAPI, Response

from benchmarks.layers.prepared import READY
from benchmarks.layers.rows import RawDatabase
from shared.fields import BookId
from shared.schemas import Book, BookPage

_BESIDE = 40


def create_app() -> FastAPI:
    """Books by the raw driver, read by the event loop itself, which nobody should do who has other things to do."""
    app, database = FastAPI(), RawDatabase()

    @app.get(READY)
    async def ready() -> Response:
        return Response()

    @app.get("/books/{book_id}")
    async def get_book(book_id: BookId) -> Book:
        # Read beside it, so that the server has more to do than the generator.
        BookPage.model_validate(database.page(_BESIDE))
        return Book.model_validate(database.book(book_id))

    @app.get("/books/")
    async def list_books() -> BookPage:
        return BookPage.model_validate(database.page(20))

    return app
