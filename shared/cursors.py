"""Cursors: the position after the last item of a page, signed, and tied to the query that it belongs to."""

import hashlib

from itsdangerous import BadSignature, URLSafeSerializer

from shared.errors import InvalidInput
from shared.schemas import MAX_PAGE, PagedQuery, ProblemItem

Position = tuple[str | int, int]


_NO_CURSOR = ProblemItem(loc=["query", "cursor"], msg="Not a cursor that was given out for this query", type="cursor")


class Cursors:
    """Signs and reads cursors with one key, for pages of at most `max_page`."""

    def __init__(self, key: bytes, max_page: int = MAX_PAGE) -> None:
        self._max_page = max_page
        self._serializer = URLSafeSerializer(
            key, salt="cursor", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )

    def sign(self, query: PagedQuery, position: Position, scope: str = "") -> str:
        """The cursor of the page of `query` on the list `scope` that begins behind `position`."""
        return str(self._serializer.dumps([_fingerprint(query, scope), *position]))

    def read(self, query: PagedQuery, scope: str = "") -> Position | None:
        """The position that the cursor in `query` stands for, None without one.

        Raises InvalidInput for a cursor that this server did not make, or made for another query or list, and for a
        page that is larger than this server gives.
        """
        position = None if query.cursor is None else self._position(query, query.cursor, scope)
        problems = []
        if query.limit > self._max_page:
            # As the schema says it of its own bound, which a server may undercut.
            bound = f"Input should be less than or equal to {self._max_page}"
            problems.append(ProblemItem(loc=["query", "limit"], msg=bound, type="less_than_equal"))
        if query.cursor is not None and position is None:
            problems.append(_NO_CURSOR)
        if problems:
            raise InvalidInput(problems)
        return position

    def _position(self, query: PagedQuery, cursor: str, scope: str) -> Position | None:
        try:
            _fingerprint_of_its_query, key, item_id = self._serializer.loads(cursor)
        except BadSignature:
            return None
        # Comparing the whole text ties it to this query, and leaves it one spelling only: base64 has spare bits.
        return (key, item_id) if cursor == self.sign(query, (key, item_id), scope) else None


def _fingerprint(query: PagedQuery, scope: str) -> str:
    text = scope + query.model_dump_json(exclude={"cursor", "limit"})
    return hashlib.sha256(text.encode()).hexdigest()[:16]
