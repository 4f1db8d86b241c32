"""The web page as both twins serve it: `static/index.html` at `/`, and what it loads below `/static/`."""

from pathlib import Path

from shared.errors import PathNotFound
from shared.stored import StoredFile

_STATIC = Path(__file__).parent / "static"
_ASSETS = _STATIC / "assets"
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    # Which types get a charset by themselves differs between the frameworks.
    ".svg": "image/svg+xml; charset=utf-8",
}

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
# Of every page for people, whatever it may load.
BROWSER_HEADERS = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in _POLICY.items())
} | BROWSER_HEADERS


def index() -> StoredFile:
    """The page itself."""
    return _stored(_STATIC / "index.html")


def asset(name: str) -> StoredFile:
    """What the page loads by exactly this name; raises PathNotFound."""
    # Looked up among the files that there are, so no spelling of a path leads anywhere else.
    found = {path.relative_to(_ASSETS).as_posix(): path for path in _ASSETS.rglob("*.*")}
    if name not in found:
        raise PathNotFound
    return _stored(found[name])


def _stored(path: Path) -> StoredFile:
    return StoredFile.read(path, _TYPES[path.suffix])
