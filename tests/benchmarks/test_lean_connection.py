"""The lean connection, against a server that says exactly what a test wrote down."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from socket import SHUT_RDWR, create_server, socket
from threading import Thread

import pytest

from benchmarks.lean.connection import Answer, Connection, ConnectionFailed

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# In a script: the server goes away without a word.
HANG_UP = b""
# The server has the request and says nothing, until the other side goes.
SILENCE = b"\0"


class Script:
    """What each connection is answered, request by request, and what was asked."""

    def __init__(self, listener: socket, visits: Sequence[Sequence[bytes]]) -> None:
        self.origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.heads: list[bytes] = []
        self._listener, self._visits = listener, visits

    def play(self) -> None:
        for answers in self._visits:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            with visitor:
                visitor.settimeout(5)
                self._serve(visitor, answers)

    def _serve(self, visitor: socket, answers: Sequence[bytes]) -> None:
        for answer in answers:
            if answer == HANG_UP:
                return
            said = visitor.recv(65_536)
            if not said:
                return
            self.heads.append(said)
            if answer == SILENCE:
                visitor.recv(1)
            else:
                visitor.sendall(answer)


@contextmanager
def scripted(*visits: Sequence[bytes]) -> Iterator[Script]:
    """A server with one script for each connection it takes."""
    with create_server(("127.0.0.1", 0)) as listener:
        script = Script(listener, visits)
        player = Thread(target=script.play, daemon=True)
        player.start()
        yield script
        listener.shutdown(SHUT_RDWR)
        player.join(5)


@contextmanager
def connected(*visits: Sequence[bytes], timeout_s: float = 5.0) -> Iterator[tuple[Connection, Script]]:
    with scripted(*visits) as script:
        connection = Connection(script.origin, timeout_s)
        try:
            yield connection, script
        finally:
            connection.close()


def test_requests_follow_each_other_on_one_connection() -> None:
    with connected([OK, OK]) as (connection, script):
        first = connection.request("GET", "/books/1?a=b", {"Accept": "text/plain"})
        connection.request("POST", "/books/", {}, b"{}")
    assert first == Answer(200, {b"content-length": b"2"}, b"ok")
    host = script.origin.removeprefix("http://").encode()
    assert script.heads == [
        b"GET /books/1?a=b HTTP/1.1\r\nHost: " + host + b"\r\nAccept: text/plain\r\n\r\n",
        b"POST /books/ HTTP/1.1\r\nHost: " + host + b"\r\nContent-Length: 2\r\n\r\n{}",
    ]
    assert (connection.opened, connection.received) == (1, 4)


def test_a_body_that_the_kernel_does_not_take_at_once_is_sent_whole() -> None:
    body = bytes(range(256)) * 40_000
    with create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as server:
        got = server.submit(_read_all, listener, len(body))
        connection = Connection(f"http://127.0.0.1:{listener.getsockname()[1]}", 5)
        assert connection.request("PUT", "/", {}, body).body == b"ok"
        assert got.result(5).partition(b"\r\n\r\n")[2] == body
        connection.close()


def _read_all(listener: socket, length: int) -> bytes:
    visitor, _ = listener.accept()
    with visitor:
        visitor.settimeout(5)
        said = b""
        while len(said.partition(b"\r\n\r\n")[2]) < length:
            said += visitor.recv(1 << 20)
        visitor.sendall(OK)
    return said


def test_a_body_in_chunks_is_put_together() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    with connected([chunked, OK]) as (connection, _):
        assert connection.request("GET", "/").body == b"abcdefg"
        assert connection.request("GET", "/").body == b"ok"
    assert connection.opened == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ],
    ids=["Connection: close", "HTTP/1.0"],
)
def test_after_an_answer_that_ends_the_connection_another_one_is_opened(answer: bytes) -> None:
    with connected([answer], [OK]) as (connection, _):
        assert connection.request("GET", "/").body == b"ok"
        assert connection.request("GET", "/").body == b"ok"
    assert connection.opened == 2


def test_a_body_without_length_ends_with_the_connection() -> None:
    with connected([b"HTTP/1.0 200 OK\r\n\r\nall of it"], [OK]) as (connection, _):
        assert connection.request("GET", "/").body == b"all of it"
        assert connection.request("GET", "/").status == 200


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_some_statuses_have_no_body(status: bytes) -> None:
    with connected([b"HTTP/1.1 " + status + b'\r\nETag: "x"\r\n\r\n', OK]) as (connection, _):
        answer = connection.request("GET", "/")
        assert (answer.status, answer.headers, answer.body) == (int(status[:3]), {b"etag": b'"x"'}, b"")
        assert connection.request("GET", "/").body == b"ok"
    assert connection.opened == 1


def test_an_answer_to_head_has_a_length_and_no_body() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    with connected([head], [OK]) as (connection, _):
        assert connection.request("HEAD", "/")[::2] == (200, b"")
        assert connection.request("GET", "/").body == b"ok"


def test_interim_answers_are_passed_over() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
    with connected([interim + OK, OK]) as (connection, _):
        assert connection.request("GET", "/") == Answer(200, {b"content-length": b"2"}, b"ok")
        assert connection.request("GET", "/").status == 200


def test_a_kept_connection_that_was_closed_meanwhile_is_opened_once_more() -> None:
    with connected([OK], [OK]) as (connection, script):
        connection.request("GET", "/1")
        assert connection.request("GET", "/2").body == b"ok"
    assert (connection.opened, len(script.heads)) == (2, 2)


def test_only_one_more_is_opened() -> None:
    with connected([OK], [HANG_UP], [OK]) as (connection, _):
        connection.request("GET", "/1")
        with pytest.raises(ConnectionFailed):
            connection.request("GET", "/2")
        assert connection.opened == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nonly", "closed before the end"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly", "closed before the end"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "closed before the end"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "malformed answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n", "malformed answer"),
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", "malformed answer"),
    ],
)
def test_an_answer_that_is_cut_or_malformed_is_not_asked_for_again(answer: bytes, why: str) -> None:
    with connected([answer], [OK]) as (connection, script):
        with pytest.raises(ConnectionFailed, match=why):
            connection.request("GET", "/")
        assert len(script.heads) == 1
        # The next request finds nothing of it.
        assert connection.request("GET", "/").body == b"ok"


def test_whoever_says_nothing_is_not_waited_for() -> None:
    never_ending = [b"HTTP/1.1 200 OK\r\n", OK]
    with connected(never_ending, timeout_s=0.1) as (connection, _), pytest.raises(ConnectionFailed) as failed:
        connection.request("GET", "/")
    assert str(failed.value) == "timed out"


def test_what_a_slow_server_has_got_already_is_not_sent_again() -> None:
    with connected([OK, SILENCE], [OK], timeout_s=0.1) as (connection, script):
        connection.request("GET", "/")
        with pytest.raises(ConnectionFailed, match="timed out"):
            connection.request("POST", "/books/", {}, b"{}")
        assert (connection.opened, len(script.heads)) == (1, 2)


@pytest.mark.parametrize("origin", ["", "127.0.0.1:5000", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999"])
def test_what_is_no_address_is_refused_before_anybody_is_asked(origin: str) -> None:
    with pytest.raises(ValueError, match=r"begins with http:// or https://|Port out of range"):
        Connection(origin)


def test_why_nobody_answers_names_no_port() -> None:
    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailed) as failed:
        Connection(f"http://127.0.0.1:{port}").request("GET", "/")
    assert str(failed.value) == "Connection refused"


def test_a_stream_hands_out_what_has_come() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    with connected([chunked, OK]) as (connection, _):
        head, pieces = connection.stream("GET", "/events")
        assert head.status == 200
        assert b"".join(pieces) == b"abcdefg"
        assert connection.request("GET", "/").body == b"ok"
    assert connection.opened == 1


def test_the_rest_of_a_stream_is_not_taken_for_the_next_answer() -> None:
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    with connected([endless], [OK]) as (connection, _):
        _, pieces = connection.stream("GET", "/events")
        assert next(pieces) == b"abc"
        pieces.close()  # type: ignore[attr-defined]  # a generator
        assert connection.request("GET", "/").body == b"ok"
    assert connection.opened == 2
