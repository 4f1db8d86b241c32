"""What Prometheus reads: requests by method, route and status, how long they took, and the processes behind them.

The server may be busy with others, so a rule is about the growth of a count, and says at least how much.
"""

import re
import time
from collections.abc import Mapping
from operator import sub

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.contract import raw
from tests.contract.client import Api, User, unique

Labels = Mapping[str, str]


def samples(api: Api, *asked: tuple[str, Labels]) -> list[float]:
    """For each name with labels, the sum of the samples that have them; 0 when there is none."""
    names = {name for name, _ in asked}
    # The parser is slow, and most lines are of no interest.
    lines = [
        line for line in api.http.get("/metrics").text.splitlines() if re.split("[{ ]", line, maxsplit=1)[0] in names
    ]
    found = [one for family in text_string_to_metric_families("\n".join([*lines, ""])) for one in family.samples]
    return [sum(one.value for one in found if one.name == name and labels.items() <= one.labels.items())
            for name, labels in asked]  # fmt: skip


def sample(api: Api, name: str, **labels: str) -> float:
    """The sum of the samples called `name` that have these labels; 0 when there is none."""
    return samples(api, (name, labels))[0]


def assert_grown(api: Api, times: int, before: list[float], *asked: tuple[str, Labels]) -> None:
    """A request is counted when its answer has gone out, which the client may see a moment before."""
    deadline = time.monotonic() + 5
    while min(map(sub, now := samples(api, *asked), before)) < times and time.monotonic() < deadline:
        time.sleep(0.05)
    assert min(map(sub, now, before)) >= times


def assert_counted(api: Api, method: str, path: str, route: str, status: int, **headers: str) -> None:
    """Three requests more than before are counted under these labels, and timed."""
    labels = {"method": method, "route": route}
    asked = ("http_requests_total", labels | {"status": str(status)}), ("http_request_duration_seconds_count", labels)
    before = samples(api, *asked)
    for _ in range(3):
        assert raw.ask(api, method, path, [f"{name}: {value}" for name, value in headers.items()]).status_code == status
    assert_grown(api, 3, before, *asked)


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/books/?limit=1", "/books/", 200),
        ("HEAD", "/books/?limit=1", "/books/", 200),
        ("OPTIONS", "/books/", "/books/", 204),
        ("DELETE", "/books/", "/books/", 405),
        ("GET", "/books/0", "/books/{book_id}", 422),
        ("HEAD", "/books/0", "/books/{book_id}", 422),
        ("POST", "/books/7", "/books/{book_id}", 405),
        ("DELETE", "/books/7", "/books/{book_id}", 401),
        ("GET", "/books/author/some/body", "/books/author/{book_author}", 200),
        ("GET", "/docs/assets/nothing.js", "/docs/assets/{name}", 404),
        ("GET", "/docs", "/docs", 200),
        ("HEAD", "/docs", "/docs", 200),
        ("GET", "/openapi.json", "/openapi.json", 200),
        ("GET", "/health/live", "/health/live", 200),
        ("GET", "/metrics", "/metrics", 200),
        ("GET", "/nothing", "unmatched", 404),
        ("GET", "//books/", "unmatched", 404),
    ],
)
def test_a_request_is_counted_by_method_route_and_status(
    api: Api, method: str, path: str, route: str, status: int
) -> None:
    assert_counted(api, method, path, route, status)


@pytest.mark.parametrize("reason", ["too-large", "wrong-type"])
def test_a_refused_body_is_counted_under_its_route(api: Api, alice: User, reason: str) -> None:
    headers = {"Content-Type": "text/plain", "Content-Length": "0" if reason == "wrong-type" else "99999999999"}
    assert_counted(api, "POST", "/books/", "/books/", 415 if reason == "wrong-type" else 413, **headers)


def test_paths_and_methods_that_clients_make_up_make_no_new_series(api: Api) -> None:
    word = unique("made-up-")
    for path in (f"/{word}", f"/books/{word}", f"/books/author/{word}"):
        api.http.get(path)
    raw.ask(api, word.upper(), "/books/")
    raw.ask(api, "PROPFIND", "/books/")
    assert word not in api.http.get("/metrics").text.lower()
    assert sample(api, "http_requests_total", method="PROPFIND") == 0


def test_times_are_in_seconds_and_in_buckets_that_grow(api: Api) -> None:
    assert_counted(api, "GET", "/books/?limit=1", "/books/", 200)
    families = {family.name: family for family in text_string_to_metric_families(api.http.get("/metrics").text)}
    buckets = [
        (float(found.labels["le"]), found.value)
        for found in families["http_request_duration_seconds"].samples
        if found.name.endswith("_bucket") and found.labels["route"] == "/books/" and found.labels["method"] == "GET"
    ]
    counts = [value for _bound, value in sorted(buckets)]
    assert counts == sorted(counts)
    assert sorted(buckets)[-1][0] == float("inf")
    assert sample(api, "http_request_duration_seconds_sum", method="GET", route="/books/") > 0


def test_no_time_is_longer_than_what_the_client_waited(api: Api) -> None:
    quick = ("http_request_duration_seconds_bucket", {"method": "GET", "route": "/health/ready", "le": "0.1"})
    before = samples(api, quick)
    waits_s = [api.http.get("/health/ready").elapsed.total_seconds() for _ in range(5)]
    assert_grown(api, sum(wait_s < 0.1 for wait_s in waits_s), before, quick)


def test_a_request_that_is_being_answered_is_in_flight(api: Api) -> None:
    assert sample(api, "http_requests_in_flight") >= 1  # the one that asks


@pytest.mark.parametrize(
    "name",
    ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds"],
)
def test_every_worker_shows_what_it_takes(api: Api, name: str) -> None:
    families = text_string_to_metric_families(api.http.get("/metrics").text)
    shown = {found.labels["pid"]: found.value for family in families for found in family.samples if found.name == name}
    assert shown
    assert all(value > 0 for value in shown.values())


def test_every_metric_says_what_it_is(api: Api) -> None:
    families = list(text_string_to_metric_families(api.http.get("/metrics").text))
    assert {"http_requests", "http_request_duration_seconds", "http_requests_in_flight"} <= {f.name for f in families}
    assert all(family.documentation.endswith(".") and family.type != "unknown" for family in families)


def test_metrics_are_never_stored(api: Api) -> None:
    assert api.http.get("/metrics").headers["cache-control"] == "no-store"
