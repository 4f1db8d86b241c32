"""What the shapes have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from shared.fields import Digits

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


class PagedQuery(Query):
    """What every list takes."""

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE, description="Items on a page."), Digits] = 20
    cursor: Annotated[str | None, Field(min_length=1, max_length=4096, description="`next` of the page before.")] = None
