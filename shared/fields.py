"""The values that requests are made of, each with its bounds.

Texts may not hold NUL, which PostgreSQL cannot store, nor lone surrogates, which have no UTF-8 and which pydantic
refuses by itself. Numbers in paths and queries arrive as text and are read as decimal digits only.
"""

import re
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from shared.model import USERNAME_MAX, canonical_username, search_words

MAX_ID = 2**63 - 1
MAX_SEARCH_WORDS = 10
# What routers take for the id of a book: any segment of a path but the words that are paths of their own below /books.
BOOK_SEGMENT = r"(?!(?:export|import)(?:/|\Z))[^/]+"


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


def _flag(value: object) -> object:
    """Exactly `true` or `false`: pydantic would also take yes, on and 1."""
    if isinstance(value, str):
        if value not in {"true", "false"}:
            raise PydanticCustomError("bool_word", "Input should be true or false")
        return value == "true"
    return value


def _decimal(value: object) -> object:
    """A decimal number without sign, leading zeros or exponent."""
    if isinstance(value, str):
        if not re.fullmatch(r"(0|[1-9][0-9]*)(\.[0-9]+)?", value, re.ASCII):
            raise PydanticCustomError("decimal", "Input should be a number in decimal digits")
        return float(value)
    return value


def _username(text: str) -> str:
    name = canonical_username(text)
    if name is None:
        raise PydanticCustomError(
            "username",
            "A username has 3 to 32 letters of one script, digits, dots, hyphens or underscores",
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


def _one_file(value: object) -> object:
    # Anything else is a text, or a list where a name was repeated.
    if isinstance(value, str | list):
        raise PydanticCustomError("file", "Input should be one file")
    return value


Storable = AfterValidator(_storable)
NotBlank = AfterValidator(_not_blank)
Digits = BeforeValidator(_digits)
Decimal = BeforeValidator(_decimal)
OneFile = BeforeValidator(_one_file)

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
BookNumber = Annotated[int, Field(ge=1, description="Id of a book.")]
TodoId = Annotated[int, Field(ge=1, title="Entry id", description="Id that the server gave the entry."), Digits]
Note = Annotated[str, Field(max_length=1000, description="A few words to oneself, or an empty text."), Storable]
Flag = Annotated[bool, BeforeValidator(_flag)]
SearchWords = Annotated[
    str, Field(max_length=200, json_schema_extra={"minLength": 1}), Storable, AfterValidator(_searchable)
]
Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_email)]
RefreshToken = Annotated[str, Field(min_length=1, max_length=200, description="The refresh token last received.")]
Username = Annotated[
    str,
    Field(
        title="Username",
        description=f"3 to {USERNAME_MAX} letters of one script, digits, dots, hyphens or underscores; names that "
        "differ only in case or in Unicode form (NFKC) are the same name.",
        json_schema_extra={"minLength": 3, "maxLength": USERNAME_MAX},
    ),
    AfterValidator(_username),
]
Password = Annotated[str, Field(min_length=8, max_length=128, description="8 to 128 characters, any."), Storable]
Question = Annotated[
    str, Field(min_length=1, max_length=2000, description="A question in plain words."), Storable, NotBlank
]
