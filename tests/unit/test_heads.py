"""What both servers refuse of heads that their parsers let pass."""

import pytest

from shared.errors import MalformedRequest
from shared.heads import Head, check_head, origin_form

PLAIN = Head("GET", "/books/", "1.1", ["example.com"], [], [])
GOOD = {
    "plain": PLAIN,
    "http-1.0": PLAIN._replace(version="1.0", hosts=[]),
    "asterisk": PLAIN._replace(method="OPTIONS", target="*"),
    "absolute": PLAIN._replace(target="HTTPS://example.com/books/"),
    "chunked": PLAIN._replace(codings=["Chunked"]),
    "length": PLAIN._replace(lengths=["18446744073709551615"]),
    **{f"host-{host}": PLAIN._replace(hosts=[host]) for host in ("", "x:", "x:80", "[::1]:80", "10.0.0.1", "a_b-c.d")},
}
BAD = {
    "no-host": PLAIN._replace(hosts=[]),
    "two-hosts": PLAIN._replace(hosts=["x", "x"]),
    "fragment": PLAIN._replace(target="/books/#x"),
    "connect": PLAIN._replace(method="CONNECT", target="x:443"),
    "asterisk": PLAIN._replace(target="*"),
    "other-scheme": PLAIN._replace(target="ftp://example.com/"),
    "user": PLAIN._replace(target="http://user@example.com/"),
    "no-port": PLAIN._replace(target="http://example.com:x/"),
    "port-alone": PLAIN._replace(target="http://:80/"),
    "no-authority": PLAIN._replace(target="http:///books/"),
    "coding": PLAIN._replace(codings=["gzip, chunked"]),
    "codings": PLAIN._replace(codings=["chunked", "chunked"]),
    "chunked-in-1.0": PLAIN._replace(version="1.0", codings=["chunked"]),
    "length": PLAIN._replace(lengths=["18446744073709551616"]),
    "version": PLAIN._replace(version="1.2"),
    **{f"host-{host}": PLAIN._replace(hosts=[host]) for host in ("a b", "a/b", "a@b", "a, b", "a:b", "[::1", "é")},
}


@pytest.mark.parametrize("head", GOOD.values(), ids=GOOD.keys())
def test_a_head_that_can_be_read_in_one_way_is_taken(head: Head) -> None:
    check_head(head)


@pytest.mark.parametrize("head", BAD.values(), ids=BAD.keys())
def test_a_head_that_can_be_misread_is_refused(head: Head) -> None:
    with pytest.raises(MalformedRequest):
        check_head(head)


@pytest.mark.parametrize(
    ("target", "origin"),
    [
        ("http://x", "/"),
        ("http://x?a", "/?a"),
        ("http://x/b?c", "/b?c"),
        ("https://a_b:80/http://y/", "/http://y/"),
        ("HTTP://[::1]:5000/b", "/b"),
        ("http://,/b", "/b"),
        ("/", "/"),
        ("//x/b", "//x/b"),
        ("*", "*"),
    ],
)
def test_a_target_that_names_a_server_is_what_is_asked_of_it(target: str, origin: str) -> None:
    assert origin_form(target) == origin
