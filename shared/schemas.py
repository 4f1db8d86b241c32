"""Every JSON shape of the API: bodies and queries in, documents out.

Bodies are strict (no "5" for 5) and refuse unknown members; so do queries, whose values arrive as text.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import MISSING, BaseModel, ConfigDict, Field, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from shared.fields import (
    Author,
    BookId,
    Category,
    Description,
    Digits,
    Email,
    Password,
    Rating,
    RefreshToken,
    SearchWords,
    Storable,
    Title,
    Username,
    Year,
)

MAX_PAGE = 100


class Body(BaseModel):
    """A JSON request body."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


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


class PageQuery(BaseModel):
    """What every list of books takes; a parameter given twice is refused, as is an unknown one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: Annotated[Category | None, Field(description="Only this category, in any letter case.")] = None
    sort: Annotated[Sort, Field(description="Field to sort by; a leading hyphen reverses it.")] = "id"
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE, description="Books on a page."), Digits] = 20
    cursor: Annotated[str | None, Field(min_length=1, max_length=4096, description="`next` of the page before.")] = None

    @field_validator("*", mode="before")
    @classmethod
    def _given_once(cls, value: object) -> object:
        if isinstance(value, list):
            raise PydanticCustomError("repeated", "Give this parameter only once")
        return value


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


class AuthorQuery(PageQuery):
    """Filters of one author's books."""

    def of(self, author: str) -> BookQuery:
        """The same query on the whole catalogue."""
        return BookQuery.model_construct(**dict(self), author=author)


class BookPath(BaseModel):
    """Path of one book."""

    book_id: BookId


class AuthorPath(BaseModel):
    """Path of an author's books."""

    book_author: Author


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

    model_config = ConfigDict(frozen=True)

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


class Health(BaseModel):
    """The state of the server."""

    status: Literal["ok"] = "ok"


class Readiness(Health):
    """The state of the server and what it depends on."""

    database: Annotated[str, Field(description="Name and version of the database.")]


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
