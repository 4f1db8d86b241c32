"""Covers and their thumbnails."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from shared.fields import OneFile
from shared.schemas.base import Body


class CoverForm(Body):
    """The form that brings a cover: one file; its name and declared type do not matter."""

    cover: Annotated[bytes, OneFile]


class Cover(BaseModel):
    """A cover as the server keeps it: decoded and written anew, without metadata."""

    media_type: str
    width: Annotated[int, Field(description="Pixels from left to right.")]
    height: Annotated[int, Field(description="Pixels from top to bottom.")]
    bytes: Annotated[int, Field(description="Size of the file.")]
    sha256: Annotated[str, Field(description="Hash of the file in hexadecimal; the ETag is made of it.")]


class PendingThumbnail(BaseModel):
    """A thumbnail that is still being made."""

    status: Literal["pending"] = "pending"
