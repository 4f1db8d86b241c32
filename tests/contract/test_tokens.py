"""Access tokens: what a server accepts as one, and what it must not (RFC 8725, RFC 6750)."""

import base64
import hmac
import json
from collections.abc import Callable, Iterable
from typing import Any

import httpx2
import pytest

from tests.contract.client import Api, User, assert_problem, unique

CHALLENGE = 'Bearer realm="books"'
REFUSED = 'Bearer realm="books", error="invalid_token"'
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
GUESSED_KEYS = [b"", b"secret", b"secret-key", b"dev", b"changeme", b"\0" * 32, b"your-256-bit-secret"]


def encoded(part: bytes | dict[str, Any]) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return document


def signed(header: dict[str, Any], payload: dict[str, Any], key: bytes, digest: str = "sha256") -> str:
    """A token as a forger makes it, with a key of his own."""
    text = f"{encoded(header)}.{encoded(payload)}"
    return f"{text}.{encoded(hmac.new(key, text.encode(), digest).digest())}"


def ask(api: Api, *credentials: str) -> httpx2.Response:
    """Ask who one is, with these Authorization headers."""
    return api.http.get("/auth/me", headers=[("Authorization", value) for value in credentials])


def assert_refused(api: Api, token: str) -> None:
    response = ask(api, f"Bearer {token}")
    assert_problem(response, 401, "invalid-token")
    assert response.headers["www-authenticate"] == REFUSED
    assert token not in response.text


def accepted(api: Api, tokens: Iterable[str]) -> list[str]:
    """Those tokens that are not refused as they should be."""
    return [token for token in tokens if ask(api, f"Bearer {token}").status_code != 401]


@pytest.fixture
def parts(alice: User) -> list[str]:
    """Header, payload and signature of a genuine token."""
    return alice.access_token.split(".")


def test_a_genuine_token_is_accepted(api: Api, alice: User) -> None:
    response = ask(api, f"Bearer {alice.access_token}")
    assert response.status_code == 200
    assert response.json()["username"] == alice.username


def test_a_token_tells_nothing_about_its_holder_but_an_id(api: Api) -> None:
    name, email = unique("user"), f"{unique()}@example.org"
    account = api.register(name, email=email).json()
    header, payload, _ = api.session(name).access_token.split(".")
    assert set(decoded(header)) == {"alg", "typ"}
    claims = decoded(payload)
    assert set(claims) == {"iss", "aud", "sub", "sid", "jti", "iat", "exp"}
    assert claims["sub"] == str(account["id"])
    assert not {name, email} & {str(value) for value in claims.values()}


def test_a_token_lasts_as_long_as_the_login_says(api: Api, alice: User) -> None:
    tokens = api.log_in(alice.username).json()
    claims = decoded(tokens["access_token"].split(".")[1])
    assert claims["exp"] - claims["iat"] == tokens["expires_in"]


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "kept"])
def test_a_token_without_signature_is_refused(api: Api, parts: list[str], algorithm: str, signature: str) -> None:
    header = encoded(decoded(parts[0]) | {"alg": algorithm})
    assert_refused(api, f"{header}.{parts[1]}.{parts[2] if signature else ''}")


@pytest.mark.parametrize("key", GUESSED_KEYS, ids=repr)
def test_a_token_signed_with_another_key_is_refused(api: Api, parts: list[str], key: bytes) -> None:
    assert_refused(api, signed(decoded(parts[0]), decoded(parts[1]), key))


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [("HS384", "sha384"), ("HS512", "sha512"), ("RS256", "sha256"), ("ES256", "sha256"), ("HS1", "sha1")],
)
def test_a_token_of_another_algorithm_is_refused(api: Api, parts: list[str], algorithm: str, digest: str) -> None:
    header = decoded(parts[0]) | {"alg": algorithm}
    assert_refused(api, signed(header, decoded(parts[1]), b"k" * 64, digest))
    assert_refused(api, f"{encoded(header)}.{parts[1]}.{parts[2]}")


@pytest.mark.parametrize(
    "member",
    [
        {"jwk": {"kty": "oct", "k": encoded(b"k" * 32)}},
        {"jku": "http://127.0.0.1:9/keys"},
        {"kid": "../../../../dev/null"},
        {"kid": "' UNION SELECT 'k"},
        {"x5u": "http://127.0.0.1:9/cert"},
        {"crit": ["exp"]},
        {"crit": "exp"},
        {"b64": False, "crit": ["b64"]},
        {"typ": "JWT"},
        {"typ": None},
        {"cty": "JWT"},
        {"zip": "DEF"},
        {"alg": ["HS256"]},
        {"alg": None},
        {"alg": 256},
    ],
    ids=lambda member: "-".join(f"{name}:{value}"[:14] for name, value in member.items()),
)
def test_a_header_does_not_choose_how_it_is_checked(api: Api, parts: list[str], member: dict[str, object]) -> None:
    header = decoded(parts[0]) | member
    assert_refused(api, signed(header, decoded(parts[1]), b"k" * 32))
    assert_refused(api, f"{encoded(header)}.{parts[1]}.{parts[2]}")


@pytest.mark.parametrize(
    "claims",
    [{"sub": str(2**62)}, {"sub": 0}, {"exp": 2**40}, {"exp": None}, {"exp": 1e300}, {"iat": 0}, {"aud": []}, {"x": 1},
     {"jti": "0" * 32}],
    ids=repr,
)  # fmt: skip
def test_changed_claims_do_not_carry_the_old_signature(api: Api, parts: list[str], claims: dict[str, object]) -> None:
    assert_refused(api, f"{parts[0]}.{encoded(decoded(parts[1]) | claims)}.{parts[2]}")


def test_a_token_is_not_made_of_two(api: Api, alice: User, bob: User) -> None:
    hers, his = alice.access_token.split("."), bob.access_token.split(".")
    assert_refused(api, ".".join([hers[0], his[1], hers[2]]))
    assert_refused(api, ".".join([hers[0], hers[1], his[2]]))


def test_a_token_changed_in_any_one_bit_is_refused(api: Api, alice: User) -> None:
    token = alice.access_token
    changed = [
        token[:place] + BASE64URL[BASE64URL.index(character) ^ (1 << place % 6)] + token[place + 1 :]
        for place, character in enumerate(token)
        if character != "."
    ]
    assert accepted(api, changed) == []


def test_each_part_of_a_token_has_one_spelling(api: Api, parts: list[str]) -> None:
    respelled = []
    for n, part in enumerate(parts):
        last = BASE64URL.index(part[-1])
        endings = [BASE64URL[last ^ bits] for bits in range(1, 64)]
        respelled += [".".join([*parts[:n], part[:-1] + ending, *parts[n + 1 :]]) for ending in endings]
    assert accepted(api, respelled) == []


ODD: dict[str, Callable[[str], str]] = {
    "padded": lambda token: token + "=",
    "padded-inside": lambda token: token.replace(".", "=.", 1),
    "doubled": lambda token: token + token,
    "four-parts": lambda token: token + ".",
    "five-parts": lambda token: token + ".a.b",
    "two-parts": lambda token: token.rpartition(".")[0],
    "one-part": lambda token: token.partition(".")[0],
    "empty-parts": lambda token: "..",
    "empty-payload": lambda token: "{0}..{2}".format(*token.split(".")),
    "cut": lambda token: token[:-1],
    "longer": lambda token: token + "A",
    "other-alphabet": lambda token: token + "+/",
    "other-case": lambda token: token.swapcase(),
    "a-word": lambda token: "qwertyuiop",
    "null": lambda token: "null",
    "three-thousand-letters": lambda token: "A" * 3000,
    "header-is-a-list": lambda token: f"{encoded(b'[]')}.{token.partition('.')[2]}",
    "header-is-no-json": lambda token: f"{encoded(b'hello')}.{token.partition('.')[2]}",
    "header-is-not-utf-8": lambda token: f"{encoded(bytes([255, 254]))}.{token.partition('.')[2]}",
    "payload-is-a-list": lambda token: "{0}.W10.{2}".format(*token.split(".")),
    "deep-payload": lambda token: f"{token.partition('.')[0]}.{encoded(b'[' * 1500)}.AAAA",
}


@pytest.mark.parametrize("spoil", ODD.values(), ids=ODD.keys())
def test_what_is_not_exactly_the_token_is_refused(api: Api, alice: User, spoil: Callable[[str], str]) -> None:
    assert_refused(api, spoil(alice.access_token))


def test_a_refresh_token_is_no_access_token(api: Api, alice: User) -> None:
    assert_refused(api, alice.refresh_token)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_may_be_in_any_case(api: Api, alice: User, scheme: str) -> None:
    assert ask(api, f"{scheme} {alice.access_token}").status_code == 200


@pytest.mark.parametrize(
    "pattern",
    ["", "{}", "Bearer", "Bearer{}", "Bearer\t{}", "Basic {}", "Token {}", "JWT {}", "Bearer {} x", "Bearer {},{}",
     "Bearer {}, Basic eDp5", "Bearer Bearer {}", 'Bearer "{}"', "Bearer token={}", "Bearer: {}", "Bearer {} {}"],
    ids=ascii,
)  # fmt: skip
def test_other_credentials_are_refused(api: Api, alice: User, pattern: str) -> None:
    token = alice.access_token
    response = ask(api, pattern.format(token, token))
    assert_problem(response, 401)
    assert response.headers["www-authenticate"].startswith(CHALLENGE)


@pytest.mark.parametrize("second", ["Bearer {}", "Basic eDp5", "Bearer x", ""], ids=ascii)
def test_two_authorization_headers_are_refused(api: Api, alice: User, second: str) -> None:
    first, other = f"Bearer {alice.access_token}", second.format(alice.access_token)
    for pair in ((first, other), (other, first)):
        response = ask(api, *pair)
        assert_problem(response, 401)
        assert response.headers["www-authenticate"].startswith(CHALLENGE)


def test_a_token_is_read_from_the_authorization_header_only(api: Api, alice: User) -> None:
    token = alice.access_token
    cookies = "; ".join(f"{name}={token}" for name in ("access_token", "sid", "token", "Authorization"))
    response = api.http.get(
        "/auth/me",
        params={"access_token": token, "token": token},
        headers={"Cookie": cookies, "X-Access-Token": token, "Proxy-Authorization": f"Bearer {token}"},
    )
    assert_problem(response, 401, "credentials-required")


@pytest.mark.parametrize("path", ["/books/?limit=1", "/health/live", "/books/author/nobody"])
def test_bad_credentials_do_not_disturb_what_is_public(api: Api, path: str) -> None:
    assert api.http.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 200
