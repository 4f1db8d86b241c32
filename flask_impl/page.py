"""The web page."""

from flask import Blueprint, Response

from flask_impl.files import send
from shared.page import HEADERS, asset, index
from shared.stored import StoredFile

router = Blueprint("page", __name__)


@router.get("/")
def page() -> Response:
    """The page itself."""
    return _send(index())


@router.get("/static/<path:name>")
def page_asset(name: str) -> Response:
    """A style, script or picture of the page."""
    return _send(asset(name))


def _send(file: StoredFile) -> Response:
    response = send(file)
    response.headers.update(HEADERS)
    return response
