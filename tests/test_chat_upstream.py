"""A language model speaks for the librarian: its answers, its failures, and clients that leave it in mid-sentence."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from websockets.frames import Close
from websockets.sync.client import ClientConnection

from tests.chat_upstream import StandIn, standing_in
from tests.conftest import CHEAP_HASHES, SECRET
from tests.contract.chats import talking
from tests.contract.client import Api, User, assert_problem, unique
from tests.contract.events import Event, events
from tests.contract.sockets import ended
from tests.servers import TWINS, free_port, serving

KEY = "sk-open-sesame"
PLACES = 3
IMPATIENT_S = "0.8"
IDLE_S = "3"
# Far beyond what these tests take: whatever ends a wait, it was not the time-out.
PATIENT_S = "100"


class Relay(NamedTuple):
    """A server that relays to the stand-in, and a user of it."""

    api: Api
    user: User
    stand_in: StandIn
    log: Path

    def ask(self, order: str) -> httpx2.Response:
        """The whole answer to a question that orders one."""
        return self.api.http.post("/chat", json={"message": f"stand-in: {order}"}, headers=self.user.auth)

    @contextmanager
    def asking(self, order: str) -> Iterator[Iterator[Event]]:
        """An answer that begins, left in the end with its connection."""
        with httpx2.Client(base_url=self.api.http.base_url, timeout=20) as http:
            body = {"message": f"stand-in: {order}"}
            with http.stream("POST", "/chat", json=body, headers=self.user.auth) as response:
                assert response.status_code == 200, response.read()
                yield events(response)


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with standing_in() as running:
        yield running


@contextmanager
def relaying(twin: str, upstream: str, timeout_s: str, folder: Path, **settings: str) -> Iterator[tuple[Api, Path]]:
    """A server in one process, whose language model is at `upstream`."""
    environment = CHEAP_HASHES | {
        "DATABASE_URL": f"sqlite:///{folder}/books.sqlite3",
        "SECRET_KEY": SECRET,
        "MAX_STREAMS": str(PLACES),
        "CHAT_UPSTREAM_URL": upstream,
        "CHAT_UPSTREAM_KEY": KEY,
        "CHAT_UPSTREAM_TIMEOUT_SECONDS": timeout_s,
        **settings,
    }
    log = folder / "log"
    with serving(twin, environment, log, workers=1) as url, httpx2.Client(base_url=url, timeout=20) as http:
        yield Api(http), log


@pytest.fixture(scope="module", params=TWINS)
def impatient(
    request: pytest.FixtureRequest, stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Relay]:
    folder = tmp_path_factory.mktemp(request.param)
    with relaying(request.param, f"{stand_in.url}/v1", IMPATIENT_S, folder, SOCKET_IDLE_SECONDS=IDLE_S) as (api, log):
        yield Relay(api, api.new_user(), stand_in, log)


@pytest.fixture(scope="module", params=TWINS)
def patient(
    request: pytest.FixtureRequest, stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Relay]:
    folder = tmp_path_factory.mktemp(request.param)
    with relaying(request.param, f"{stand_in.url}/v1/", PATIENT_S, folder) as (api, log):
        yield Relay(api, api.new_user(), stand_in, log)


def names(answer: list[Event]) -> list[str]:
    return [event.name for event in answer]


def test_an_answer_is_relayed_token_by_token(impatient: Relay) -> None:
    with impatient.asking("tokens=4") as received:
        *tokens, done = received
    assert [json.loads(token.data)["text"] for token in tokens] == ["word0 ", "word1 ", "word2 ", "word3 "]
    assert done == Event('{"books":[]}', "done")


def test_a_token_is_sent_on_before_the_next_has_come(patient: Relay) -> None:
    with patient.asking("tokens=1 then=silence") as received:
        assert next(received).name == "token"


def test_the_finding_goes_along_and_its_books_end_the_answer(impatient: Relay) -> None:
    author = unique("Author ")
    book = impatient.api.new_book(impatient.user, author=author)
    question = {"message": f"What did {author} write?"}
    with impatient.api.http.stream("POST", "/chat", json=question, headers=impatient.user.auth) as response:
        answer = list(events(response))
    assert json.loads(answer[-1].data) == {"books": [book["id"]]}
    system, user = impatient.stand_in.stats()["last"]["messages"]
    assert book["title"] in system["content"]
    assert user == {"role": "user", "content": question["message"]}


def test_the_key_goes_to_the_language_model_and_nowhere_else(impatient: Relay) -> None:
    answers = [impatient.ask(order) for order in ("tokens=1", "status=401", "tokens=1 then=cut")]
    assert impatient.stand_in.stats()["authorization"] == f"Bearer {KEY}"
    assert not any(KEY in str(answer.headers) + answer.text for answer in answers)
    assert KEY not in impatient.log.read_text()


SILENT = ["tokens=1 then=silence", "tokens=1 then=comments"]
NO_ANSWER = [
    *(f"status={status}" for status in (204, 302, 307, 400, 401, 404, 429, 500, 503)),
    "media=text/html",
    "media=application/json",
    *(f"tokens=0 then={then}" for then in ("done", "nothing", "cut", "garbage", "shapeless", "error", "line")),
]
NO_TOKEN_IN_TIME = ["delay=60", "drip=true", *(f"tokens=0 then={then}" for then in ("silence", "comments", "empty"))]


@pytest.mark.parametrize("order", NO_ANSWER)
def test_a_failure_before_the_first_token_is_502(impatient: Relay, order: str) -> None:
    problem = assert_problem(impatient.ask(order), 502, "upstream-failed")
    assert set(problem) == {"type", "title", "status", "detail"}


@pytest.mark.parametrize("order", NO_TOKEN_IN_TIME)
def test_a_first_token_that_does_not_come_in_time_is_504(impatient: Relay, order: str) -> None:
    assert_problem(impatient.ask(order), 504, "upstream-timeout")


@pytest.mark.parametrize("then", ["nothing", "cut", "garbage", "shapeless", "error", "line", "endless"])
def test_a_failure_after_the_first_token_is_an_event(impatient: Relay, then: str) -> None:
    with impatient.asking(f"tokens=2 then={then}") as received:
        *tokens, error = received
    assert names(tokens)[:2] == ["token", "token"]
    assert set(names(tokens)) == {"token"}
    assert error.name == "error"
    assert json.loads(error.data)["type"] == "urn:problem:upstream-failed"
    assert json.loads(error.data)["status"] == 502


@pytest.mark.parametrize("then", ["silence", "comments", "empty"])
def test_a_later_token_that_does_not_come_in_time_is_an_event(impatient: Relay, then: str) -> None:
    with impatient.asking(f"tokens=2 then={then}") as received:
        *tokens, error = received
    assert names(tokens) == ["token", "token"]
    assert error.name == "error"
    assert json.loads(error.data)["type"] == "urn:problem:upstream-timeout"


def test_an_answer_may_take_longer_than_a_token(impatient: Relay) -> None:
    with impatient.asking("tokens=6 rate=3") as received:
        assert names(list(received)) == ["token"] * 6 + ["done"]


def test_failures_leave_no_place_and_no_connection_behind(impatient: Relay) -> None:
    for order in (NO_ANSWER[0], NO_TOKEN_IN_TIME[0], "tokens=2 then=cut", "tokens=1 then=line") * 2:
        assert impatient.ask(order).status_code != 503
    await_open(impatient.stand_in, 0)
    with ExitStack() as stack:
        for _ in range(PLACES):
            stack.enter_context(impatient.asking("tokens=2 rate=2"))


def await_open(stand_in: StandIn, count: int) -> None:
    """Return when the stand-in gives so many answers; fails if that takes seconds."""
    deadline = time.monotonic() + 5
    while (found := stand_in.stats()["open"]) != count:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


@pytest.mark.parametrize("order", ["tokens=1000 rate=20", *SILENT])
def test_a_client_that_leaves_cancels_the_answer(patient: Relay, order: str) -> None:
    await_open(patient.stand_in, 0)
    with patient.asking(order) as received:
        next(received)
        await_open(patient.stand_in, 1)
    await_open(patient.stand_in, 0)


@pytest.mark.parametrize("order", ["delay=60", "drip=true", "tokens=0 then=silence", "tokens=0 then=comments"])
def test_a_client_that_leaves_before_the_first_token_cancels_the_answer(patient: Relay, order: str) -> None:
    await_open(patient.stand_in, 0)
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.post(
            f"{patient.api.http.base_url}/chat",
            json={"message": f"stand-in: {order}"},
            headers=patient.user.auth,
            timeout=0.5,
        )
    await_open(patient.stand_in, 0)


def test_a_question_beyond_the_last_place_is_503_while_plain_requests_are_answered(patient: Relay) -> None:
    await_open(patient.stand_in, 0)
    with ExitStack() as stack:
        open_streams = [stack.enter_context(patient.asking("tokens=1 then=silence")) for _ in range(PLACES)]
        assert [next(stream).name for stream in open_streams] == ["token"] * PLACES
        assert_problem(patient.ask("tokens=1"), 503, "no-free-place")
        assert all(patient.api.http.get("/books/").status_code == 200 for _ in range(10))
    await_open(patient.stand_in, 0)
    assert patient.ask("tokens=1").status_code == 200


@pytest.mark.parametrize("twin", TWINS)
def test_whoever_is_being_answered_is_told_when_the_server_stops(twin: str, stand_in: StandIn, tmp_path: Path) -> None:
    with ExitStack() as stack:
        with relaying(twin, f"{stand_in.url}/v1", PATIENT_S, tmp_path) as (api, log):
            relay = Relay(api, api.new_user(), stand_in, log)
            answers = [stack.enter_context(relay.asking(what)) for what in ("tokens=1000000 rate=20", *SILENT)]
            assert [next(answer).name for answer in answers] == ["token"] * len(answers)
        assert [list(answer)[-1] for answer in answers] == [Event("stopping", "end")] * len(answers)


@pytest.mark.parametrize("twin", TWINS)
def test_a_language_model_that_is_not_there_is_502(twin: str, tmp_path: Path) -> None:
    with relaying(twin, f"http://127.0.0.1:{free_port()}/v1", PATIENT_S, tmp_path) as (api, _log):
        response = api.http.post("/chat", json={"message": "hello"}, headers=api.new_user().auth)
        assert_problem(response, 502, "upstream-failed")


def order(connection: ClientConnection, what: str) -> None:
    connection.send(json.dumps({"message": f"stand-in: {what}"}))


def said(connection: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(connection.recv(timeout=20))
    return found


def types(connection: ClientConnection) -> list[str]:
    """The types of all that is said up to an end."""
    found = [said(connection)["type"]]
    while found[-1] == "token":
        found.append(said(connection)["type"])
    return found


def test_a_conversation_is_relayed(impatient: Relay) -> None:
    with talking(impatient.api, impatient.user.auth) as connection:
        for count in (1, 5, 3):
            order(connection, f"tokens={count}")
            assert types(connection) == ["token"] * count + ["done"]


@pytest.mark.parametrize(
    ("what", "slug"),
    [
        ("status=500", "upstream-failed"),
        ("tokens=2 then=cut", "upstream-failed"),
        ("delay=60", "upstream-timeout"),
        ("tokens=2 then=silence", "upstream-timeout"),
    ],
)
def test_after_a_failure_the_conversation_goes_on(impatient: Relay, what: str, slug: str) -> None:
    with talking(impatient.api, impatient.user.auth) as connection:
        order(connection, what)
        while (error := said(connection))["type"] == "token":
            pass
        assert error["problem"]["type"] == f"urn:problem:{slug}"
        order(connection, "tokens=2")
        assert types(connection) == ["token", "token", "done"]


def test_who_is_being_answered_is_not_idle(impatient: Relay) -> None:
    with talking(impatient.api, impatient.user.auth) as connection:
        order(connection, "tokens=14 rate=3")
        assert types(connection) == ["token"] * 14 + ["done"]
        assert ended(connection) == Close(1000, "idle")


ENDLESS = ["tokens=1000000 rate=20", *SILENT]
WORDLESS = ["delay=60", "tokens=0 then=silence"]


@pytest.mark.parametrize("what", [*ENDLESS, *WORDLESS])
def test_stop_cancels_the_answer(patient: Relay, what: str) -> None:
    await_open(patient.stand_in, 0)
    with talking(patient.api, patient.user.auth) as connection:
        order(connection, what)
        await_open(patient.stand_in, 1)
        connection.send('{"type": "stop"}')
        assert types(connection)[-1] == "stopped"
        await_open(patient.stand_in, 0)
        order(connection, "tokens=1")
        assert types(connection) == ["token", "done"]


def test_a_question_interrupts_the_answer_to_the_one_before(patient: Relay) -> None:
    with talking(patient.api, patient.user.auth) as connection:
        order(connection, "tokens=1 then=silence")
        assert said(connection)["type"] == "token"
        order(connection, "tokens=3")
        assert types(connection) == ["stopped"]
        assert types(connection) == ["token", "token", "token", "done"]


def test_nonsense_interrupts_too(patient: Relay) -> None:
    with talking(patient.api, patient.user.auth) as connection:
        order(connection, "tokens=1 then=silence")
        assert said(connection)["type"] == "token"
        connection.send("nonsense")
        assert types(connection) == ["stopped"]
        assert types(connection) == ["error"]


@pytest.mark.parametrize("what", [*ENDLESS, *WORDLESS])
@pytest.mark.parametrize("politely", [True, False])
def test_a_client_that_leaves_the_conversation_cancels_the_answer(patient: Relay, what: str, politely: bool) -> None:
    await_open(patient.stand_in, 0)
    with talking(patient.api, patient.user.auth) as connection:
        order(connection, what)
        await_open(patient.stand_in, 1)
        if politely:
            connection.close()
        else:
            connection.socket.shutdown(socket.SHUT_RDWR)
        await_open(patient.stand_in, 0)


def test_a_session_that_ends_ends_the_conversation_at_the_next_message(patient: Relay) -> None:
    user = patient.api.session(patient.user.username)
    with talking(patient.api, user.auth) as connection:
        order(connection, "tokens=1 then=silence")
        assert said(connection)["type"] == "token"
        patient.api.http.post("/auth/logout", json={"refresh_token": user.refresh_token}).raise_for_status()
        connection.send('{"type": "stop"}')
        assert types(connection) == ["stopped"]
        assert said(connection)["problem"]["type"] == "urn:problem:invalid-token"
        assert ended(connection).code == 1008
