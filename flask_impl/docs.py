"""The contract document and its page, without a network."""

from flask import Blueprint, Response, current_app, send_file

from shared.docs import ASSETS, DOCS_PAGE, assets_folder
from shared.errors import PathNotFound
from shared.parsing import JSON

router = Blueprint("docs", __name__)


@router.get("/openapi.json")
def openapi_document() -> Response:
    """The contract document."""
    return current_app.response_class(current_app.extensions["openapi"], mimetype=JSON)


@router.get("/docs")
def docs_page() -> Response:
    """Swagger UI."""
    return send_file(DOCS_PAGE, mimetype="text/html")


@router.get("/docs/assets/<name>")
def docs_asset(name: str) -> Response:
    """A file of Swagger UI."""
    if name not in ASSETS:
        raise PathNotFound
    return send_file(assets_folder() / name, mimetype=ASSETS[name], max_age=86400)
