"""Refresh tokens: rotation, reuse, and the end of a session (RFC 9700 section 4.14)."""

from collections.abc import Callable

import httpx2
import pytest

from tests.contract.client import Api, User, assert_problem, locations, unique


@pytest.fixture
def session(api: Api, alice: User) -> User:
    """A session of alice's that the test may end."""
    return api.session(alice.username)


def refresh(api: Api, token: object) -> httpx2.Response:
    return api.http.post("/auth/refresh", json={"refresh_token": token})


def log_out(api: Api, token: object) -> httpx2.Response:
    return api.http.post("/auth/logout", json={"refresh_token": token})


def renewed(api: Api, session: User) -> User:
    """The session after one more use of its refresh token."""
    response = refresh(api, session.refresh_token)
    assert response.status_code == 200, response.text
    return User(session.username, response.json()["access_token"], response.json()["refresh_token"])


def assert_refused(response: httpx2.Response) -> None:
    assert_problem(response, 401, "invalid-token")
    assert response.headers["www-authenticate"] == 'Bearer realm="books", error="invalid_token"'


def assert_alive(api: Api, session: User) -> None:
    response = api.http.get("/auth/me", headers=session.auth)
    assert response.status_code == 200
    assert response.json()["username"] == session.username


def assert_dead(api: Api, *sessions: User) -> None:
    for session in sessions:
        assert_refused(api.http.get("/auth/me", headers=session.auth))
        assert_refused(refresh(api, session.refresh_token))


def test_a_refresh_answers_with_a_new_pair(api: Api, session: User) -> None:
    response = refresh(api, session.refresh_token)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    tokens = response.json()
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert tokens["token_type"] == "bearer"
    assert tokens["access_token"] != session.access_token
    assert tokens["refresh_token"] != session.refresh_token


def test_a_session_goes_on_from_refresh_to_refresh(api: Api, session: User) -> None:
    for _ in range(4):
        session = renewed(api, session)
        assert_alive(api, session)


def test_a_refresh_leaves_the_access_token_before_it_alive(api: Api, session: User) -> None:
    renewed(api, session)
    assert_alive(api, session)


def test_a_refresh_token_used_twice_ends_its_session(api: Api, session: User) -> None:
    second = renewed(api, session)
    third = renewed(api, second)
    assert_refused(refresh(api, session.refresh_token))
    assert_dead(api, third, second, session)


def test_the_end_of_one_session_leaves_the_others_alone(api: Api, alice: User, session: User) -> None:
    other = api.session(alice.username)
    renewed(api, session)
    refresh(api, session.refresh_token)
    assert_dead(api, session)
    assert_alive(api, other)
    assert_alive(api, renewed(api, other))


def test_a_logout_ends_the_session(api: Api, alice: User, session: User) -> None:
    other = api.session(alice.username)
    response = log_out(api, session.refresh_token)
    assert response.status_code == 204
    assert response.content == b""
    assert "content-type" not in response.headers
    assert_dead(api, session)
    assert_alive(api, other)


def test_a_logout_with_an_old_refresh_token_ends_the_session_too(api: Api, session: User) -> None:
    new = renewed(api, session)
    assert log_out(api, session.refresh_token).status_code == 204
    assert_dead(api, new, session)


def test_a_logout_may_be_repeated(api: Api, session: User) -> None:
    assert [log_out(api, session.refresh_token).status_code for _ in range(3)] == [204, 204, 204]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_written_in_a_session_that_has_ended(api: Api, session: User, method: str) -> None:
    book = api.new_book(session)
    log_out(api, session.refresh_token)
    path = "/books/" if method == "POST" else f"/books/{book['id']}"
    assert_refused(api.http.request(method, path, json={}, headers=session.auth))
    assert api.read(book) == book


@pytest.mark.parametrize("use", [refresh, log_out])
@pytest.mark.parametrize("pattern", ["{}x", "{:.20}", " {}", "{} ", "{}\n", "{}=", "unknown", "{}\x00"], ids=ascii)
def test_a_refresh_token_is_taken_only_as_it_was_given(
    api: Api, session: User, use: Callable[[Api, object], httpx2.Response], pattern: str
) -> None:
    assert_refused(use(api, pattern.format(session.refresh_token)))
    assert_alive(api, renewed(api, session))


@pytest.mark.parametrize("use", [refresh, log_out])
@pytest.mark.parametrize("token", ["", None, 5, True, ["a"], "x" * 201], ids=lambda token: repr(token)[:8])
def test_what_cannot_be_a_refresh_token_is_invalid(
    api: Api, use: Callable[[Api, object], httpx2.Response], token: object
) -> None:
    problem = assert_problem(use(api, token), 422, "invalid-input")
    assert locations(problem) == [["body", "refresh_token"]]


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/logout"])
def test_a_refresh_token_with_a_lone_surrogate_is_invalid(api: Api, path: str) -> None:
    headers = {"Content-Type": "application/json"}
    response = api.http.post(path, content=b'{"refresh_token": "\\ud83d"}', headers=headers)
    problem = assert_problem(response, 422, "invalid-input")
    assert locations(problem) == [["body", "refresh_token"]]


@pytest.mark.parametrize("use", [refresh, log_out])
def test_an_access_token_is_no_refresh_token(
    api: Api, session: User, use: Callable[[Api, object], httpx2.Response]
) -> None:
    problem = assert_problem(use(api, session.access_token), 422, "invalid-input")
    assert locations(problem) == [["body", "refresh_token"]]
    assert_alive(api, session)


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/logout"])
@pytest.mark.parametrize(
    ("body", "loc"),
    [({}, "refresh_token"), ({"refresh_token": "{}", "scope": "all"}, "scope")],
    ids=["nothing", "more"],
)
def test_a_refresh_token_comes_alone(api: Api, session: User, path: str, body: dict[str, str], loc: str) -> None:
    sent = {name: value.format(session.refresh_token) for name, value in body.items()}
    problem = assert_problem(api.http.post(path, json=sent), 422, "invalid-input")
    assert locations(problem) == [["body", loc]]
    assert_alive(api, renewed(api, session))


@pytest.mark.parametrize("credentials", ["Bearer nonsense", "Basic eDp5", "Bearer {}"])
def test_a_refresh_does_not_look_at_other_credentials(api: Api, session: User, bob: User, credentials: str) -> None:
    headers = {"Authorization": credentials.format(bob.access_token)}
    body = {"refresh_token": session.refresh_token}
    tokens = api.http.post("/auth/refresh", json=body, headers=headers).json()
    assert_alive(api, User(session.username, tokens["access_token"], tokens["refresh_token"]))


def test_a_refused_refresh_token_is_not_repeated_in_the_answer(api: Api) -> None:
    token = unique("stolen")
    response = refresh(api, token)
    assert_refused(response)
    assert token not in response.text
