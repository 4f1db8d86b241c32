"""What the operator asks."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class Health(BaseModel):
    """The state of the server."""

    status: Literal["ok"] = "ok"


class Readiness(Health):
    """The state of the server and what it depends on."""

    database: Annotated[str, Field(description="Name and version of the database.")]
