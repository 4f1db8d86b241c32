"""The web page as both twins serve it: `static/index.html` at `/`, and what it loads below `/static/`."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from shared.errors import PathNotFound

_STATIC = Path(__file__).parent / "static"
_ASSETS = _STATIC / "assets"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

# Covers are shown from memory (blob:), for a thumbnail that is still being made is not an image yet.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in _POLICY.items()),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # The names do not change with the content: every use asks whether its copy is current.
    "Cache-Control": "no-cache",
    "Accept-Ranges": "bytes",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file of the page; the digest is of its content, so that every host gives it the same ETag."""

    path: Path
    media_type: str
    digest: str


def index() -> PageFile:
    """The page itself."""
    return _page_file(_STATIC / "index.html")


def asset(name: str) -> PageFile:
    """What the page loads by exactly this name; raises PathNotFound."""
    # Looked up among the files that there are, so no spelling of a path leads anywhere else.
    found = {path.relative_to(_ASSETS).as_posix(): path for path in _ASSETS.rglob("*.*")}
    if name not in found:
        raise PathNotFound
    return _page_file(found[name])


def _page_file(path: Path) -> PageFile:
    return PageFile(path, _TYPES[path.suffix], hashlib.sha256(path.read_bytes()).hexdigest()[:32])
