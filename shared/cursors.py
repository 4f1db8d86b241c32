"""Cursors: the position after the last book of a page, signed, and tied to the query that it belongs to."""

import hashlib

from itsdangerous import BadSignature, URLSafeSerializer

from shared.errors import InvalidInput
from shared.schemas import BookQuery, ProblemItem

Position = tuple[str | int, int]


class Cursors:
    """Signs and reads cursors with one key."""

    def __init__(self, key: bytes) -> None:
        self._serializer = URLSafeSerializer(
            key, salt="cursor", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )

    def sign(self, query: BookQuery, position: Position) -> str:
        """The cursor of the page of `query` that begins behind `position`."""
        return str(self._serializer.dumps([_fingerprint(query), *position]))

    def read(self, query: BookQuery) -> Position | None:
        """The position that the cursor in `query` stands for, None without one.

        Raises InvalidInput for a cursor that this server did not make, or made for another query.
        """
        if query.cursor is None:
            return None
        try:
            _fingerprint_of_its_query, key, book_id = self._serializer.loads(query.cursor)
        except BadSignature:
            raise _refused() from None
        # Comparing the whole text ties it to this query, and leaves it one spelling only: base64 has spare bits.
        if query.cursor != self.sign(query, (key, book_id)):
            raise _refused()
        return key, book_id


def _refused() -> InvalidInput:
    item = ProblemItem(loc=["query", "cursor"], msg="Not a cursor that was given out for this query", type="cursor")
    return InvalidInput([item])


def _fingerprint(query: BookQuery) -> str:
    text = query.model_dump_json(exclude={"cursor", "limit"})
    return hashlib.sha256(text.encode()).hexdigest()[:16]
