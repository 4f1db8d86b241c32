"""Talking to the librarian on a WebSocket: questions in JSON texts, answers token by token, a conversation in each."""

import json
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from tests.contract import raw
from tests.contract.chats import CHAT, talking
from tests.contract.client import Api, User, assert_problem, locations, sending, unique
from tests.contract.sockets import attempt, ended, handshake

ENDS = ("done", "stopped", "error")


def lines(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def reply(connection: ClientConnection) -> list[dict[str, Any]]:
    """What is said up to the end of an answer."""
    said = [json.loads(connection.recv(timeout=20))]
    while said[-1]["type"] not in ENDS:
        said.append(json.loads(connection.recv(timeout=20)))
    return said


def ask(connection: ClientConnection, question: object) -> list[dict[str, Any]]:
    """The answer to a question."""
    connection.send(json.dumps({"message": question}))
    return reply(connection)


def text_of(answer: list[dict[str, Any]]) -> str:
    """What the tokens of an answer say together."""
    return "".join(said["text"] for said in answer if said["type"] == "token")


def problem_of(answer: list[dict[str, Any]], slug: str) -> dict[str, Any]:
    """The problem that is all the answer."""
    assert [said["type"] for said in answer] == ["error"]
    problem: dict[str, Any] = answer[0]["problem"]
    assert problem["type"] == f"urn:problem:{slug}"
    return problem


def test_an_answer_is_tokens_and_then_the_books_it_speaks_of(api: Api, alice: User) -> None:
    author = unique("Author ")
    book = api.new_book(alice, author=author, title=unique("紅樓夢 📚 \u2028 "))
    with talking(api, alice.auth) as connection:
        *tokens, done = ask(connection, f"What did {author} write?")
    assert len(tokens) > 2
    assert all(token.keys() == {"type", "text"} for token in tokens)
    assert book["title"] in text_of(tokens)
    assert done == {"type": "done", "books": [book["id"]]}


def test_a_socket_says_what_the_event_stream_says(api: Api, alice: User) -> None:
    author = unique("Author ")
    api.new_book(alice, author=author)
    question = f"books by {author}"
    stream = api.http.post("/chat", json={"message": question}, headers=alice.auth).text
    data = [json.loads(line.removeprefix("data: ")) for line in stream.split("\n") if line.startswith("data: ")]
    with talking(api, alice.auth) as connection:
        answer = ask(connection, question)
    assert [{name: said[name] for name in said if name != "type"} for said in answer] == data


def test_a_conversation_has_many_questions(api: Api, alice: User) -> None:
    with talking(api, alice.auth) as connection:
        for _ in range(20):
            answer = ask(connection, "hello")
            assert text_of(answer)
            assert answer[-1]["type"] == "done"


@pytest.mark.parametrize("text", ["", "hello", "{", '{"message": NaN}', '{"message": "a", "message": "b"}', "[" * 100])
def test_a_message_that_is_not_json_is_an_error_and_the_conversation_goes_on(api: Api, alice: User, text: str) -> None:
    with talking(api, alice.auth) as connection:
        connection.send(text)
        problem_of(reply(connection), "malformed-request")
        assert ask(connection, "hello")[-1]["type"] == "done"


@pytest.mark.parametrize("question", ["", "  ", "x" * 2001, "x" * 50_000, "a\x00b", 5, None, ["hello"]])
def test_a_question_is_1_to_2000_characters(api: Api, alice: User, question: object) -> None:
    with talking(api, alice.auth) as connection:
        assert locations(problem_of(ask(connection, question), "invalid-input")) == [["body", "message"]]
        assert ask(connection, "hello")[-1]["type"] == "done"


@pytest.mark.parametrize(
    ("message", "location"),
    [
        ({}, ["body", "message"]),
        ([], ["body"]),
        ("hello", ["body"]),
        ({"message": "hello", "model": "x"}, ["body", "model"]),
        ({"type": "start"}, ["body", "type"]),
        ({"type": "stop", "message": "hello"}, ["body", "message"]),
    ],
)
def test_a_message_of_another_shape_is_an_error(api: Api, alice: User, message: object, location: list[str]) -> None:
    with talking(api, alice.auth) as connection:
        connection.send(json.dumps(message))
        assert locations(problem_of(reply(connection), "invalid-input")) == [location]


def test_stop_says_nothing_when_nothing_is_being_said(api: Api, alice: User) -> None:
    with talking(api, alice.auth) as connection:
        connection.send('{"type": "stop"}')
        assert ask(connection, "hello")[0]["type"] == "token"


def test_every_question_has_one_end_and_the_last_is_answered_however_fast_they_come(api: Api, alice: User) -> None:
    with talking(api, alice.auth) as connection:
        for _ in range(5):
            connection.send('{"message": "hello"}')
        *others, last = [reply(connection)[-1]["type"] for _ in range(5)]
        assert set(others) <= {"done", "stopped"}
        assert last == "done"
        assert ask(connection, "hello")[0]["type"] == "token"


def test_a_message_that_is_too_large_closes_the_conversation(api: Api, alice: User) -> None:
    with talking(api, alice.auth) as connection:
        connection.send(json.dumps({"message": "x" * 100_000}))
        assert ended(connection).code == 1009


def test_a_binary_message_closes_the_conversation(api: Api, alice: User) -> None:
    with talking(api, alice.auth) as connection:
        connection.send(b'{"message": "hello"}')
        assert ended(connection).code == 1003


def test_without_credentials_there_is_no_conversation(api: Api) -> None:
    refused = attempt(api, handshake(), CHAT)
    assert_problem(refused, 401, "credentials-required")
    assert refused.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer x.y.z"}, sending("nonsense")], ids=["token", "cookie"])
def test_with_bad_credentials_there_is_no_conversation(api: Api, headers: dict[str, str]) -> None:
    assert_problem(attempt(api, handshake() + lines(headers), CHAT), 401, "invalid-token")


def test_a_browser_talks_by_its_cookie(api: Api, alice: User) -> None:
    with talking(api, sending(api.browser(alice.username))) as connection:
        assert ask(connection, "hello")[-1]["type"] == "done"


@pytest.mark.parametrize("line", ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"])
def test_a_page_of_another_site_cannot_talk_whoever_it_speaks_for(api: Api, alice: User, line: str) -> None:
    nonsense = {"Authorization": "Bearer x.y.z"}
    for headers in (sending(api.browser(alice.username)), alice.auth, nonsense, sending("nonsense"), {}):
        assert_problem(attempt(api, [*handshake(), *lines(headers), line], CHAT), 403, "cross-site")


def test_a_plain_request_is_told_to_upgrade(api: Api, alice: User) -> None:
    assert_problem(api.http.get(CHAT, headers=alice.auth), 426, "upgrade-required")


def test_a_conversation_ends_with_its_session(api: Api) -> None:
    user = api.new_user()
    with talking(api, user.auth) as connection:
        assert ask(connection, "hello")[-1]["type"] == "done"
        api.http.post("/auth/logout", json={"refresh_token": user.refresh_token}).raise_for_status()
        assert problem_of(ask(connection, "hello"), "invalid-token")["status"] == 401
        assert ended(connection).code == 1008


def test_a_conversation_of_a_browser_ends_with_its_session(api: Api, alice: User) -> None:
    cookie = sending(api.browser(alice.username))
    with talking(api, cookie) as connection:
        api.http.delete("/auth/session", headers=cookie).raise_for_status()
        problem_of(ask(connection, "hello"), "invalid-token")
        assert ended(connection).code == 1008


def test_clients_that_leave_give_their_places_to_the_next(api: Api, alice: User) -> None:
    # More than the places of an ordinary server.
    for _ in range(70):
        with raw.connected(api) as connection:
            raw.send(connection, raw.head(api, "GET", CHAT, handshake() + lines(alice.auth)))
            assert connection.recv(1024).startswith(b"HTTP/1.1 101 ")
