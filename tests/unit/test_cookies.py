"""Session cookies: one spelling, one key, one of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cookies import SessionCookies
from shared.errors import InvalidToken, Unauthorized
from shared.parsing import cookie_values

COOKIES = SessionCookies(b"k" * 32, 60)
ID = "0123456789abcdef0123456789abcdef"
GENUINE = COOKIES.sign(ID)


def test_a_cookie_gives_back_its_session() -> None:
    assert COOKIES.read(f"a=b; session={GENUINE}; c=d") == ID


@pytest.mark.parametrize("header", [None, "", "a=b", "sess=x", "Session=x", "sessions=x", "a=session=x"])
def test_without_the_cookie_there_are_no_credentials(header: str | None) -> None:
    assert not COOKIES.sent(header)
    with pytest.raises(Unauthorized) as refused:
        COOKIES.read(header)
    assert not isinstance(refused.value, InvalidToken)


def test_a_cookie_with_any_character_changed_added_or_removed_is_refused() -> None:
    spellings = {GENUINE[:i] + x + GENUINE[i + 1 :] for i in range(len(GENUINE)) for x in 'Aa0-_.="'} - {GENUINE}
    spellings |= {GENUINE[:i] + GENUINE[i + 1 :] for i in range(len(GENUINE))} | {f'"{GENUINE}"', GENUINE + "="}
    for spelling in spellings:
        with pytest.raises(InvalidToken):
            COOKIES.read(f"session={spelling}")


def test_two_cookies_are_refused_even_when_they_are_one() -> None:
    with pytest.raises(InvalidToken):
        COOKIES.read(f"session={GENUINE}; session={GENUINE}")


def test_a_cookie_signed_with_another_key_is_refused() -> None:
    with pytest.raises(InvalidToken):
        COOKIES.read(f"session={SessionCookies(b'x' * 32, 60).sign(ID)}")


@pytest.mark.parametrize("header", [None, "session=x.y", f"session={GENUINE}; session={GENUINE}"])
def test_only_a_genuine_cookie_is_replaced(header: str | None) -> None:
    assert COOKIES.replaced(header) is None
    assert COOKIES.replaced(f"session={GENUINE}") == ID


@pytest.mark.parametrize(("secure", "ending"), [(False, ""), (True, "; Secure")])
def test_what_the_browser_is_told(secure: bool, ending: str) -> None:
    same = f"Path=/; HttpOnly; SameSite=Lax{ending}"
    assert COOKIES.granted(ID, secure=secure) == {"Set-Cookie": f"session={GENUINE}; Max-Age=60; {same}"}
    assert COOKIES.cleared(secure=secure) == {"Set-Cookie": f"session=; Max-Age=0; {same}"}


@given(st.text(max_size=80))
def test_any_header_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(Unauthorized):
        COOKIES.read(f"session={text}")


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
