"""The web page."""

from flask import Blueprint, Response, send_file

from shared.page import HEADERS, PageFile, asset, index

router = Blueprint("page", __name__)


@router.get("/")
def page() -> Response:
    """The page itself."""
    return _send(index())


@router.get("/static/<path:name>")
def page_asset(name: str) -> Response:
    """A style, script or picture of the page."""
    return _send(asset(name))


def _send(file: PageFile) -> Response:
    response = send_file(file.path, mimetype=file.media_type, etag=file.digest)
    # Werkzeug names the file for whoever saves it, which nobody does with a page.
    response.headers.pop("Content-Disposition", None)
    response.headers.update(HEADERS)
    return response
