"""Accounts and their tokens."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.fields import Email, Password, RefreshToken, Storable, Username
from shared.schemas.base import Body


class Registration(Body):
    """A new account."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "genly", "password": "winter is a long year"}]}
    )

    username: Username
    password: Password
    email: Annotated[Email | None, Field(description="Shown to its owner only.")] = None


class Login(BaseModel):
    """The form of the OAuth 2 password grant (RFC 6749 section 4.3.2); other members are ignored."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"additionalProperties": {"type": "string"}})

    username: Annotated[str, Field(min_length=1, max_length=256), Storable]
    password: Annotated[str, Field(min_length=1, max_length=128, json_schema_extra={"format": "password"}), Storable]
    grant_type: Annotated[Literal["password"] | None, Field(description="May be left out.")] = None


class Refresh(Body):
    """A refresh token, to be rotated or revoked."""

    refresh_token: RefreshToken


class TokenPair(BaseModel):
    """What a client needs to act as a user (RFC 6749 section 5.1)."""

    access_token: Annotated[str, Field(description="Send it as `Authorization: Bearer …`.")]
    refresh_token: Annotated[str, Field(description="Good for one use at /auth/refresh.")]
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: Annotated[int, Field(description="Seconds for which the access token is valid.")]


class Me(BaseModel):
    """An account, as only its owner sees it."""

    id: int
    username: str
    email: str | None
    created_at: datetime
