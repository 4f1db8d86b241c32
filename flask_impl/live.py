"""What takes its time: uploads."""

from collections.abc import Iterator

from flask import Blueprint

from flask_impl.current import places
from flask_impl.wire import Reply, operation
from shared.model import User
from shared.streaming import UPLOAD, Digest

router = Blueprint("live", __name__)


@router.post("/upload/")
@operation(stream=UPLOAD, user=True)
def upload(body: Iterator[bytes], user: User) -> Reply:
    """Number and SHA-256 of the bytes that are sent, of any media type, in any amount up to the limit."""
    digest = Digest()
    with places.transfers.held():
        for chunk in body:
            digest.add(chunk)
    return digest.result()
