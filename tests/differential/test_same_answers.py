"""The same request gets the same bytes from both servers, but for what each answer has of its own."""

import re
from collections.abc import Mapping
from urllib.parse import quote

import httpx2
import pytest

from tests.contract.client import Api, User, unique
from tests.differential.exchanges import EXCHANGES, Exchange
from tests.differential.masks import NOT_COMPARED, OWN_HEADERS, Seen

OWN_VALUES = {
    rb'id":\d+': b'id":ID',
    rb'_at":"\d{4}-\d\d-\d\dT[\d:.]+Z"': b'_at":"TIME"',
    rb'_token":"[^"]+"': b'_token":"TOKEN"',
}


def ask(api: Api, exchange: Exchange, values: Mapping[str, str], headers: Mapping[str, str]) -> httpx2.Response:
    target, body = exchange.target, exchange.body
    for name, value in values.items():
        target = target.replace(f"{{{name}}}", quote(value))
        body = body.replace(f"{{{name}}}".encode(), value.encode()) if body is not None else None
    own = [(name, text.replace("{cookie}", values["cookie"])) for name, text in exchange.headers]
    sent = [*headers.items(), *own, ("X-Request-ID", "twin")]
    if body is not None and exchange.media_type:
        sent.append(("Content-Type", exchange.media_type))
    # Given as a whole, for a client would take the two slashes of a path for the beginning of a host.
    return api.http.request(
        exchange.method, f"{str(api.http.base_url).rstrip('/')}{target}", content=body, headers=sent
    )


def seen(response: httpx2.Response, values: Mapping[str, str], *, head: bool) -> Seen:
    """What must be equal: a length is compared where the body cannot vouch for it."""
    body = response.content
    headers = []
    for name, value in response.headers.multi_items():
        if name in OWN_HEADERS:
            assert re.fullmatch(OWN_HEADERS[name], value)
            headers.append((name, "OWN"))
        elif name == "content-length" and not head:
            assert int(value) == len(body)
            headers.append((name, "RIGHT"))
        elif name not in NOT_COMPARED:
            value = re.sub(r"(?<=^session=)[^;]+", "COOKIE", value)
            headers.append((name, re.sub(r"^/(books|todo)/\d+$", r"/\1/ID", value)))
    for pattern, mask in OWN_VALUES.items():
        body = re.sub(pattern, mask, body)
    for name, value in values.items():
        if name != "book":
            body = body.replace(value.encode(), name.encode())
    return Seen(response.status_code, sorted(headers), body)


def values_of(api: Api, owner: User) -> dict[str, str]:
    """Fresh values for the placeholders of an exchange, so that one server does not see what the other changed."""
    book = api.new_book(owner, author=unique("Twin, A. "), category=unique("twin "))
    session = api.session(owner.username)
    return {
        "book": str(book["id"]),
        **{name: book[name] for name in ("author", "category", "title")},
        "name": unique("new"),
        "user": owner.username,
        "refresh": session.refresh_token,
        "cookie": api.browser(owner.username),
    }


@pytest.mark.parametrize("exchange", EXCHANGES.values(), ids=EXCHANGES.keys())
def test_both_servers_answer_alike(apis: tuple[Api, Api], alice: User, bob: User, exchange: Exchange) -> None:
    headers = {"owner": alice.auth, "other": bob.auth, "nobody": {}}[exchange.who]
    answers = []
    for api in apis:
        values = values_of(api, alice)
        response = ask(api, exchange, values, headers)
        answers.append(seen(response, values, head=exchange.method == "HEAD"))
    assert answers[0] == answers[1]


def test_a_book_is_the_same_to_the_byte(apis: tuple[Api, Api], alice: User) -> None:
    book = apis[0].new_book(alice, title='\u00e9 \U0001f4da \u2028 \x7f " / \\ <&>', published_year=None)
    for target in (f"/books/{book['id']}", f"/books/?author={quote(book['author'])}"):
        bodies = [api.http.get(target).content for api in apis]
        assert bodies[0] == bodies[1]


def test_an_answer_of_the_librarian_is_the_same_to_the_byte(apis: tuple[Api, Api], alice: User) -> None:
    book = apis[0].new_book(alice, title="\u00e9 \U0001f4da \u2028 \x7f / \\ <&>", author=unique("Author "))
    question = {"message": f"What did {book['author']} write?"}
    answers = [api.http.post("/chat", json=question, headers=alice.auth).content for api in apis]
    assert answers[0] == answers[1]
    assert answers[0].endswith(f'event: done\ndata: {{"books":[{book["id"]}]}}\n\n'.encode())


def test_both_serve_the_same_document(apis: tuple[Api, Api]) -> None:
    documents = [api.http.get("/openapi.json") for api in apis]
    assert documents[0].status_code == documents[1].status_code == 200
    assert documents[0].json() == documents[1].json()
