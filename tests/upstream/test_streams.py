"""A language model speaks for the librarian: its answers, its failures, and clients that leave it in mid-sentence."""

import json
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.contract.client import assert_problem, unique
from tests.contract.events import Event, events
from tests.servers import TWINS, free_port
from tests.upstream.relay import KEY, PATIENT_S, SILENT, Relay, await_open, relaying
from tests.upstream.stand_in import StandIn


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
    # More than the server has places.
    for order in (NO_ANSWER[0], NO_TOKEN_IN_TIME[0], "tokens=2 then=cut", "tokens=1 then=line") * 3:
        assert impatient.ask(order).status_code != 503
    await_open(impatient.stand_in, 0)


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
        open_streams = [stack.enter_context(patient.asking("tokens=1 then=silence")) for _ in range(3)]
        assert [next(stream).name for stream in open_streams] == ["token"] * 3
        assert_problem(patient.ask("tokens=1"), 503, "no-free-place")
        assert all(patient.api.http.get("/books/").status_code == 200 for _ in range(10))
    with patient.asking("tokens=1") as received:
        assert next(received).name == "token"


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
