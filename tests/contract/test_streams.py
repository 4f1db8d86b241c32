"""Event streams: events that count from 0, one each interval, until the last one or until the client leaves."""

import time
from itertools import pairwise

import pytest

from tests.contract import raw
from tests.contract.client import Api, assert_problem, locations
from tests.contract.events import Event, events, listening

QUICK = "/stream/?count=2&interval=0"


def test_events_count_from_0(api: Api) -> None:
    with listening(api, count=5, interval=0) as received:
        assert list(received) == [Event("0"), Event("1"), Event("2"), Event("3"), Event("4")]


def test_events_are_written_as_the_standard_says(api: Api) -> None:
    assert api.http.get(QUICK).content == b"data: 0\n\ndata: 1\n\n"


def test_an_event_stream_says_what_it_is_and_is_not_buffered_on_its_way(api: Api) -> None:
    headers = api.http.get(QUICK).headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers.get_list("cache-control") == ["no-cache"]
    assert headers["x-accel-buffering"] == "no"
    assert "content-length" not in headers
    assert headers["x-request-id"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_first_event_comes_at_once_and_each_other_after_an_interval(api: Api) -> None:
    with listening(api, count=4, interval=0.2) as received:
        began = time.monotonic()
        times_s = [time.monotonic() - began for _ in received]
    assert times_s[0] < 5
    assert times_s[-1] > 0.55
    assert all(later - sooner > 0.1 for sooner, later in pairwise(times_s))


def test_without_a_query_there_is_an_event_each_second(api: Api) -> None:
    with listening(api) as received:
        next(received)
        began = time.monotonic()
        assert next(received) == Event("1")
        assert time.monotonic() - began > 0.9


def test_the_longest_stream_is_a_thousand_events(api: Api) -> None:
    with listening(api, count=1000, interval=0) as received:
        assert [event.data for event in received] == [str(number) for number in range(1000)]


@pytest.mark.parametrize("value", ["0", "1001", "-1", "1.0", "01", "abc", "", "%201", "9" * 400])
def test_a_count_is_a_whole_number_from_1_to_1000(api: Api, value: str) -> None:
    problem = assert_problem(api.http.get(f"/stream/?count={value}&interval=0"), 422, "invalid-input")
    assert locations(problem) == [["query", "count"]]


@pytest.mark.parametrize(
    "value", ["-1", "60.001", "61", "1e1", "nan", "inf", "+1", "01", ".5", "1.", "1,5", "", "abc", "9" * 400, "%D9%A1"]
)
def test_an_interval_is_a_decimal_number_from_0_to_60(api: Api, value: str) -> None:
    problem = assert_problem(api.http.get(f"/stream/?count=1&interval={value}"), 422, "invalid-input")
    assert locations(problem) == [["query", "interval"]]


@pytest.mark.parametrize("value", ["0", "0.0", "0.001", "0.5", "60", "60.0"])
def test_any_decimal_number_in_these_bounds_is_an_interval(api: Api, value: str) -> None:
    assert api.http.get(f"/stream/?count=1&interval={value}").content == b"data: 0\n\n"


def test_all_that_is_wrong_with_a_stream_is_reported_at_once(api: Api) -> None:
    problem = assert_problem(api.http.get("/stream/?count=0&interval=x&more=1&count=1"), 422, "invalid-input")
    assert sorted(locations(problem)) == [["query", "count"], ["query", "interval"], ["query", "more"]]


def test_head_of_a_stream_is_answered_at_once(api: Api) -> None:
    headed = api.http.head("/stream/?count=1000&interval=60")
    got = api.http.get(QUICK)
    assert headed.status_code == 200
    assert headed.content == b""
    for name in ("content-type", "cache-control", "x-accel-buffering"):
        assert headed.headers[name] == got.headers[name]


def test_after_a_stream_the_connection_carries_the_next_answer(api: Api) -> None:
    with raw.connected(api) as connection:
        raw.send(connection, raw.head(api, "GET", QUICK))
        assert raw.receive(connection).content == b"data: 0\n\ndata: 1\n\n"
        raw.send(connection, raw.head(api, "GET", "/health/live", ["Connection: close"]))
        assert raw.receive(connection).json() == {"status": "ok"}


def test_a_client_that_leaves_gives_its_place_to_the_next(api: Api) -> None:
    # More than the places of an ordinary server; each of these streams would last a minute.
    for _ in range(100):
        with raw.connected(api) as connection:
            wait_for_a_place(api)
            raw.send(connection, raw.head(api, "GET", "/stream/?count=2&interval=60"))
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        time.sleep(0.03)


def wait_for_a_place(api: Api) -> None:
    """Return when the server sends streams; how many at once, only its operator knows."""
    deadline = time.monotonic() + 10
    while (response := api.http.get(QUICK)).status_code == 503 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert response.status_code == 200


def test_streams_do_not_hold_up_other_requests(api: Api) -> None:
    with listening(api, interval=60) as first, listening(api, interval=60) as second:
        assert [next(first), next(second)] == [Event("0"), Event("0")]
        assert all(api.http.get("/books/?limit=1").status_code == 200 for _ in range(10))


def test_two_streams_are_sent_side_by_side(api: Api) -> None:
    with listening(api, count=3, interval=0.3) as first, listening(api, count=3, interval=0.3) as second:
        assert [left == right for left, right in zip(first, second, strict=True)] == [True] * 3


def test_a_browser_reconnecting_is_answered_like_any_other(api: Api) -> None:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "3"}
    with api.http.stream("GET", QUICK, headers=headers) as response:
        assert list(events(response)) == [Event("0"), Event("1")]
