"""Books, and the lists of them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import MISSING, BaseModel, ConfigDict, Field, ValidationInfo, field_serializer, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from shared.fields import Author, BookId, Category, Description, Digits, Rating, SearchWords, Title, Year
from shared.schemas.base import Body, PagedQuery

_EXAMPLE: JsonDict = {
    "title": "The Left Hand of Darkness",
    "author": "Ursula K. Le Guin",
    "category": "science fiction",
    "description": "An envoy tries to bring a wintry planet into a league of worlds.",
    "rating": 5,
    "published_year": 1969,
}


class NewBook(Body):
    """A book to add; the description may be left out, and the year when it is not known."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    title: Title
    author: Author
    category: Category
    description: Description = ""
    rating: Rating
    published_year: Year = None


class FullBook(Body):
    """A book to put in the place of another: every field is required."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    title: Title
    author: Author
    category: Category
    description: Description
    rating: Rating
    published_year: Year


class BookPatch(Body):
    """The fields to change, as a JSON merge patch (RFC 7396); null is allowed only for the year."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rating": 4}]})

    title: Title | MISSING = MISSING
    author: Author | MISSING = MISSING
    category: Category | MISSING = MISSING
    description: Description | MISSING = MISSING
    rating: Rating | MISSING = MISSING
    published_year: Year | MISSING = MISSING


class Book(BaseModel):
    """A book as the server keeps it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    **_EXAMPLE,
                    "owner": "genly",
                    "version": 1,
                    "created_at": "2026-01-31T12:00:00.000000Z",
                    "updated_at": "2026-01-31T12:00:00.000000Z",
                }
            ]
        }
    )

    id: int
    title: str
    author: str
    category: str
    description: str
    rating: int
    published_year: int | None
    owner: Annotated[str, Field(description="Username of the only user who may change the book.")]
    version: Annotated[int, Field(description="Grows by one with each change; the ETag is made of it.")]
    created_at: datetime
    updated_at: datetime


class BookPage(BaseModel):
    """One page of a list."""

    items: list[Book]
    next: Annotated[
        str | None,
        Field(description="Pass it as cursor, with the same query, for the next page; null at the end."),
    ]


Sort = Literal[
    "id",
    "-id",
    "title",
    "-title",
    "author",
    "-author",
    "rating",
    "-rating",
    "published_year",
    "-published_year",
]
SearchSort = Literal[Sort, "relevance"]


class PageQuery(PagedQuery):
    """What every list of books takes."""

    category: Annotated[Category | None, Field(description="Only this category, in any letter case.")] = None


class BookQuery(PageQuery):
    """Filters of the catalogue; they combine."""

    author: Annotated[Author | None, Field(description="Only this author, in any letter case.")] = None
    q: Annotated[
        SearchWords | None,
        Field(
            description="Words that title, author or category must contain, each from its beginning; "
            "case and accents do not matter."
        ),
    ] = None
    min_rating: Annotated[Rating | None, Field(description="Only books rated at least this."), Digits] = None
    sort: Annotated[
        SearchSort | None,
        Field(
            description="Field to sort by; a leading hyphen reverses it. A search is sorted by relevance unless asked "
            "otherwise: books with all the words in the title first, then those that need the author too, then the "
            "category; of these, shorter titles first. Without a search, or with one that more than 10,000 books "
            "match, the order is that of ids."
        ),
    ] = None

    @field_validator("sort")
    @classmethod
    def _relevant_to_something(cls, value: str | None, info: ValidationInfo) -> str | None:
        # A search that is itself invalid is not among the data.
        if value == "relevance" and info.data.get("q", "") is None:
            raise PydanticCustomError("relevance", "There is relevance only to a search: give q")
        return value

    @field_serializer("sort")
    def _meant(self, _value: str | None) -> str:
        # A cursor belongs to the order that is meant, however it was asked for.
        return self.order

    @property
    def order(self) -> str:
        """The order that is meant."""
        return self.sort or ("relevance" if self.q else "id")


class AuthorQuery(PageQuery):
    """Filters of one author's books."""

    sort: Annotated[Sort, Field(description="Field to sort by; a leading hyphen reverses it.")] = "id"

    def of(self, author: str) -> BookQuery:
        """The same query on the whole catalogue."""
        return BookQuery.model_construct(**dict(self), author=author)


class BookPath(BaseModel):
    """Path of one book."""

    book_id: BookId


class AuthorPath(BaseModel):
    """Path of an author's books."""

    book_author: Author
