"""Flask with less and less of the twin in it; each factory is one layer."""

from flask import Flask, Response, abort, jsonify, request

from benchmarks.layers.rows import RawDatabase
from shared.schemas import Book, BookPage, BookPath, BookQuery


def constant() -> Flask:
    """Routing and an answer that was made beforehand."""
    app, database = _app(), RawDatabase()
    book_body, page_body = app.json.dumps(database.book(1)), app.json.dumps(database.page(20))

    @app.get("/books/<int:book_id>")
    def get_book(book_id: int) -> Response:
        return Response(book_body, mimetype="application/json")

    @app.get("/books/")
    def list_books() -> Response:
        return Response(page_body, mimetype="application/json")

    return app


def raw() -> Flask:
    """Rows from the raw driver as JSON: what one would write in an afternoon."""
    app, database = _app(), RawDatabase()

    @app.get("/books/<int:book_id>")
    def get_book(book_id: int) -> Response:
        return jsonify(database.book(book_id) or abort(404))

    @app.get("/books/")
    def list_books() -> Response:
        return jsonify(database.page(request.args.get("limit", 20, type=int)))

    return app


def validated() -> Flask:
    """The same, with what comes in and what goes out checked by the twin's models."""
    app, database = _app(), RawDatabase()

    @app.get("/books/<book_id>")
    def get_book(book_id: str) -> Response:
        path = BookPath.model_validate({"book_id": book_id})
        book = Book.model_validate(database.book(path.book_id) or abort(404))
        return Response(book.model_dump_json(), mimetype="application/json")

    @app.get("/books/")
    def list_books() -> Response:
        query = BookQuery.model_validate(request.args.to_dict())
        page = BookPage.model_validate(database.page(query.limit))
        return Response(page.model_dump_json(), mimetype="application/json")

    return app


def _app() -> Flask:
    app = Flask("flask_bare")

    @app.get("/health/ready")
    def ready() -> str:
        return "ready"

    return app
