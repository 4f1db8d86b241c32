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

# RFC 9110 section 5.6.2: at another character an unquoted value ends for Werkzeug and goes on for python-multipart.
# Possessive, all of them: a header that is refused at its end is not tried again in other ways.
_NAME = r"[a-z0-9_.-]++"
_UNQUOTED = r"(?:[A-Za-z0-9!#$&'*+.^_`|~-]|%(?!22))++"
_QUOTED = r"\"(?:[^\"\\]|\\.)*+\""
# Either has its own way with a backslash, and only Werkzeug makes a quote of %22.
_PLAIN = r"\"(?:[^\"\\%]|%(?!22))*+\""
# What RFC 7578 section 4.2 forbids for file names is still sent by older libraries.
_EXTENDED = r"utf-8'[a-z-]*+'[^\s\";']++"

_MEDIA_TYPE = re.compile(
    rf"[^;]*+((?:[ \t]*+;[ \t]*+(?:{_NAME}=(?:{_UNQUOTED}|{_PLAIN}))?+)*+)[ \t]*+",
    re.IGNORECASE,
)
# RFC 2046 section 5.1.1 names fewer characters, and clients use more.
_BOUNDARY = re.compile(r"[!-~](?:[ -~]{0,68}[!-~])?")
_DISPOSITION = re.compile(
    rf"content-disposition:[ \t]*+form-data((?:;[ \t]*+(?:name=(?:{_UNQUOTED}|{_PLAIN})|filename\*={_EXTENDED}"
    rf"|(?!name=){_NAME}=(?:{_UNQUOTED}|{_QUOTED})))++)",
    re.IGNORECASE,
)
_PARAMETER = re.compile(rf";[ \t]*+({_NAME}\*?)=({_UNQUOTED}|{_QUOTED})", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z0-9-]+:[\t -~\x80-\U0010ffff]*")


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
    found = _MEDIA_TYPE.fullmatch(content_type)
    parameters = [(name.lower(), value.strip('"')) for name, value in _PARAMETER.findall(found[1])] if found else []
    named = dict(parameters)
    # Of a parameter that comes twice, one reads the first and the other the last.
    if len(named) != len(parameters) or not _BOUNDARY.fullmatch(named.get("boundary", "")):
        raise MalformedRequest("The parameters of the Content-Type cannot be read, or do not name one boundary.")
    boundary: str = named["boundary"]
    return boundary.encode("ascii")


def _check_part(part: bytes) -> None:
    head, blank_line, _content = part.partition(b"\r\n\r\n")
    # Judged before it is taken apart: a file that is all headers would take seconds.
    if len(head) > _MAX_HEAD_BYTES:
        raise MalformedRequest("The headers of a part of the multipart body are too large.")
    try:
        start, *lines = head.decode().split("\r\n")
    except UnicodeDecodeError:
        raise MalformedRequest("The headers of a part of the multipart body are not UTF-8.") from None
    dispositions = [line for line in lines if line.lower().startswith("content-disposition:")]
    if start or not blank_line or not _readable(lines) or len(dispositions) != 1 or not _names(dispositions[0]):
        raise MalformedRequest("The headers of a part of the multipart body cannot be read.")


def _readable(lines: list[str]) -> bool:
    return len(lines) <= _MAX_HEADERS and all(
        len(line) <= _MAX_HEADER_BYTES and _HEADER.fullmatch(line) for line in lines
    )


def _names(disposition: str) -> bool:
    """Whether it names its part once, and a file by an extended name only beside a plain one, which both read."""
    found = _DISPOSITION.fullmatch(disposition)
    names = [name.lower() for name, _ in _PARAMETER.findall(found[1])] if found else []
    return names.count("name") == 1 and ("filename*" not in names or "filename" in names)
