"""What takes its time: streams and uploads."""

from typing import Annotated

from pydantic import BaseModel, Field

from shared.fields import Decimal, Digits
from shared.schemas.base import Query


class StreamQuery(Query):
    """How many events, and how far apart."""

    count: Annotated[int, Field(ge=1, le=1000, description="Number of events."), Digits] = 10
    interval: Annotated[float, Field(ge=0, le=60, description="Seconds from one event to the next."), Decimal] = 1.0


class Uploaded(BaseModel):
    """What came of a body that was sent."""

    bytes: Annotated[int, Field(description="How many bytes it has.")]
    sha256: Annotated[str, Field(description="Their SHA-256, in hexadecimal digits.")]
