"""Access tokens: what is accepted, and everything that is not."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from shared.errors import InvalidToken
from shared.model import Session
from shared.tokens import AccessTokens, new_refresh_token, refresh_token_hash

KEY = b"k" * 32
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def tokens() -> AccessTokens:
    return AccessTokens(KEY, lifetime_s=900)


def forge(key: bytes = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token that is right but for what the arguments change; a claim of None is left out."""
    issued_at = int(NOW.timestamp())
    payload = {
        "iss": "books", "aud": "books-api", "sub": "7", "sid": "s", "jti": "j", "iat": issued_at, "exp": issued_at + 900
    } | claims  # fmt: skip
    payload = {name: value for name, value in payload.items() if value is not None}
    return jwt.api_jws.PyJWS().encode(
        json.dumps(payload).encode(), key, algorithm="HS256", headers={"typ": "at+jwt"} | (header or {})
    )


def test_a_token_says_who_and_until_when() -> None:
    claims = tokens().read(tokens().sign(7, "s", NOW), NOW)
    assert (claims.sub, claims.sid, claims.exp - claims.iat) == ("7", "s", 900)


def test_two_tokens_of_one_moment_differ() -> None:
    assert tokens().sign(7, "s", NOW) != tokens().sign(7, "s", NOW)


def test_a_forged_token_with_nothing_changed_is_accepted_so_that_the_refusals_below_mean_something() -> None:
    assert tokens().read(forge(), NOW).sub == "7"


def test_a_token_ends_at_its_second() -> None:
    token = tokens().sign(7, "s", NOW)
    tokens().read(token, NOW + timedelta(seconds=899))
    with pytest.raises(InvalidToken, match=r"^The access token has expired\.$"):
        tokens().read(token, NOW + timedelta(seconds=900))


@pytest.mark.parametrize("year", [2001, 2100])
def test_time_is_judged_by_the_clock_that_is_given(year: int) -> None:
    now = NOW.replace(year=year)
    assert tokens().read(tokens().sign(7, "s", now), now).iat == now.timestamp()


def test_a_token_of_the_future_is_refused_beyond_the_skew_of_clocks() -> None:
    token = tokens().sign(7, "s", NOW)
    tokens().read(token, NOW - timedelta(seconds=5))
    with pytest.raises(InvalidToken):
        tokens().read(token, NOW - timedelta(seconds=6))


SECONDS = int(NOW.timestamp())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other"}, {"aud": "other"}, {"aud": ["books-api"]}, {"sub": 7}, {"sid": 1}, {"jti": None},
        {"exp": None}, {"iss": None}, {"aud": None}, {"sub": None}, {"sid": None}, {"iat": None},
        {"exp": str(SECONDS + 900)}, {"exp": SECONDS + 900.5}, {"exp": 10**22}, {"exp": SECONDS + 901},
        {"exp": True}, {"iat": str(SECONDS)},
        {"iat": -1}, {"exp": float("inf")}, {"admin": True}, {"nbf": 0},
    ],
    ids=str,
)  # fmt: skip
def test_a_claim_that_is_wrong_missing_or_unknown_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        tokens().read(forge(**claims), NOW)


@pytest.mark.parametrize(
    "header",
    [{"typ": "JWT"}, {"typ": None}, {"kid": "1"}, {"jku": "http://x"}, {"crit": ["b64"], "b64": True}],
    ids=str,
)
def test_a_header_other_than_ours_is_refused(header: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        tokens().read(forge(header=header), NOW)


def test_another_key_is_refused() -> None:
    with pytest.raises(InvalidToken):
        tokens().read(forge(key=b"x" * 32), NOW)


def test_another_algorithm_is_refused() -> None:
    for algorithm, key in (("HS384", KEY * 2), ("HS512", KEY * 2), ("none", None)):
        token = jwt.encode({"sub": "7"}, key, algorithm=algorithm, headers={"typ": "at+jwt"})
        with pytest.raises(InvalidToken):
            tokens().read(token, NOW)


def test_a_short_key_cannot_sign() -> None:
    with pytest.raises(jwt.InvalidKeyError):
        AccessTokens(b"short", 900).sign(7, "s", NOW)


def test_every_other_spelling_of_a_token_is_refused() -> None:
    token = tokens().sign(7, "s", NOW)
    signature = base64.urlsafe_b64decode(token.rpartition(".")[2] + "=")
    same = [letter for letter in map(chr, range(33, 127)) if letter != token[-1]]
    spellings = [token + "=", token + "==", token + ".", " " + token, token + "\n", token.replace(".", "..")]
    spellings += [token[:-1] + letter for letter in same]
    assert len(signature) == 32
    for spelling in spellings:
        with pytest.raises(InvalidToken):
            tokens().read(spelling, NOW)


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "é.é.é", "\ud800", "." * 100, "eyJ9.e30."])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidToken):
        tokens().read(text, NOW)


def test_a_pair_carries_the_refresh_token_of_its_session_and_its_lifetime() -> None:
    pair = tokens().pair(Session("s", 7, "refresh"), NOW)
    claims = tokens().read(pair.access_token, NOW)
    assert (claims.sub, claims.sid, claims.iat) == ("7", "s", NOW.timestamp())
    assert (pair.refresh_token, pair.token_type, pair.expires_in) == ("refresh", "bearer", 900)


def test_refresh_tokens_are_256_random_bits() -> None:
    made = {new_refresh_token() for _ in range(100)}
    assert len(made) == 100
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in made} == {32}


def test_every_token_has_128_random_bits_of_its_own() -> None:
    ids = {tokens().read(tokens().sign(7, "s", NOW), NOW).jti for _ in range(100)}
    assert len(ids) == 100
    assert {len(bytes.fromhex(jti)) for jti in ids} == {16}


def test_a_refresh_token_is_stored_as_its_sha256() -> None:
    # FIPS 180-2, example of "abc".
    assert refresh_token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
