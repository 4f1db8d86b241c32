"""Multipart bodies (RFC 7578): which of them are well-formed enough for any parser to read the same out of them.

Werkzeug and python-multipart forgive different things: line breaks without CR, text around the parts, headers that
nobody can read, an end that never comes. What one of them would forgive is refused here, before either reads it.
"""

import re

from shared.errors import MalformedRequest

MAX_PARTS = 10
# Delimiters and part headers, beside the content of the parts.
MAX_FRAMING_BYTES = 65_536
_MAX_HEADERS = 8
_MAX_HEADER_BYTES = 4096
_MAX_HEAD_BYTES = _MAX_HEADERS * (_MAX_HEADER_BYTES + 2)

_BOUNDARY = re.compile(r";\s*boundary=(?:\"([^\s\"\\](?:[^\"\\]{0,68}[^\s\"\\])?)\"|([^\s\";,]{1,70}))", re.IGNORECASE)
_HEADER = re.compile(rb"[A-Za-z0-9-]+:[\t -\x7e\x80-\xff]*")
_QUOTED, _TOKEN = rb"\"(?:[^\"\\]|\\.)*\"", rb"[^\s\";]+"
# What RFC 7578 section 4.2 forbids for file names is still sent by older libraries.
_EXTENDED = rb"\*=utf-8'[a-z-]*'[^\s\";']+"
_DISPOSITION = re.compile(
    rb"content-disposition:[ \t]*form-data(?P<parameters>(?:;[ \t]*[a-z]+(?:=%b|=%b|%b))+)"
    % (_QUOTED, _TOKEN, _EXTENDED),
    re.IGNORECASE,
)
_NAME = re.compile(rb";[ \t]*name=", re.IGNORECASE)
# One of the two takes the backslash away and the other does not, unless a quote or another backslash follows.
_ESCAPED_NAME = re.compile(rb";[ \t]*name=\"[^\"]*\\", re.IGNORECASE)


def check_multipart(content_type: str, body: bytes) -> None:
    """Raise MalformedRequest unless `body` is a whole multipart document with the declared boundary."""
    delimiter = b"--" + _boundary(content_type)
    before, *parts = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if before or not parts or parts.pop().rstrip(b"\r\n") != b"--":
        raise MalformedRequest("The multipart body does not begin or end as its boundary demands.")
    if len(parts) > MAX_PARTS:
        raise MalformedRequest(f"The multipart body has more than {MAX_PARTS} parts.")
    # Werkzeug would also see a delimiter that follows another kind of line break.
    if body.count(delimiter) != len(parts) + 1:
        raise MalformedRequest("The boundary of the multipart body occurs within a part.")
    for part in parts:
        _check_part(part)


def _boundary(content_type: str) -> bytes:
    found: list[tuple[str, str]] = _BOUNDARY.findall(content_type)
    if len(found) != 1 or len(re.findall(r";\s*boundary\s*=", content_type, re.IGNORECASE)) != 1:
        raise MalformedRequest("The Content-Type names no boundary, or not one only.")
    quoted, plain = found[0]
    try:
        return (quoted or plain).encode("ascii")
    except UnicodeEncodeError:
        raise MalformedRequest("The boundary is not ASCII.") from None


def _check_part(part: bytes) -> None:
    head, blank_line, _content = part.partition(b"\r\n\r\n")
    # Judged before it is taken apart: a file that is all headers would take seconds.
    if len(head) > _MAX_HEAD_BYTES:
        raise MalformedRequest("The headers of a part of the multipart body are too large.")
    start, *lines = head.split(b"\r\n")
    dispositions = [found for line in lines if (found := _DISPOSITION.fullmatch(line))]
    named = len(dispositions) == 1 and len(_NAME.findall(dispositions[0]["parameters"])) == 1
    escaped = any(_ESCAPED_NAME.search(found["parameters"]) for found in dispositions)
    if start or not blank_line or not named or escaped or not _readable(lines):
        raise MalformedRequest("The headers of a part of the multipart body cannot be read.")


def _readable(lines: list[bytes]) -> bool:
    try:
        b"".join(lines).decode()
    except UnicodeDecodeError:
        return False
    return len(lines) <= _MAX_HEADERS and all(
        len(line) <= _MAX_HEADER_BYTES and _HEADER.fullmatch(line) for line in lines
    )
