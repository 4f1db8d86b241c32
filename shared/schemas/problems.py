"""Any answer that is not a success."""

from typing import Annotated

from pydantic import BaseModel, Field


class ProblemItem(BaseModel):
    """One invalid value."""

    loc: Annotated[list[str | int], Field(description="Where it is: path, query or body, then the names below.")]
    msg: str
    type: Annotated[str, Field(description="The broken rule, for machines.")]


class Problem(BaseModel):
    """Any answer that is not a success (RFC 9457)."""

    type: Annotated[str, Field(description="URI of the kind of problem.")]
    title: Annotated[str, Field(description="The kind of problem in words.")]
    status: Annotated[int, Field(description="The HTTP status, again.")]
    detail: Annotated[str, Field(description="What is wrong with this request.")]
    errors: Annotated[list[ProblemItem] | None, Field(description="Each invalid value, when the status is 422.")] = None
