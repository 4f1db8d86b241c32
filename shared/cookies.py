"""The cookie of a browser's session: the id of the session, signed, in one spelling only.

The signature spares the database what was made up; that the session is alive, only the database knows.
"""

import hashlib

from itsdangerous import BadSignature, URLSafeSerializer

from shared.errors import InvalidToken, Unauthorized
from shared.parsing import cookie_values

NAME = "session"


class SessionCookies:
    """Signs, reads and clears session cookies with one key and one lifetime."""

    def __init__(self, key: bytes, lifetime_s: int) -> None:
        self._lifetime_s = lifetime_s
        self._serializer = URLSafeSerializer(
            key, salt="session", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )

    def sign(self, session_id: str) -> str:
        """The value of the cookie for a session."""
        return str(self._serializer.dumps(session_id))

    def sent(self, header: str | None) -> bool:
        """Whether a Cookie header holds a session cookie, good or not."""
        return bool(cookie_values(header, NAME))

    def read(self, header: str | None) -> str:
        """The session that a Cookie header names; raises Unauthorized without one, InvalidToken for a bad or second."""
        values = cookie_values(header, NAME)
        if not values:
            raise Unauthorized("This operation needs the cookie of a session.")
        try:
            session_id = str(self._serializer.loads(values[0]))
        except BadSignature:
            raise InvalidToken("The session cookie is not valid.") from None
        # Comparing the whole text leaves it one spelling: base64 has spare bits.
        if values != [self.sign(session_id)]:
            raise InvalidToken("The session cookie is not valid.")
        return session_id

    def replaced(self, header: str | None) -> str | None:
        """The session that a new login takes the place of, None unless the cookie is genuine."""
        try:
            return self.read(header)
        except Unauthorized:
            return None

    def granted(self, session_id: str, *, secure: bool) -> dict[str, str]:
        """The header that gives a browser its session."""
        return _set_cookie(self.sign(session_id), self._lifetime_s, secure=secure)

    def cleared(self, *, secure: bool) -> dict[str, str]:
        """The header that makes a browser forget its session."""
        return _set_cookie("", 0, secure=secure)


def _set_cookie(value: str, max_age_s: int, *, secure: bool) -> dict[str, str]:
    # Written here because the frameworks differ in the order, the letter case and the quoting of what they would write.
    attributes = [f"Max-Age={max_age_s}", "Path=/", "HttpOnly", "SameSite=Lax", *(["Secure"] if secure else [])]
    return {"Set-Cookie": "; ".join([f"{NAME}={value}", *attributes])}
