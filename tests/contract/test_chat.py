"""The librarian answers a question about the catalogue as a stream of events: tokens, and then the books spoken of."""

import json

import pytest

from tests.contract import raw
from tests.contract.client import Api, User, assert_problem, client_of, locations, unique
from tests.contract.events import Event, events

HELLO = {"message": "hello"}


def ask(api: Api, user: User, question: str) -> list[Event]:
    """All the events of an answer."""
    with api.http.stream("POST", "/chat", json={"message": question}, headers=user.auth) as response:
        assert response.status_code == 200, response.read()
        return list(events(response))


def text_of(answer: list[Event]) -> str:
    """What the tokens of an answer say together."""
    return "".join(json.loads(event.data)["text"] for event in answer if event.name == "token")


def books_of(answer: list[Event]) -> list[int]:
    """The ids with which an answer ends."""
    assert answer[-1].name == "done"
    found: list[int] = json.loads(answer[-1].data)["books"]
    return found


def test_an_answer_is_tokens_and_then_the_books_it_speaks_of(api: Api, alice: User) -> None:
    author = unique("Author ")
    books = [api.new_book(alice, author=author) for _ in range(2)]
    answer = ask(api, alice, f"What did {author} write?")
    assert [event.name for event in answer] == ["token"] * (len(answer) - 1) + ["done"]
    assert len(answer) > 3
    assert all(book["title"] in text_of(answer) for book in books)
    assert sorted(books_of(answer)) == [book["id"] for book in books]


def test_the_data_of_each_event_is_one_json_object(api: Api, alice: User) -> None:
    *tokens, done = ask(api, alice, HELLO["message"])
    assert all(list(json.loads(token.data)) == ["text"] for token in tokens)
    assert all(json.loads(token.data)["text"] for token in tokens)
    assert json.loads(done.data) == {"books": []}


def test_a_title_in_any_script_comes_through(api: Api, alice: User) -> None:
    author = unique("Author ")
    title = unique("Žluťoučký 紅樓夢 📚 \u2028 ")
    api.new_book(alice, author=author, title=title)
    assert title in text_of(ask(api, alice, f"books by {author}"))


def test_the_librarian_does_not_invent_books(api: Api, alice: User) -> None:
    answer = ask(api, alice, f"What did {unique('Nobody ')} write?")
    assert text_of(answer)
    assert books_of(answer) == []


def test_the_same_question_gets_the_same_answer(api: Api, alice: User) -> None:
    author = unique("Author ")
    api.new_book(alice, author=author)
    assert ask(api, alice, f"books by {author}") == ask(api, alice, f"books by {author}")


def test_an_answer_says_what_it_is_and_is_not_buffered_on_its_way(api: Api, alice: User) -> None:
    headers = api.http.post("/chat", json=HELLO, headers=alice.auth).headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers.get_list("cache-control") == ["no-cache"]
    assert headers["x-accel-buffering"] == "no"
    assert "content-length" not in headers


@pytest.mark.parametrize("question", ["?", "'\";--", "AND OR NOT NEAR(", "*", "%_\\", "📚", "é" * 2000, "\n\t x"])
def test_any_question_is_answered(api: Api, alice: User, question: str) -> None:
    answer = ask(api, alice, question)
    assert text_of(answer)
    assert answer[-1].name == "done"


@pytest.mark.parametrize(
    "message",
    ["", "   ", "x" * 2001, "x" * 100_000, "a\x00b", 5, None, ["hello"]],
    ids=["empty", "blank", "2001", "100-kb", "nul", "number", "null", "list"],
)
def test_a_question_is_1_to_2000_characters(api: Api, alice: User, message: object) -> None:
    problem = assert_problem(
        api.http.post("/chat", json={"message": message}, headers=alice.auth), 422, "invalid-input"
    )
    assert locations(problem) == [["body", "message"]]


def test_an_unknown_member_of_a_question_is_refused(api: Api, alice: User) -> None:
    response = api.http.post("/chat", json=HELLO | {"model": "x"}, headers=alice.auth)
    assert locations(assert_problem(response, 422)) == [["body", "model"]]


def test_after_an_answer_the_connection_carries_the_next(api: Api, alice: User) -> None:
    body = json.dumps(HELLO).encode()
    lines = [f"{name}: {value}" for name, value in alice.auth.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    with raw.connected(api) as connection:
        for _ in range(3):
            raw.send(connection, raw.head(api, "POST", "/chat", lines) + body)
            answer = raw.receive(connection, "POST")
            assert answer.status_code == 200
            assert b"event: done" in answer.content


def test_clients_that_leave_give_their_places_to_the_next(api: Api, alice: User) -> None:
    # More than the places of an ordinary server.
    for _ in range(100):
        with (
            client_of(api.http.base_url) as http,
            http.stream("POST", "/chat", json=HELLO, headers=alice.auth) as response,
        ):
            assert response.status_code == 200
