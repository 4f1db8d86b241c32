"""When a request is there: not before a thread could read it without waiting, and at once when it could."""

import pytest

from flask_impl.framing import Collected
from shared.errors import DomainError, HeadersTooLarge, MalformedRequest, TargetTooLong

LIMIT = 1000
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = {
    "no-body": HEAD + b"\r\n",
    "no-headers": b"GET / HTTP/1.0\r\n\r\n",
    "empty-line-first": b"\r\n" + HEAD + b"\r\n",
    "length": HEAD + b"content-LENGTH:  3 \r\n\r\nabc",
    "length-zero": HEAD + b"Content-Length: 0\r\n\r\n",
    "chunks": CHUNKED + b"3;a=b\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n",
    "trailers": CHUNKED + b"3\r\nabc\r\n0\r\nX-A: b\r\n\r\n",
}
# A thread refuses these, or reads their bodies itself.
FOR_A_THREAD = {
    "expects": HEAD + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n",
    "large": HEAD + b"Content-Length: 1001\r\n\r\n",
    "two-lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
    "length-and-chunks": HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    "no-number": HEAD + b"Content-Length: +3\r\n\r\n",
    "odd-coding": HEAD + b"Transfer-Encoding: gzip\r\n\r\n",
    "many-chunks": CHUNKED + b"1\r\na\r\n" * 200,
}
REFUSED: dict[str, tuple[bytes, type[DomainError]]] = {
    "line-too-long": (b"GET /" + b"a" * 8200, TargetTooLong),
    "head-too-large": (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 11_000, HeadersTooLarge),
    "bare-line-feed": (b"GET / HTTP/1.1\nHost: x", MalformedRequest),
    "chunk-size": (CHUNKED + b"zz", MalformedRequest),
    "chunk-size-of-17-digits": (CHUNKED + b"1" * 17, MalformedRequest),
    "chunk-end": (CHUNKED + b"1\r\nabc", MalformedRequest),
    "chunk-line-too-long": (CHUNKED + b"1;" + b"a" * 9000, MalformedRequest),
}


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE.keys())
def test_a_request_is_there_with_its_last_byte_and_not_before(request_: bytes) -> None:
    collected = Collected(LIMIT)
    come = [collected.add(bytes([byte])) for byte in request_]
    assert come == [False] * (len(request_) - 1) + [True]
    assert collected.data == request_.removeprefix(b"\r\n")


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE.keys())
def test_what_follows_a_request_changes_nothing(request_: bytes) -> None:
    assert Collected(LIMIT).add(request_ + b"GET / HT")


@pytest.mark.parametrize("request_", FOR_A_THREAD.values(), ids=FOR_A_THREAD.keys())
def test_a_body_that_is_not_collected_is_not_waited_for(request_: bytes) -> None:
    assert Collected(LIMIT).add(request_)


@pytest.mark.parametrize(("beginning", "fact"), REFUSED.values(), ids=REFUSED.keys())
def test_what_no_thread_need_see_is_refused(beginning: bytes, fact: type[DomainError]) -> None:
    with pytest.raises(fact):
        Collected(100_000).add(beginning)


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        (b"GET /health/live HTTP/1.1", True),
        (b"HEAD /health/ready?x HTTP/1.1", True),
        (b"GET /metrics HTTP/1.1", True),
        (b"GET /metrics/x HTTP/1.1", False),
        (b"GET /books/?q=/metrics HTTP/1.1", False),
        (b"POST /metrics HTTP/1.1", False),
    ],
)
def test_the_operator_is_known_by_the_target(line: bytes, asks: bool) -> None:
    collected = Collected(LIMIT)
    collected.add(line + b"\r\nHost: x\r\n\r\n")
    assert collected.asks_operator() is asks
