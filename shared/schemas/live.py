"""What lasts: uploads."""

from typing import Annotated

from pydantic import BaseModel, Field


class Uploaded(BaseModel):
    """What came of a body that was sent."""

    bytes: Annotated[int, Field(description="How many bytes it has.")]
    sha256: Annotated[str, Field(description="Their SHA-256, in hexadecimal digits.")]
