"""Bytes of a request into plain values, by one strict reading that both implementations use.

What RFC 8259 leaves to the reader is refused here: duplicate names, NaN and infinities, numbers too large for a
double, nesting and objects without end, anything but UTF-8.
"""

import json
import re
from collections.abc import Iterable
from typing import NoReturn, TypeVar
from urllib.parse import parse_qsl

from shared.errors import MalformedRequest, Unauthorized, UnsupportedMediaType

T = TypeVar("T")

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
FORM = "application/x-www-form-urlencoded"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
MULTIPART = "multipart/form-data"

# What is read where: an operation that takes a merge patch takes it under the plain name as well, and one that takes
# a table takes lines of JSON instead.
ACCEPTED = {
    JSON: {JSON},
    MERGE_PATCH: {MERGE_PATCH, JSON},
    FORM: {FORM},
    MULTIPART: {MULTIPART},
    CSV: {CSV, NDJSON},
}

MAX_DEPTH = 20
# Of an object, a form or a query: each member that is unknown has an error of its own in the answer.
MAX_MEMBERS = 100
MAX_DIGITS = 400
# Percent-encoding is read a hundred times slower than JSON, and the longest name and password have 5,000 bytes in it.
MAX_FORM_BYTES = 65_536
# Possessive, and content with a text that never ends: otherwise each quote within such a one is tried as a beginning.
_TEXT = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


def check_media_type(header: str | None, expected: str) -> None:
    """Raise UnsupportedMediaType unless the Content-Type is `expected`, in UTF-8; two of them are malformed."""
    parameters = (header or "").lower().partition(";")[2]
    media_type = essence(header)
    if "," in media_type or re.search(r",\s*[\w.+-]+/", parameters):
        raise MalformedRequest
    charset = re.search(r"(?:^|;)[ \t]*charset[ \t]*=[ \t]*\"?([^ \t;\"]*)", parameters)
    if media_type not in ACCEPTED[expected] or (charset and charset[1] not in {"utf-8", "utf8"}):
        raise UnsupportedMediaType(f"This operation reads {' or '.join(sorted(ACCEPTED[expected]))} in UTF-8.")


def essence(header: str | None) -> str:
    """The media type of a Content-Type, without its parameters."""
    return (header or "").lower().partition(";")[0].strip(" \t")


def parse_json(body: bytes) -> object:
    """The value of a JSON document (RFC 8259)."""
    text = _utf8(body)
    if _too_deep(text):
        raise MalformedRequest(f"The JSON document is nested deeper than {MAX_DEPTH} levels.")
    try:
        return _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedRequest(
            f"The body is not JSON: {error.msg} at line {error.lineno} column {error.colno}."
        ) from None


def parse_form(body: bytes) -> list[tuple[str, str]]:
    """The members of a URL-encoded form, each name once; empty ones count as left out (RFC 6749 section 3.2)."""
    pairs = [(name, value) for name, value in _pairs(body) if value]
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise MalformedRequest("The form repeats a name.")
    return pairs


def parse_query(query: bytes) -> list[tuple[str, str]]:
    """The parameters of a query string."""
    return _pairs(query)


def once(pairs: Iterable[tuple[str, T]]) -> dict[str, T | list[T]]:
    """Pairs as a mapping in which a repeated name has a list, which no scalar field accepts."""
    found: dict[str, list[T]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def bearer_token(header: str | None) -> str:
    """The token of the Authorization header; the scheme's letter case is free (RFC 9110 section 11.1).

    Raises Unauthorized when there is none of the scheme Bearer, or several, which arrive joined by commas.
    """
    match = re.fullmatch(r"bearer +([A-Za-z0-9._~+/=-]+)", (header or "").strip(" \t"), re.IGNORECASE)
    if match is None:
        raise Unauthorized
    return match[1]


def cookie_values(header: str | None, name: str) -> list[str]:
    """Every value that a Cookie header has under `name`, as sent (RFC 6265 section 4.2.1).

    No quoting is undone and no first or last one preferred: frameworks do so, each in its own way.
    """
    pairs = (pair.strip(" \t").partition("=") for pair in (header or "").split(";"))
    return [value for found, _, value in pairs if found == name]


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise MalformedRequest("The request is not valid UTF-8.") from None


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    if not raw:
        return []
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_MEMBERS)
    except UnicodeDecodeError:
        raise MalformedRequest("The parameters are not percent-encoded UTF-8.") from None
    except ValueError:
        raise MalformedRequest(f"There are more than {MAX_MEMBERS} parameters.") from None


def _too_deep(text: str) -> bool:
    # Counting openings bounds the depth; only a document with many is looked at closely.
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", _TEXT.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(pairs) > MAX_MEMBERS:
        raise MalformedRequest(f"The JSON document has an object of more than {MAX_MEMBERS} members.")
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedRequest("The JSON document repeats a name within an object.")
    return members


def _constant(name: str) -> NoReturn:
    raise MalformedRequest("The body is not JSON: NaN and infinities do not exist there.")


def _float(digits: str) -> float:
    number = float(digits)
    if abs(number) == float("inf"):
        raise MalformedRequest("The JSON document holds a number out of range.")
    return number


def _integer(digits: str) -> int:
    # Python itself refuses to convert more than 4,300 digits.
    if len(digits) > MAX_DIGITS:
        raise MalformedRequest("The JSON document holds a number out of range.")
    return int(digits)


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_integer)
