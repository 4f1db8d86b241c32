"""The contract document and the page that shows it, both served as they lie in this folder."""

import base64
import hashlib
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from shared.errors import PathNotFound
from shared.page import BROWSER_HEADERS
from shared.stored import StoredFile

TITLE = "Books API"
VERSION = "1.0.0"
TAGS = {
    "books": "The catalogue: anyone reads, users add, owners change.",
    "covers": "Pictures of books, and thumbnails made of them in the background.",
    "auth": "Accounts, sessions and tokens.",
    "chat": "The librarian, who answers from the catalogue.",
    "live": "What takes its time: streams, sockets and uploads.",
    "reading list": "What a user wants to read; nobody else sees it.",
    "health": "What the operator asks.",
}

OPENAPI_FILE = Path(__file__).parent / "openapi.json"
_PAGE = Path(__file__).parent / "static" / "docs.html"
_DAY = "public, max-age=86400"

# The files of Swagger UI that the page loads, and nothing else of the package.
_ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}


def page() -> StoredFile:
    """Swagger UI."""
    return StoredFile.read(_PAGE, "text/html")


@cache
def headers() -> dict[str, str]:
    """What the page tells browsers; Swagger UI writes styles into elements, and the one script of the page is known."""
    [script] = re.findall(rb"<script>(.*?)</script>", _PAGE.read_bytes(), re.DOTALL)
    known = base64.b64encode(hashlib.sha256(script).digest()).decode()
    directives = {
        "default-src": "'none'",
        "script-src": f"'self' 'sha256-{known}'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    policy = "; ".join(f"{name} {sources}" for name, sources in directives.items())
    return {"Content-Security-Policy": policy} | BROWSER_HEADERS


@cache
def asset(name: str) -> StoredFile:
    """A file of Swagger UI; raises PathNotFound."""
    if name not in _ASSETS:
        raise PathNotFound
    return StoredFile.read(_assets_folder() / name, _ASSETS[name], _DAY)


def _assets_folder() -> Path:
    """Where the installed package keeps Swagger UI; found without importing it, for it imports Flask."""
    spec = find_spec("flask_swagger_ui")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package flask-swagger-ui is not installed")
    return Path(spec.submodule_search_locations[0]) / "dist"
