"""Session cookies: one spelling, one key, one of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cookies import SessionCookies
from shared.errors import InvalidToken, Unauthorized
from shared.parsing import cookie_values

ID = "5d41402abc4b2a76b9719d911017c592"
# What this key has always signed for this session: a new release must not log everybody out.
GENUINE = "IjVkNDE0MDJhYmM0YjJhNzZiOTcxOWQ5MTEwMTdjNTkyIg.m4xkYS6TD9queqoMReS9dLZMNZEbhF6_GVp9PiAjmkI"
REFUSED = r"^The session cookie is not valid\.$"


def cookies() -> SessionCookies:
    return SessionCookies(b"k" * 32, 60)


def test_a_cookie_gives_back_its_session() -> None:
    assert cookies().sent(f"a=b; session={GENUINE}; c=d")
    assert cookies().read(f"a=b; session={GENUINE}; c=d") == ID


def test_a_cookie_is_signed_as_it_always_was() -> None:
    assert cookies().sign(ID) == GENUINE


@pytest.mark.parametrize("header", [None, "", "a=b", "sess=x", "Session=x", "sessions=x", "a=session=x"])
def test_without_the_cookie_there_are_no_credentials(header: str | None) -> None:
    assert not cookies().sent(header)
    with pytest.raises(Unauthorized, match=r"^This operation needs the cookie of a session\.$") as refused:
        cookies().read(header)
    assert not isinstance(refused.value, InvalidToken)


def test_a_cookie_with_any_character_changed_added_or_removed_is_refused() -> None:
    spellings = {GENUINE[:i] + x + GENUINE[i + 1 :] for i in range(len(GENUINE)) for x in 'Aa0-_.="'} - {GENUINE}
    spellings |= {GENUINE[:i] + GENUINE[i + 1 :] for i in range(len(GENUINE))} | {f'"{GENUINE}"', GENUINE + "="}
    for spelling in spellings:
        with pytest.raises(InvalidToken, match=REFUSED):
            cookies().read(f"session={spelling}")


def test_two_cookies_are_refused_even_when_they_are_one() -> None:
    with pytest.raises(InvalidToken, match=REFUSED):
        cookies().read(f"session={GENUINE}; session={GENUINE}")


def test_a_cookie_signed_with_another_key_is_refused() -> None:
    with pytest.raises(InvalidToken):
        cookies().read(f"session={SessionCookies(b'x' * 32, 60).sign(ID)}")


@pytest.mark.parametrize("header", [None, "session=x.y", f"session={GENUINE}; session={GENUINE}"])
def test_only_a_genuine_cookie_is_replaced(header: str | None) -> None:
    assert cookies().replaced(header) is None
    assert cookies().replaced(f"session={GENUINE}") == ID


@pytest.mark.parametrize(("secure", "ending"), [(False, ""), (True, "; Secure")])
def test_what_the_browser_is_told(secure: bool, ending: str) -> None:
    same = f"Path=/; HttpOnly; SameSite=Lax{ending}"
    assert cookies().granted(ID, secure=secure) == {"Set-Cookie": f"session={GENUINE}; Max-Age=60; {same}"}
    assert cookies().cleared(secure=secure) == {"Set-Cookie": f"session=; Max-Age=0; {same}"}


@given(st.text(max_size=80))
def test_any_header_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(Unauthorized):
        cookies().read(f"session={text}")


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("a=1; a=2;a=3", ["1", "2", "3"]),
        ('a="1"', ['"1"']),
        ("a=1=2; b=a=3", ["1=2"]),
        ("a; a =1; a= 1", ["", " 1"]),
        ("a=1, a=2", ["1, a=2"]),
        (";;;", []),
    ],
)
def test_a_cookie_header_is_read_as_it_is(header: str, values: list[str]) -> None:
    assert cookie_values(header, "a") == values
