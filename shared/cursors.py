"""Cursors: the position after the last item of a page, signed, and tied to the query that it belongs to."""

import hashlib

from itsdangerous import BadSignature, URLSafeSerializer

from shared.errors import InvalidInput
from shared.schemas import PagedQuery, ProblemItem

Position = tuple[str | int, int]


class Cursors:
    """Signs and reads cursors with one key."""

    def __init__(self, key: bytes) -> None:
        self._serializer = URLSafeSerializer(
            key, salt="cursor", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )

    def sign(self, query: PagedQuery, position: Position, scope: str = "") -> str:
        """The cursor of the page of `query` on the list `scope` that begins behind `position`."""
        return str(self._serializer.dumps([_fingerprint(query, scope), *position]))

    def read(self, query: PagedQuery, scope: str = "") -> Position | None:
        """The position that the cursor in `query` stands for, None without one.

        Raises InvalidInput for a cursor that this server did not make, or made for another query or list.
        """
        if query.cursor is None:
            return None
        try:
            _fingerprint_of_its_query, key, item_id = self._serializer.loads(query.cursor)
        except BadSignature:
            raise _refused() from None
        # Comparing the whole text ties it to this query, and leaves it one spelling only: base64 has spare bits.
        if query.cursor != self.sign(query, (key, item_id), scope):
            raise _refused()
        return key, item_id


def _refused() -> InvalidInput:
    item = ProblemItem(loc=["query", "cursor"], msg="Not a cursor that was given out for this query", type="cursor")
    return InvalidInput([item])


def _fingerprint(query: PagedQuery, scope: str) -> str:
    text = scope + query.model_dump_json(exclude={"cursor", "limit"})
    return hashlib.sha256(text.encode()).hexdigest()[:16]
