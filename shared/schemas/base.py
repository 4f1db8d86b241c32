"""What the shapes have in common."""

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic_core import PydanticCustomError

MAX_PAGE = 100


class Body(BaseModel):
    """A JSON request body."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Query(BaseModel):
    """The parameters of a query string; one that is given twice is refused, as is an unknown one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _given_once(cls, value: object) -> object:
        if isinstance(value, list):
            raise PydanticCustomError("repeated", "Give this parameter only once")
        return value
