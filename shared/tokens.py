"""Access tokens, signed, short-lived and self-describing (RFC 9068), and the opaque refresh tokens beside them.

Pure: the clock is a parameter. PyJWT checks signature, algorithm, issuer and audience; what it leaves open
(header members, types of claims, lifetime, spare bits of the signature) is checked here, as RFC 8725 asks.
"""

import hashlib
import secrets
from datetime import datetime

import jwt
from jwt.utils import base64url_decode, base64url_encode
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import InvalidToken
from shared.model import Session
from shared.schemas import TokenPair

ALGORITHM = "HS256"
TYPE = "at+jwt"
ISSUER = "books"
AUDIENCE = "books-api"
CLOCK_SKEW_S = 5


class Claims(BaseModel):
    """What an access token says: user `sub` holds session `sid` from `iat` until `exp`, in Unix seconds."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    iss: str
    aud: str
    sub: str
    sid: str
    jti: str
    iat: int
    exp: int


def new_refresh_token() -> str:
    """A refresh token of 256 random bits, which says nothing by itself."""
    return secrets.token_urlsafe(32)


def refresh_token_hash(token: str) -> str:
    """What is stored of a refresh token: a plain hash is enough for a value that cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


class AccessTokens:
    """Signs and reads access tokens with one key and one lifetime."""

    def __init__(self, key: bytes, lifetime_s: int) -> None:
        self._key = key
        self._lifetime_s = lifetime_s
        self._jwt = jwt.PyJWT(
            {
                "require": ["iss", "aud", "sub", "sid", "jti", "iat", "exp"],
                "enforce_minimum_key_length": True,
                "strict_aud": True,
                # Time is judged below, by the clock that the caller gives.
                "verify_exp": False,
                "verify_iat": False,
            }
        )

    def pair(self, session: Session, now: datetime) -> TokenPair:
        """The tokens that a client receives for `session`."""
        return TokenPair(
            access_token=self.sign(session.user_id, session.id, now),
            refresh_token=session.refresh_token,
            expires_in=self._lifetime_s,
        )

    def sign(self, user_id: int, session_id: str, now: datetime) -> str:
        """A token that is valid from `now` for the lifetime."""
        issued_at = int(now.timestamp())
        claims = Claims(
            iss=ISSUER,
            aud=AUDIENCE,
            sub=str(user_id),
            sid=session_id,
            jti=secrets.token_hex(16),
            iat=issued_at,
            exp=issued_at + self._lifetime_s,
        )
        return self._jwt.encode(claims.model_dump(), self._key, algorithm=ALGORITHM, headers={"typ": TYPE})

    def read(self, token: str, now: datetime) -> Claims:
        """The claims of a token that is genuine and current; raises InvalidToken otherwise."""
        try:
            parts = self._jwt.decode_complete(
                token, self._key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER
            )
            claims = Claims.model_validate(parts["payload"])
        except (jwt.InvalidTokenError, ValidationError, UnicodeError):
            raise InvalidToken from None
        if parts["header"] != {"alg": ALGORITHM, "typ": TYPE} or not _canonical(token):
            raise InvalidToken
        self._check_time(claims, now.timestamp())
        return claims

    def _check_time(self, claims: Claims, now_s: float) -> None:
        if claims.exp <= now_s:
            raise InvalidToken("The access token has expired.")
        if claims.iat > now_s + CLOCK_SKEW_S or claims.exp - claims.iat > self._lifetime_s:
            raise InvalidToken


def _canonical(token: str) -> bool:
    # The last character of a part can carry spare bits, and padding is ignored: many spellings of one token.
    return all(base64url_encode(base64url_decode(part)).decode() == part for part in token.split("."))
