"""One of the two servers in one sequence: what it has made, filled into steps, and masked in what it answers."""

import json
import re
from functools import partial
from typing import TypeAlias
from urllib.parse import unquote

from tests.differential.fuzz.link import Answer, Link
from tests.differential.fuzz.steps import PLACEHOLDER, Keep, Step
from tests.differential.masks import IN_BODIES, IN_HEADERS, NOT_COMPARED, OWN_HEADERS, UNNUMBERED, Seen, ServerMade

Names: TypeAlias = dict[tuple[str, bytes], bytes]
CHUNK = 7


class Side:
    """Values by their placeholders, and a name for each value that this server made, in the order of their coming.

    The tag stands in every name that the sequence gives, so that sides and runs on one database do not meet.
    """

    def __init__(self, link: Link, tag: str, excused: frozenset[str] = frozenset()) -> None:
        self.link = link
        self.values: dict[str, str] = {"tag": tag, "host": link.host}
        self._tag = tag.encode()
        self._excused = excused | set(NOT_COMPARED)
        self._names: Names = {}

    def send(self, step: Step) -> None:
        """Send a step with the values of this side."""
        self.link.send(self.message(step))

    def message(self, step: Step) -> bytes:
        """The bytes of a step; it has a length or chunks of its own accord unless it declares them."""
        lines = [f"{step.method} {self.link.prefix}{self.fill(step.target)} HTTP/1.1", f"Host: {self.link.host}"]
        lines += [f"{name}: {self.fill(value)}" for name, value in step.headers]
        body = self.fill((step.body or b"").decode("latin-1")).encode("latin-1")
        if step.chunked:
            lines.append("Transfer-Encoding: chunked")
            body = _chunked(body)
        elif step.body is not None and not step.declares("content-length"):
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    def fill(self, text: str) -> str:
        """A text with values in the place of its placeholders; what this side never got is `unknown`."""
        filled = PLACEHOLDER.sub(lambda found: self._value(found[1].decode()), text.encode("latin-1"))
        return filled.decode("latin-1")

    def _value(self, name: str) -> bytes:
        return self.values.get(name, "unknown").encode("latin-1")

    def keep(self, step: Step, answer: Answer) -> None:
        """Keep what later steps want of a success."""
        if not 200 <= answer.status < 300:
            return
        for keep in step.keeps:
            value = self._found(keep, answer)
            if value is not None:
                self.values[keep.name] = value

    def _found(self, keep: Keep, answer: Answer) -> str | None:
        if keep.source == "value":
            return self.values.get(keep.of)
        if keep.source == "header":
            return answer.header(keep.of)
        if keep.source == "cookie":
            found = re.match(rf"{keep.of}=([^;]+)", answer.header("set-cookie") or "")
            return found[1] if found else None
        return _member(answer.body, keep.of)

    def seen(self, step: Step, answer: Answer) -> Seen:
        """What of an answer must be equal on both sides."""
        headers = [
            (name.lower(), self._header(step, answer, name.lower(), value))
            for name, value in answer.headers
            if name.lower() not in self._excused
        ]
        return Seen(answer.status, sorted(headers), self._body(step, answer.body))

    def _header(self, step: Step, answer: Answer, name: str, value: str) -> str:
        if name == "content-length":
            return _length(step, answer, value)
        if name in OWN_HEADERS:
            return "OWN" if re.fullmatch(OWN_HEADERS[name], value) else f"not like {OWN_HEADERS[name]}: {value}"
        # A request id that was sent is no server's.
        if ("X-Request-ID", value) in step.headers:
            return value
        text = value.encode("latin-1").replace(self._tag, b"TAG")
        return self._named(step, IN_HEADERS.get(name, ()), text).decode("latin-1")

    def _body(self, step: Step, body: bytes) -> bytes:
        if _path(step.target) == "/metrics":
            # Counts of everything that this server did.
            return b"METRICS" if b"# TYPE" in body else body
        if _is_of_all(step):
            # The catalogue is everybody's: only what this sequence added can be the same.
            body = _own_records(body, self._tag)
        return self._named(step, IN_BODIES, body.replace(self._tag, b"TAG"))

    def _named(self, step: Step, server_made: tuple[ServerMade, ...], text: bytes) -> bytes:
        for kind, pattern in server_made:
            text = pattern.sub(partial(self._renamed, _kind_of_id(step.target) if kind == "id" else kind), text)
        return text

    def _renamed(self, kind: str, found: re.Match[bytes]) -> bytes:
        number = "" if kind in UNNUMBERED else f" {self._count(kind)}"
        name = self._names.setdefault((kind, found[1]), f"<{kind}{number}>".encode())
        start, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found[0][:start] + name + found[0][end:]

    def _count(self, kind: str) -> int:
        return sum(known == kind for known, _ in self._names) + 1


def _chunked(body: bytes) -> bytes:
    parts = (body[start : start + CHUNK] for start in range(0, len(body), CHUNK))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def _member(body: bytes, name: str) -> str | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    value = document.get(name) if isinstance(document, dict) else None
    return None if value is None else str(value)


def _path(target: str) -> str:
    """The path as servers read it, whatever it was called when the step was made."""
    return unquote(re.split("[?#]", target)[0], "latin-1")


def _family(target: str) -> str:
    return _path(target).strip("/").partition("/")[0]


def _kind_of_id(target: str) -> str:
    return {"books": "book", "todo": "entry"}.get(_family(target), "account")


def _length(step: Step, answer: Answer, value: str) -> str:
    """A length is compared where the body cannot vouch for it, unless ids of each server's own are part of it."""
    if step.method != "HEAD":
        return "RIGHT" if value == str(len(answer.body)) else f"{value} instead of {len(answer.body)}"
    return value if answer.status >= 300 else "SOME"


def _is_of_all(step: Step) -> bool:
    return _path(step.target) in {"/books/", "/books/export"} and "@{tag}" not in step.target.partition("#")[0]


def _own_records(body: bytes, tag: bytes) -> bytes:
    """The kind of a page of everybody's books, or the own lines of an export; any other answer as it is."""
    if body.startswith(b'{"type":'):
        return body
    if body.startswith(b'{"items":['):
        return b"PAGE"
    head, *lines = body.split(b"\n") if body.startswith(b"id,") else [b"", *body.split(b"\n")]
    return b"\n".join([head, *(line for line in lines if tag in line)])
