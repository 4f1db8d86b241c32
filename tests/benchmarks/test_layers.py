"""What each layer costs, and the bare applications that are measured for it."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from wsgiref.types import WSGIApplication

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message
from werkzeug.test import Client

from benchmarks.contenders import load
from benchmarks.layers import fastapi_bare, flask_bare
from benchmarks.layers.cost import AUTHENTICATED_WORKLOAD, LAYERS, LAYERS_FILE, Layer, layers, table
from benchmarks.records import Trial
from tests.benchmarks.trials import run_of, trial_of

# Microseconds of CPU for a request, by layer.
COST = {"empty": 100.0, "framework": 250.0, "validation": 400.0, "domain": 900.0}
ME = 1500.0
ROUNDS = 4
CONTENDERS = load(LAYERS_FILE).contender
SERVERS = {("Flask", "gunicorn"), ("Flask", "granian"), ("FastAPI", "uvicorn"), ("FastAPI", "granian")}


def costs(cost_us: float, contender: str, workload: str) -> list[Trial]:
    """A trial a round; the rounds are slower one by one, which all contenders share."""
    return [
        trial_of(contender, number, workload=workload, cost=(cost_us + 5 * number) / 1000) for number in range(ROUNDS)
    ]


@pytest.fixture
def found() -> list[Layer]:
    trials = [
        trial
        for one in CONTENDERS
        for workload in ("read", "list-20")
        for trial in costs(COST[one.layer], one.name, workload)
    ]
    trials += [
        trial for one in CONTENDERS if one.layer == "domain" for trial in costs(ME, one.name, AUTHENTICATED_WORKLOAD)
    ]
    return layers(run_of(trials, CONTENDERS))


def test_every_server_has_every_layer_from_the_bottom_up(found: list[Layer]) -> None:
    assert {(one.framework, one.server) for one in found} == SERVERS
    for framework, server in SERVERS:
        mine = [one for one in found if (one.framework, one.server) == (framework, server)]
        assert [one.layer for one in mine if one.workload == "read"] == list(LAYERS)
        assert [one.layer for one in mine if one.workload == "list-20"] == list(LAYERS[:-1])


def test_each_layer_says_what_it_adds_to_the_one_below(found: list[Layer]) -> None:
    read = {one.layer: one for one in found if one.server == "uvicorn" and one.workload == "read"}
    assert read["empty"].increment is None
    added = [read[layer].increment for layer in LAYERS[1:]]
    assert [one and round(one.estimate_us) for one in added] == [150, 150, 500, 600]


def test_a_pace_that_all_layers_share_does_not_widen_what_one_adds(found: list[Layer]) -> None:
    for one in found:
        if one.increment:
            assert one.increment.low_us == pytest.approx(one.increment.high_us)


def test_a_layer_that_could_not_be_measured_is_left_out_and_the_next_stands_on_the_one_below() -> None:
    names = ["flask-gunicorn-empty", "flask-gunicorn-validation"]
    trials = [*costs(100, names[0], "read"), *costs(400, names[1], "read")]
    trials += [
        one.model_copy(update={"invalid": ["a neighbour"]}) for one in costs(250, "flask-gunicorn-framework", "read")
    ]
    found = layers(run_of(trials, CONTENDERS))
    assert [one.layer for one in found] == ["empty", "validation"]
    assert found[1].increment is not None
    assert found[1].increment.estimate_us == pytest.approx(300)


def test_one_round_gives_no_interval() -> None:
    trials = [trial_of(f"flask-gunicorn-{layer}", cost=0.1) for layer in ("empty", "framework")]
    assert [one.increment for one in layers(run_of(trials, CONTENDERS))] == [None, None]


def test_the_table_has_a_line_for_each_layer(found: list[Layer]) -> None:
    lines = table(found).splitlines()
    assert len(lines) == 2 + len(found) == 2 + 4 * (5 + 4)
    assert any("| Read one | FastAPI on uvicorn | domain | 908 | +500 (+500 to +500) |" in line for line in lines)


def test_bare_applications_are_asked_only_for_what_they_have() -> None:
    for contender in CONTENDERS:
        assert contender.workloads == ([] if contender.layer == "domain" else ["read", "list-20"])


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty books where the bare applications look for them."""
    path = tmp_path / "books.sqlite3"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    moment = "2026-01-02T03:04:05Z"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE books (id INTEGER PRIMARY KEY, title, author, category, description, rating, published_year,"
        " owner, version, created_at, updated_at)"
    )
    connection.executemany(
        "INSERT INTO books VALUES (?, 'Émile', 'A. Author', 'Novel', '', 3, 1900, 'owner', 1, ?, ?)",
        [(number, moment, moment) for number in range(1, 31)],
    )
    connection.commit()
    connection.close()


FLASK: list[Callable[[], WSGIApplication]] = [flask_bare.empty, flask_bare.framework, flask_bare.validation]
FASTAPI: list[Callable[[], ASGIApp]] = [fastapi_bare.empty, fastapi_bare.framework, fastapi_bare.validation]


@pytest.mark.usefixtures("catalogue")
def test_all_bare_applications_give_the_same_answers() -> None:
    wsgi, asgi = [Client(make()) for make in FLASK], [TestClient(make()) for make in FASTAPI]
    for path in ("/books/7", "/books/?limit=20"):
        answers = [client.get(path).get_data() for client in wsgi] + [client.get(path).content for client in asgi]
        documents = [json.loads(answer) for answer in answers]
        assert all(document == documents[0] for document in documents)
        assert len({len(answer) for answer in answers}) == 1
    assert len(documents[0]["items"]) == 20
    for client in wsgi:
        assert client.get("/health/ready").status_code == 200
    for other in asgi:
        assert other.get("/health/ready").status_code == 200


@pytest.mark.usefixtures("catalogue")
def test_the_empty_application_leaves_alone_what_is_no_request() -> None:
    async def unexpected(_message: Message | None = None) -> Message:
        raise AssertionError("it should say nothing")

    asyncio.run(_called(fastapi_bare.empty(), unexpected))


async def _called(app: ASGIApp, channel: Callable[..., object]) -> None:
    await app({"type": "lifespan"}, channel, channel)  # type: ignore[arg-type]  # never called
