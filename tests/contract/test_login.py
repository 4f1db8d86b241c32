"""Logging in, and asking who one is."""

from typing import Any

import pytest

from tests.contract.client import PASSWORD, Api, User, assert_problem, locations, unique

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_login_answers_with_a_pair_of_tokens(api: Api, alice: User) -> None:
    response = api.log_in(alice.username)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    tokens = response.json()
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert tokens["token_type"] == "bearer"
    assert type(tokens["expires_in"]) is int
    assert tokens["expires_in"] > 0
    assert tokens["access_token"] != tokens["refresh_token"]


def test_every_login_has_tokens_of_its_own(api: Api, alice: User) -> None:
    first, second = api.session(alice.username), api.session(alice.username)
    assert first.access_token != second.access_token
    assert first.refresh_token != second.refresh_token
    for session in (first, second):
        assert api.http.get("/auth/me", headers=session.auth).json()["username"] == alice.username


def test_a_wrong_password_is_refused(api: Api, alice: User) -> None:
    response = api.log_in(alice.username, "not the password")
    assert_problem(response, 401, "wrong-password")
    assert response.headers["www-authenticate"] == 'Bearer realm="books"'


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(api: Api, alice: User) -> None:
    request_id = {"X-Request-ID": "same"}
    answers = [
        api.http.post("/auth/login", data={"username": name, "password": "not the password"}, headers=request_id)
        for name in (alice.username, unique("nobody"), "no such name, as no name is like it", "x" * 256)
    ]
    own = {"date", "x-process-time"}
    seen = [
        (answer.status_code, answer.content, {k: v for k, v in answer.headers.items() if k not in own})
        for answer in answers
    ]
    assert seen[0][0] == 401
    assert seen[0] == seen[1] == seen[2] == seen[3]


def test_an_unknown_name_takes_as_long_as_a_wrong_password(api: Api) -> None:
    known = api.new_user().username
    times_s: tuple[list[float], list[float]] = ([], [])
    # By turns, so that what else the machine does holds up both; the shortest was held up least.
    for _ in range(7):
        for name, taken_s in zip((known, unique("nobody")), times_s, strict=True):
            taken_s.append(api.log_in(name, "not the password").elapsed.total_seconds())
    wrong_s, unknown_s = map(min, times_s)
    assert unknown_s > wrong_s / 4


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ({}, ["username", "password"]),
        ({"username": "somebody"}, ["password"]),
        ({"password": PASSWORD}, ["username"]),
        ({"username": "", "password": PASSWORD}, ["username"]),
        ({"username": "somebody", "password": ""}, ["password"]),
        ({"Username": "somebody", "password": PASSWORD}, ["username"]),
        ({"username": "some\x00body", "password": PASSWORD}, ["username"]),
        ({"username": "somebody", "password": "pass\x00word"}, ["password"]),
        ({"username": "x" * 257, "password": "p" * 129}, ["username", "password"]),
    ],
    ids=lambda value: ascii(value)[:40] if isinstance(value, dict) else "",
)
def test_a_login_without_usable_name_and_password_is_invalid(
    api: Api, form: dict[str, str], missing: list[str]
) -> None:
    response = api.http.post("/auth/login", data=form, headers=FORM)
    problem = assert_problem(response, 422, "invalid-input")
    assert locations(problem) == [["body", name] for name in missing]


@pytest.mark.parametrize("name", ["username", "password", "grant_type"])
def test_a_login_that_repeats_a_name_is_malformed(api: Api, alice: User, name: str) -> None:
    form: dict[str, Any] = {"username": alice.username, "password": PASSWORD, "grant_type": "password"}
    response = api.http.post("/auth/login", data=form | {name: [form[name], form[name]]})
    assert_problem(response, 400, "malformed-request")


@pytest.mark.parametrize(
    "extra",
    [{"grant_type": "password"}, {"grant_type": ""}, {"scope": "a b", "client_id": "x", "client_secret": ""}],
    ids=repr,
)  # fmt: skip
def test_a_login_may_carry_what_oauth_clients_send(api: Api, alice: User, extra: dict[str, str]) -> None:
    form = {"username": alice.username, "password": PASSWORD} | extra
    assert api.http.post("/auth/login", data=form).status_code == 200


@pytest.mark.parametrize("grant_type", ["client_credentials", "refresh_token", "Password", " password"])
def test_a_login_for_another_grant_is_invalid(api: Api, alice: User, grant_type: str) -> None:
    form = {"username": alice.username, "password": PASSWORD, "grant_type": grant_type}
    problem = assert_problem(api.http.post("/auth/login", data=form), 422, "invalid-input")
    assert locations(problem) == [["body", "grant_type"]]


def test_name_and_password_are_not_read_from_the_query(api: Api, alice: User) -> None:
    query = {"username": alice.username, "password": PASSWORD}
    response = api.http.post("/auth/login", params=query, data={"grant_type": "password"})
    problem = assert_problem(response, 422, "invalid-input")
    assert locations(problem) == [["body", "username"], ["body", "password"]]


def test_plus_and_percent_in_a_form_are_decoded(api: Api) -> None:
    name, password = unique("user"), "50 % + a & b = c; d"
    assert api.register(name, password).status_code == 201
    body = f"username={name}&password=50+%25+%2B+a+%26+b+%3D+c%3B+d"
    assert api.http.post("/auth/login", content=body, headers=FORM).status_code == 200


def test_bad_credentials_do_not_disturb_a_login(api: Api, alice: User) -> None:
    form = {"username": alice.username, "password": PASSWORD}
    response = api.http.post("/auth/login", data=form, headers={"Authorization": "Bearer nonsense"})
    assert response.status_code == 200


def test_me_is_the_account_of_the_token(api: Api, alice: User, bob: User) -> None:
    for user in (alice, bob):
        response = api.http.get("/auth/me", headers=user.auth)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "no-store"
        assert set(response.json()) == {"id", "username", "email", "created_at"}
        assert response.json()["username"] == user.username


def test_me_needs_credentials(api: Api) -> None:
    response = api.http.get("/auth/me")
    assert_problem(response, 401, "credentials-required")
    assert response.headers["www-authenticate"] == 'Bearer realm="books"'
