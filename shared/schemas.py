"""Every JSON shape of the API: bodies and queries in, documents out.

Bodies are strict (no "5" for 5) and refuse unknown members; path and query values arrive as text and are read as
decimal digits only. Texts may not hold NUL, which PostgreSQL cannot store, nor lone surrogates, which have no UTF-8.
"""

import re
from datetime import datetime
from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import MISSING, AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from shared.model import USERNAME_MAX, canonical_username, search_words

MAX_ID = 2**63 - 1
MAX_PAGE = 100
MAX_SEARCH_WORDS = 10


def _storable(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("string_nul", "Text must not contain the NUL character")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("string_blank", "Text must not be only white space")
    return text


def _digits(value: object) -> object:
    """A decimal number without sign, leading zero or exponent."""
    if isinstance(value, str):
        if not re.fullmatch(r"[1-9][0-9]*", value, re.ASCII):
            raise PydanticCustomError("int_digits", "Input should be a whole number of decimal digits, from 1")
        # Twenty digits are past any id already, and Python refuses to convert thousands of them.
        return int(value[:20])
    return value


def _username(text: str) -> str:
    name = canonical_username(text)
    if name is None:
        raise PydanticCustomError(
            "username",
            "A username has 3 to 32 letters, digits, dots, hyphens or underscores",
        )
    return name


def _email(text: str) -> str:
    # The library's own messages repeat parts of the address.
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise PydanticCustomError("email", "Input should be a valid e-mail address") from None


def _searchable(text: str) -> str:
    if not 1 <= len(search_words(text)) <= MAX_SEARCH_WORDS:
        raise PydanticCustomError("search_words", f"A search has 1 to {MAX_SEARCH_WORDS} words of letters or digits")
    return text


Storable = AfterValidator(_storable)
NotBlank = AfterValidator(_not_blank)
Digits = BeforeValidator(_digits)

Title = Annotated[str, Field(min_length=1, max_length=300, description="Title of the book."), Storable, NotBlank]
Author = Annotated[
    str,
    Field(min_length=1, max_length=200, description="Author, or several separated by commas."),
    Storable,
    NotBlank,
]
Category = Annotated[
    str, Field(min_length=1, max_length=50, description="One category, such as a genre."), Storable, NotBlank
]
Description = Annotated[
    str, Field(max_length=5000, description="A few words about the book, or an empty text."), Storable
]
Rating = Annotated[int, Field(ge=1, le=5, description="Mark from 1 (poor) to 5 (outstanding).")]
Year = Annotated[
    int | None,
    Field(ge=-9999, le=9999, description="Year of first publication, negative for BC; null when unknown."),
]
BookId = Annotated[int, Field(ge=1, title="Book id", description="Id that the server gave the book."), Digits]
SearchWords = Annotated[str, Field(max_length=200), Storable, AfterValidator(_searchable)]
Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_email)]
RefreshToken = Annotated[str, Field(min_length=1, max_length=200, description="The refresh token last received.")]


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


Username = Annotated[
    str,
    Field(
        title="Username",
        description=f"3 to {USERNAME_MAX} letters, digits, dots, hyphens or underscores; names that differ only "
        "in case or in Unicode form (NFKC) are the same name.",
        json_schema_extra={"minLength": 3, "maxLength": USERNAME_MAX},
    ),
    AfterValidator(_username),
]
Password = Annotated[str, Field(min_length=8, max_length=128, description="8 to 128 characters, any."), Storable]


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
