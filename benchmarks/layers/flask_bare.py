"""Flask with less and less of the twin in it; each factory is one layer."""

from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, abort, request

from benchmarks.layers.prepared import PAGE, READY, prepared
from benchmarks.layers.rows import RawDatabase
from shared.schemas import Book, BookPage, BookPath, BookQuery


def empty() -> WSGIApplication:
    """The server alone, with a callable that hands out bytes."""
    bodies = prepared()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        body = bodies[environ["PATH_INFO"]]
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return application


def framework() -> Flask:
    """Routing, and the same bytes."""
    app, bodies = Flask("flask_bare"), prepared()

    @app.get(READY)
    def ready() -> Response:
        return _json(bodies[READY])

    @app.get("/books/<int:book_id>")
    def get_book(book_id: int) -> Response:
        return _json(bodies[f"{PAGE}{book_id}"])

    @app.get("/books/")
    def list_books() -> Response:
        return _json(bodies[PAGE])

    return app


def validation() -> Flask:
    """Rows by the raw driver, with what comes in and what goes out checked by the twin's models."""
    app, database = Flask("flask_bare"), RawDatabase()

    @app.get(READY)
    def ready() -> Response:
        return _json("{}")

    @app.get("/books/<book_id>")
    def get_book(book_id: str) -> Response:
        path = BookPath.model_validate({"book_id": book_id})
        book = Book.model_validate(database.book(path.book_id) or abort(404))
        return _json(book.model_dump_json())

    @app.get("/books/")
    def list_books() -> Response:
        query = BookQuery.model_validate(request.args.to_dict())
        page = BookPage.model_validate(database.page(query.limit))
        return _json(page.model_dump_json())

    return app


def _json(body: bytes | str) -> Response:
    return Response(body, mimetype="application/json")
