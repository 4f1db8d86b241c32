"""Answers that were made before anybody asked: what a layer below the database gives."""

import json

from benchmarks.layers.rows import RawDatabase

READY = "/health/ready"
PAGE = "/books/"
_PAGE_SIZE = 20


def prepared() -> dict[str, bytes]:
    """The body for each path: the first page, every book on it, and the readiness."""
    database = RawDatabase()
    page = database.page(_PAGE_SIZE)
    bodies = {f"{PAGE}{book['id']}": _encoded(book) for book in page["items"]}
    return bodies | {PAGE: _encoded(page), READY: _encoded({"status": "ready"})}


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
