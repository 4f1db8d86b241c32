"""Access tokens and refresh tokens: what is taken for one, and when it ends."""

from tests.faults.fault import Change, Fault
from tests.servers import SHORT_LIFETIMES

FAULTS = [
    Fault(
        "expired-token-accepted",
        "An access token is good for ever.",
        ["test_lifetimes.py::test_an_access_token_lasts_as_long_as_the_login_said_and_then_is_renewed"],
        [Change("shared.tokens", "if claims.exp <= now_s:", "if claims.exp <= 0:")],
        settings=SHORT_LIFETIMES,
    ),
    Fault(
        "token-dies-early",
        "An access token ends at a quarter of the time that the login said.",
        ["test_lifetimes.py::test_an_access_token_lasts_as_long_as_the_login_said_and_then_is_renewed"],
        [Change("shared.tokens", "if claims.exp <= now_s:", "if claims.exp - self._lifetime_s * 3 / 4 <= now_s:")],
        settings=SHORT_LIFETIMES,
    ),
    Fault(
        "forged-token-accepted",
        "The signature of an access token is not checked.",
        ["test_tokens.py::test_changed_claims_do_not_carry_the_old_signature"],
        [
            Change(
                "shared.tokens",
                "token, self._key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER\n",
                'token, options={"verify_signature": False}\n',
            )
        ],
    ),
    Fault(
        "token-has-many-spellings",
        "Spare bits and padding of an access token are ignored, so that one token has many spellings.",
        ["test_tokens.py::test_each_part_of_a_token_has_one_spelling"],
        [
            Change("shared.tokens", " or not _canonical(token)", ""),
            # PyJWT looks at the spelling, too.
            Change(
                "shared.tokens",
                "        try:\n            parts = self._jwt",
                "        token = '.'.join(base64url_encode(base64url_decode(x)).decode() for x in token.split('.'))\n"
                "        try:\n            parts = self._jwt",
            ),
        ],
    ),
    Fault(
        "expires-in-lies",
        "The login promises a minute more than the access token lasts.",
        ["test_tokens.py::test_a_token_lasts_as_long_as_the_login_says"],
        [Change("shared.tokens", "expires_in=self._lifetime_s,", "expires_in=self._lifetime_s + 60,")],
    ),
    Fault(
        "token-tells-more",
        "An access token has a claim more than the contract says.",
        ["test_tokens.py::test_a_token_tells_nothing_about_its_holder_but_an_id"],
        [
            Change("shared.tokens", "    exp: int\n", '    exp: int\n    scope: str = "books"\n'),
        ],
    ),
    Fault(
        "scheme-is-case-sensitive",
        "Only `Bearer` is the scheme, and `bearer` is not.",
        ["test_tokens.py::test_the_scheme_may_be_in_any_case"],
        [
            Change(
                "shared.parsing",
                'r"bearer +([A-Za-z0-9._~+/=-]+)", (header or "").strip(" \\t"), re.IGNORECASE',
                'r"Bearer +([A-Za-z0-9._~+/=-]+)", (header or "").strip(" \\t")',
            )
        ],
    ),
    Fault(
        "scheme-is-optional",
        "A token is taken without a scheme before it.",
        ["test_tokens.py::test_other_credentials_are_refused"],
        [Change("shared.parsing", 'r"bearer +(', 'r"(?:bearer +)?(')],
    ),
    Fault(
        "first-authorization-header-wins",
        "Of two Authorization headers the first is believed.",
        ["test_tokens.py::test_two_authorization_headers_are_refused"],
        [
            Change(
                "flask_impl.current",
                'authorization = request.headers.get("Authorization")',
                'authorization = request.headers.get("Authorization", "").partition(",")[0] or None',
            ),
            Change(
                "fastapi_impl.current",
                'joined(request.headers, "Authorization")',
                'request.headers.get("Authorization")',
            ),
        ],
    ),
    Fault(
        "token-in-the-query",
        "A token is taken from the query as well, from where it gets into logs.",
        ["test_tokens.py::test_a_token_is_read_from_the_authorization_header_only"],
        [
            Change(
                "flask_impl.current",
                'request.headers.get("Authorization")',
                'request.headers.get("Authorization", f"Bearer {request.args.get(\'access_token\')}")',
            ),
            Change(
                "fastapi_impl.current",
                'joined(request.headers, "Authorization")',
                'joined(request.headers, "Authorization") or f"Bearer {request.query_params.get(\'access_token\')}"',
            ),
        ],
    ),
    Fault(
        "refresh-token-reusable",
        "A refresh token may be used again and again.",
        ["test_sessions.py::test_a_refresh_token_used_twice_ends_its_session"],
        [Change("shared.accounts", ".values(used_at=now)", ".values(used_at=None)")],
    ),
    Fault(
        "stolen-refresh-token-ends-nothing",
        "A refresh token that comes twice is refused, but its session goes on.",
        ["test_sessions.py::test_a_refresh_token_used_twice_ends_its_session"],
        [
            Change(
                "shared.accounts",
                "        close_session(connection, token, now)\n        return None",
                "        return None",
            )
        ],
    ),
    Fault(
        "refresh-after-logout",
        "A refresh token goes on after its session has ended.",
        ["test_sessions.py::test_a_logout_ends_the_session"],
        [
            Change(
                "shared.accounts",
                "sessions.c.id == session_id, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now)",
                "sessions.c.id == session_id, sessions.c.expires_at > now)",
            )
        ],
    ),
    Fault(
        "logout-leaves-access-tokens",
        "After a logout the access tokens of the session are good until they expire.",
        ["test_sessions.py::test_a_logout_ends_the_session"],
        [Change("shared.accounts", "    .where(sessions.c.revoked_at.is_(None))\n)", ")")],
    ),
    Fault(
        "logout-by-old-token-does-nothing",
        "A logout with a refresh token that has been used leaves the session open.",
        ["test_sessions.py::test_a_logout_with_an_old_refresh_token_ends_the_session_too"],
        [
            Change(
                "shared.accounts",
                "select(refresh_tokens.c.session_id).where(refresh_tokens.c.hash == refresh_token_hash(token))",
                "select(refresh_tokens.c.session_id).where("
                "refresh_tokens.c.hash == refresh_token_hash(token), refresh_tokens.c.used_at.is_(None))",
            )
        ],
    ),
    Fault(
        "logout-ends-every-session",
        "A logout ends all sessions of the user.",
        ["test_sessions.py::test_a_logout_ends_the_session"],
        [
            Change(
                "shared.accounts",
                "update(sessions).where(sessions.c.id == found, sessions.c.revoked_at.is_(None))",
                "update(sessions).where(sessions.c.user_id.in_("
                "select(sessions.c.user_id).where(sessions.c.id == found)), sessions.c.revoked_at.is_(None))",
            )
        ],
    ),
    Fault(
        "logout-believes-anything",
        "A logout with a refresh token that was never given out is 204.",
        ["test_sessions.py::test_a_refresh_token_is_taken_only_as_it_was_given"],
        [Change("shared.accounts", "return found is not None", "return True")],
    ),
    Fault(
        "refresh-token-trimmed",
        "White space around a refresh token is forgiven.",
        ["test_sessions.py::test_a_refresh_token_is_taken_only_as_it_was_given"],
        [Change("shared.tokens", "hashlib.sha256(token.encode())", "hashlib.sha256(token.strip().encode())")],
    ),
]
