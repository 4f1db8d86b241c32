"""Failed logins are counted for an account as tried from one address.

Each test that needs a full count fills one of a name of its own, and the whole suite stays well below what the address
may fail in all.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import httpx2
import pytest

from tests.contract.client import PASSWORD, Api, User, assert_problem, unique

# More than any sensible limit: a server that counts has refused by then.
PLENTY = 40
WRONG = "not the password"


class Shut(NamedTuple):
    """An account that has had all its failed logins, and the answers to them."""

    username: str
    answers: list[httpx2.Response]

    @property
    def limit(self) -> int:
        return len(self.answers) - 1


def until_refused(log_in: Callable[[], httpx2.Response]) -> Iterator[httpx2.Response]:
    for _ in range(PLENTY):
        response = log_in()
        yield response
        if response.status_code != 401:
            return


@pytest.fixture(scope="module")
def shut(api: Api) -> Shut:
    """An account that exists, tried until it was refused."""
    username = api.new_user().username
    return Shut(username, list(until_refused(lambda: api.log_in(username, WRONG))))


def test_after_some_failed_logins_the_next_is_429_and_says_when_to_come_back(shut: Shut) -> None:
    assert shut.limit >= 3
    for answer in shut.answers[:-1]:
        assert_problem(answer, 401, "wrong-password")
    assert_problem(shut.answers[-1], 429, "too-many-logins")
    assert 1 <= int(shut.answers[-1].headers["retry-after"]) <= 86_400


def test_then_the_right_password_is_429_too_as_a_guess_would_learn_from_it(api: Api, shut: Shut) -> None:
    assert_problem(api.log_in(shut.username), 429, "too-many-logins")


def test_tokens_and_browsers_share_the_count(api: Api, shut: Shut) -> None:
    for password in (PASSWORD, WRONG):
        response = api.open_browser(shut.username, password)
        assert_problem(response, 429, "too-many-logins")
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "spell", [str.upper, str.title, lambda name: name.replace("u", "\uff55", 1)], ids=["upper", "title", "wide"]
)
def test_the_count_is_that_of_the_account_however_it_is_spelled(
    api: Api, shut: Shut, spell: Callable[[str], str]
) -> None:
    assert_problem(api.log_in(spell(shut.username), WRONG), 429, "too-many-logins")


def test_it_is_checked_after_the_values(api: Api, shut: Shut) -> None:
    assert_problem(api.log_in(shut.username, "p" * 129), 422, "invalid-input")


def test_other_accounts_are_not_affected(api: Api, shut: Shut, alice: User) -> None:
    assert shut.answers[-1].status_code == 429
    assert api.log_in(alice.username).status_code == 200


def test_sessions_that_are_open_are_not_affected(api: Api) -> None:
    user = api.new_user()
    assert [answer.status_code for answer in until_refused(lambda: api.log_in(user.username, WRONG))][-1] == 429
    assert api.http.get("/auth/me", headers=user.auth).status_code == 200
    assert api.http.post("/auth/refresh", json={"refresh_token": user.refresh_token}).status_code == 200


def test_a_name_that_nobody_has_is_counted_as_an_account_is(api: Api, shut: Shut) -> None:
    nobody = unique("nobody")
    answers = list(until_refused(lambda: api.log_in(nobody, WRONG)))
    assert [answer.status_code for answer in answers] == [answer.status_code for answer in shut.answers]
    assert [answer.json() for answer in answers] == [answer.json() for answer in shut.answers]


def test_a_right_password_counts_nothing_and_forgets_what_was_counted(api: Api, shut: Shut) -> None:
    username = api.new_user().username
    for _ in range(2):
        for _ in range(shut.limit - 1):
            assert api.log_in(username, WRONG).status_code == 401
        assert api.log_in(username).status_code == 200
    assert [api.log_in(username).status_code for _ in range(shut.limit + 1)] == [200] * (shut.limit + 1)


def test_a_request_that_is_no_login_counts_nothing(api: Api, shut: Shut) -> None:
    username = api.new_user().username
    for _ in range(shut.limit + 1):
        assert api.log_in(username, "").status_code == 422
    assert api.log_in(username).status_code == 200


def test_guesses_sent_all_at_once_are_no_more_than_guesses_sent_one_by_one(api: Api, shut: Shut) -> None:
    username = api.new_user().username
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: api.log_in(username, WRONG).status_code, range(2 * shut.limit)))
    # A server may be too busy hashing for some of them.
    assert set(answers) <= {401, 429, 503}
    assert answers.count(401) <= shut.limit
