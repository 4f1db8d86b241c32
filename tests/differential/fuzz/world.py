"""What steps presuppose: accounts, sessions, books; made on both servers when a step first speaks of them.

So a sequence that was shrunk to one step still has what it needs, and nothing else.
"""

from collections.abc import Iterator, Mapping, Set

from tests.contract.client import PASSWORD
from tests.contract.pictures import BOUNDARY, form, picture
from tests.contract.routes import FORM, JSON, MULTIPART
from tests.differential.fuzz.steps import Keep, Step
from tests.differential.fuzz.values import as_json

USERS = ("alice", "bob")
TYPED_PASSWORD = PASSWORD.replace(" ", "+").replace(",", "%2C")
BOOK = {"title": "Title @{tag}", "author": "Author @{tag}", "category": "category @{tag}", "rating": 3}


def bearer(user: str) -> tuple[str, str]:
    """The header that makes a request this user's."""
    return "Authorization", f"Bearer @{{{user}_access}}"


def keeping_tokens(user: str) -> tuple[Keep, ...]:
    """What is kept of a pair of tokens; the refresh token before counts as spent."""
    return (
        Keep(f"{user}_spent", "value", f"{user}_refresh"),
        Keep(f"{user}_access", "json", "access_token"),
        Keep(f"{user}_refresh", "json", "refresh_token"),
    )


def _posting(path: str, fields: Mapping[str, object], *headers: tuple[str, str], keeps: tuple[Keep, ...]) -> Step:
    return Step(f"POST {path}", "POST", path, (*headers, ("Content-Type", JSON)), as_json(fields), keeps=keeps)


def _made_for(user: str) -> dict[str, Step]:
    form_login = f"username=@{{{user}}}&password={TYPED_PASSWORD}".encode()
    login = (("Content-Type", FORM),)
    account = {"username": f"{user}-@{{tag}}", "password": PASSWORD}
    multipart = ("Content-Type", f"{MULTIPART}; boundary={BOUNDARY}")
    tokens, cookie = keeping_tokens(user), (Keep(f"{user}_cookie", "cookie", "session"),)
    pair = Step("POST /auth/login", "POST", "/auth/login", login, form_login, keeps=tokens)
    cover = form(("cover", "cover.png", picture(size=(6, 4))))
    return {
        user: _posting("/auth/register", account, keeps=(Keep(user, "json", "username"),)),
        f"{user}_access": pair,
        f"{user}_refresh": pair,
        f"{user}_spent": _posting("/auth/refresh", {"refresh_token": f"@{{{user}_refresh}}"}, keeps=tokens),
        f"{user}_cookie": Step("POST /auth/session", "POST", "/auth/session", login, form_login, keeps=cookie),
        f"{user}_book": _posting("/books/", BOOK, bearer(user), keeps=book_of(user)),
        f"{user}_etag": Step(
            *("GET /books/{book_id}", "GET", f"/books/@{{{user}_book}}"),
            keeps=(Keep(f"{user}_etag", "header", "etag"),),
        ),
        f"{user}_todo": _posting(
            "/todo/", {"book_id": f"@{{{user}_book}}"}, bearer(user), keeps=(Keep(f"{user}_todo", "json", "id"),)
        ),
        f"{user}_cover": Step(
            *("PUT /books/{book_id}/cover", "PUT", f"/books/@{{{user}_book}}/cover", (bearer(user), multipart), cover),
            keeps=(Keep(f"{user}_cover", "header", "etag"), Keep(f"{user}_covered", "value", f"{user}_book")),
        ),
    }


def book_of(user: str) -> tuple[Keep, ...]:
    """What is kept of a book that was just added."""
    return Keep(f"{user}_book", "json", "id"), Keep(f"{user}_etag", "header", "etag")


_MAKERS = {name: step for user in USERS for name, step in _made_for(user).items()} | {
    # The first of two books: there is a page behind it.
    "cursor": Step(
        *("GET /books/", "GET", "/books/?author=Author%20@{tag}&limit=1"), keeps=(Keep("cursor", "json", "next"),)
    )
}
_MAKERS |= {f"{user}_covered": _MAKERS[f"{user}_cover"] for user in USERS}
_BEFORE = {"cursor": [_MAKERS["alice_book"], _MAKERS["bob_book"]]}


def preparations(step: Step, known: Set[str]) -> Iterator[Step]:
    """The steps that come before `step`, on servers where what is `known` was made already."""
    known = set(known)
    yield from _prepared(step, known)


def _prepared(step: Step, known: set[str]) -> Iterator[Step]:
    for name in step.needs():
        if name in known or name not in _MAKERS:
            continue
        for maker in (*_BEFORE.get(name, ()), _MAKERS[name]):
            yield from _prepared(maker, known)
            yield maker
            known |= {name, *(keep.name for keep in maker.keeps if keep.source != "value")}
