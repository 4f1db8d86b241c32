"""How a cover is sent: whole, in part, or not at all when the copy of the client is current."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem
from tests.contract.pictures import (
    cover_of,
    picture,
    put_cover,
)


@pytest.fixture(scope="module")
def covered(api: Api, alice: User) -> dict[str, Any]:
    book = api.new_book(alice)
    put_cover(api, alice, book, picture("PNG", (100, 100)))
    return book


@pytest.fixture
def whole(api: Api, covered: dict[str, Any]) -> httpx2.Response:
    return api.http.get(cover_of(covered))


def test_a_cover_is_to_be_asked_for_again_and_is_never_sniffed(whole: httpx2.Response) -> None:
    assert whole.headers["cache-control"] == "no-cache"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["last-modified"].endswith(" GMT")
    assert "content-disposition" not in whole.headers


CURRENT: dict[str, Callable[[httpx2.Response], dict[str, str]]] = {
    "its-tag": lambda whole: {"If-None-Match": whole.headers["etag"]},
    "its-tag-weakly": lambda whole: {"If-None-Match": f'"x", W/{whole.headers["etag"]}'},
    "any-tag": lambda whole: {"If-None-Match": "*"},
    "its-date": lambda whole: {"If-Modified-Since": whole.headers["last-modified"]},
    "its-tag-and-an-old-date": lambda whole: {
        "If-None-Match": whole.headers["etag"],
        "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT",
    },
    "its-tag-and-a-range": lambda whole: {"If-None-Match": whole.headers["etag"], "Range": "bytes=0-1"},
}
NOT_CURRENT: dict[str, Callable[[httpx2.Response], dict[str, str]]] = {
    "another-tag": lambda whole: {"If-None-Match": '"x"'},
    "its-tag-without-quotes": lambda whole: {"If-None-Match": whole.headers["etag"].strip('"')},
    "an-old-date": lambda whole: {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    "no-date": lambda whole: {"If-Modified-Since": "yesterday"},
    "no-zone": lambda whole: {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 +99999999999999999999"},
    "no-year": lambda whole: {"If-Modified-Since": "Thu, 01 Jan 99999999999999999999 00:00:00 GMT"},
    "another-tag-and-its-date": lambda whole: {
        "If-None-Match": '"x"',
        "If-Modified-Since": whole.headers["last-modified"],
    },
}


@pytest.mark.parametrize("condition", CURRENT.values(), ids=CURRENT.keys())
def test_a_current_copy_is_304(
    api: Api, covered: dict[str, Any], whole: httpx2.Response, condition: Callable[[httpx2.Response], dict[str, str]]
) -> None:
    response = api.http.get(cover_of(covered), headers=condition(whole))
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == whole.headers["etag"]
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("condition", NOT_CURRENT.values(), ids=NOT_CURRENT.keys())
def test_another_copy_is_200(
    api: Api, covered: dict[str, Any], whole: httpx2.Response, condition: Callable[[httpx2.Response], dict[str, str]]
) -> None:
    assert api.http.get(cover_of(covered), headers=condition(whole)).status_code == 200


def test_a_get_may_demand_a_version(api: Api, covered: dict[str, Any], whole: httpx2.Response) -> None:
    assert api.http.get(cover_of(covered), headers={"If-Match": whole.headers["etag"]}).status_code == 200
    assert_problem(api.http.get(cover_of(covered), headers={"If-Match": '"x"'}), 412, "stale-version")


RANGES: dict[str, tuple[str, Callable[[int], tuple[int, int]]]] = {
    "first-byte": ("bytes=0-0", lambda size: (0, 0)),
    "some": ("bytes=10-19", lambda size: (10, 19)),
    "rest": ("bytes=50-", lambda size: (50, size - 1)),
    "beyond-the-end": ("bytes=50-9999999", lambda size: (50, size - 1)),
    "far-beyond-the-end": (f"bytes=50-{'9' * 900}", lambda size: (50, size - 1)),
    "last-five": ("bytes=-5", lambda size: (size - 5, size - 1)),
    "longer-than-all": ("bytes=-9999999", lambda size: (0, size - 1)),
    "other-case": ("Bytes=1-2", lambda size: (1, 2)),
    "leading-zeros": ("bytes=001-002", lambda size: (1, 2)),
}
IGNORED = {
    "several": "bytes=0-1,4-5",
    "thousands": "bytes=" + ",".join(f"{n}-{n}" for n in range(1000)),
    "other-unit": "lines=0-1",
    "backwards": "bytes=5-2",
    "nothing": "bytes=",
    "only-a-hyphen": "bytes=-",
    "no-number": "bytes=a-b",
    "negative": "bytes=-5-6",
    "signed": "bytes=+1-2",
    "other-digits": "bytes=\u0661-\u0662".encode().decode("latin-1"),
    "fraction": "bytes=1.5-2",
    "spaces-within": "bytes=1 - 2",
    "without-unit": "0-1",
}


@pytest.mark.parametrize(("field", "bounds"), RANGES.values(), ids=RANGES.keys())
def test_one_range_is_206(
    api: Api,
    covered: dict[str, Any],
    whole: httpx2.Response,
    field: str,
    bounds: Callable[[int], tuple[int, int]],
) -> None:
    first, last = bounds(len(whole.content))
    response = api.http.get(cover_of(covered), headers={"Range": field})
    assert response.status_code == 206
    assert response.content == whole.content[first : last + 1]
    assert response.headers["content-range"] == f"bytes {first}-{last}/{len(whole.content)}"
    assert int(response.headers["content-length"]) == last + 1 - first
    assert response.headers["etag"] == whole.headers["etag"]
    assert response.headers["content-type"] == "image/png"


@pytest.mark.parametrize("field", IGNORED.values(), ids=IGNORED.keys())
def test_any_other_range_is_answered_by_the_whole(
    api: Api, covered: dict[str, Any], whole: httpx2.Response, field: str
) -> None:
    response = raw.ask(api, "GET", cover_of(covered), [f"Range: {field}"])
    assert response.status_code == 200
    assert response.content == whole.content
    assert "content-range" not in response.headers


@pytest.mark.parametrize("field", ["bytes=9999999-", "bytes=9999999-99999999", "bytes=-0", f"bytes={'9' * 900}-"])
def test_a_range_past_the_end_is_416(api: Api, covered: dict[str, Any], whole: httpx2.Response, field: str) -> None:
    response = api.http.get(cover_of(covered), headers={"Range": field})
    assert_problem(response, 416, "range-not-satisfiable")
    assert response.headers["content-range"] == f"bytes */{len(whole.content)}"


def test_a_range_of_another_version_is_answered_by_the_whole(
    api: Api, covered: dict[str, Any], whole: httpx2.Response
) -> None:
    tag, date = whole.headers["etag"], whole.headers["last-modified"]
    statuses = {
        condition: api.http.get(cover_of(covered), headers={"Range": "bytes=0-1", "If-Range": condition}).status_code
        for condition in (tag, date, f"W/{tag}", '"x"', "Thu, 01 Jan 1970 00:00:00 GMT", "nonsense")
    }
    assert list(statuses.values()) == [206, 206, 200, 200, 200, 200]


def test_head_of_a_cover_is_its_get_without_the_body(api: Api, covered: dict[str, Any], whole: httpx2.Response) -> None:
    response = api.http.head(cover_of(covered))
    assert response.status_code == 200
    assert response.content == b""
    for name in ("content-length", "content-type", "etag", "last-modified", "accept-ranges", "cache-control"):
        assert response.headers[name] == whole.headers[name]
