"""The contract document and its page, without a network."""

from flask import Blueprint, Response, current_app

from flask_impl.files import send
from shared import docs
from shared.parsing import JSON

router = Blueprint("docs", __name__)


@router.get("/openapi.json")
def openapi_document() -> Response:
    """The contract document."""
    return current_app.response_class(current_app.extensions["openapi"], mimetype=JSON)


@router.get("/docs")
def docs_page() -> Response:
    """Swagger UI."""
    response = send(docs.page())
    response.headers.update(docs.headers())
    return response


@router.get("/docs/assets/<name>")
def docs_asset(name: str) -> Response:
    """A file of Swagger UI."""
    return send(docs.asset(name))
