"""Import."""

from typing import Annotated

from pydantic import BaseModel, Field


class RecordFlaw(BaseModel):
    """Something that is wrong with a record."""

    line: Annotated[int, Field(description="Line of the file on which the record begins.")]
    loc: Annotated[list[str | int], Field(description="Names of the value; empty when it is the whole record.")]
    msg: str


class Imported(BaseModel):
    """What became of the records of an import."""

    imported: Annotated[int, Field(description="Records that are books of the user now.")]
    rejected: Annotated[int, Field(description="Records that are none.")]
    errors: Annotated[list[RecordFlaw], Field(description="What is wrong with the rejected ones, the first 100.")]
