"""Sessions of browsers: the cookie, and requests of other sites."""

from tests.faults.fault import Change, Fault
from tests.servers import SHORT_LIFETIMES

_SET = "test_cookie_sessions.py::test_a_login_answers_with_the_account_and_sets_the_cookie"
_REFUSED = "test_cross_site.py::test_a_change_with_a_cookie_from_another_site_is_refused_and_not_done"

FAULTS = [
    Fault(
        "cookie-read-by-scripts",
        "The cookie of a session lacks HttpOnly.",
        [_SET],
        [Change("shared.cookies", '"HttpOnly", ', "")],
    ),
    Fault(
        "cookie-sent-from-other-sites",
        "The cookie of a session has SameSite=None.",
        [_SET],
        [Change("shared.cookies", '"SameSite=Lax"', '"SameSite=None"')],
    ),
    Fault(
        "cookie-of-one-path",
        "The cookie is for the paths below /auth only.",
        [_SET],
        [Change("shared.cookies", '"Path=/"', '"Path=/auth"')],
    ),
    Fault(
        "cookie-of-the-browser-session",
        "The cookie has no Max-Age.",
        [_SET],
        [Change("shared.cookies", '[f"Max-Age={max_age_s}", "Path=/"', '["Path=/"')],
    ),
    Fault(
        "cookie-secure-without-https",
        "The cookie is Secure where there is no https, and so is never sent back.",
        ["test_cookie_sessions.py::test_the_cookie_is_secure_exactly_where_the_request_is"],
        [Change("shared.cookies", '*(["Secure"] if secure else [])', '"Secure"')],
    ),
    Fault(
        "cookie-lasts-for-ever",
        "The server takes a cookie after the Max-Age that it gave.",
        ["test_lifetimes.py::test_a_session_of_a_browser_lasts_as_long_as_its_cookie"],
        [
            Change(
                "shared.sessions",
                "holders.where(sessions.c.id == session_id, sessions.c.expires_at > now)",
                "holders.where(sessions.c.id == session_id)",
            )
        ],
        settings=SHORT_LIFETIMES,
    ),
    Fault(
        "cookie-unsigned",
        "The signature of a cookie is not checked.",
        ["test_cookie_sessions.py::test_a_cookie_changed_in_any_one_bit_is_refused"],
        [
            Change(
                "shared.cookies",
                "str(self._serializer.loads(values[0]))",
                "str(self._serializer.loads_unsafe(values[0])[1])",
            ),
            Change("shared.cookies", "if values != [self.sign(session_id)]:", "if len(values) > 1:"),
        ],
    ),
    Fault(
        "cookie-has-many-spellings",
        "Spare bits of a cookie are ignored.",
        ["test_cookie_sessions.py::test_a_cookie_has_one_spelling"],
        [Change("shared.cookies", "if values != [self.sign(session_id)]:", "if len(values) > 1:")],
    ),
    Fault(
        "first-cookie-wins",
        "Of two cookies of the name the first is believed.",
        ["test_cookie_sessions.py::test_two_session_cookies_are_refused"],
        [Change("shared.cookies", "if values != [self.sign(session_id)]:", "if values[0] != self.sign(session_id):")],
    ),
    Fault(
        "cookie-before-token",
        "Of a cookie and an Authorization header the cookie is believed.",
        ["test_cookie_sessions.py::test_an_authorization_header_is_judged_alone"],
        [
            Change("flask_impl.current", "if authorization is None and services", "if services"),
            Change("fastapi_impl.current", "if authorization is None and services", "if services"),
        ],
    ),
    Fault(
        "logout-only-in-the-browser",
        "A browser that logs out forgets its cookie, and the session goes on.",
        ["test_cookie_sessions.py::test_a_logout_ends_the_session_on_the_server"],
        [Change("shared.sessions", "    if not _revoke(connection, session_id, now):\n", "    if not session_id:\n")],
    ),
    Fault(
        "logout-leaves-the-cookie",
        "A logout does not make the browser forget its cookie.",
        ["test_cookie_sessions.py::test_a_logout_clears_the_cookie_in_the_browser"],
        [Change("shared.cookies", 'return _set_cookie("", 0, secure=secure)', "return {}")],
    ),
    Fault(
        "old-session-survives-a-login",
        "A login leaves the session alive that the browser had before.",
        ["test_cookie_sessions.py::test_a_login_ends_the_session_that_the_browser_had"],
        [Change("shared.sessions", "    if replaced is not None:\n", '    if replaced == "":\n')],
    ),
    Fault(
        "failed-login-ends-the-session",
        "A login that fails logs the browser out.",
        ["test_cookie_sessions.py::test_a_login_that_fails_ends_nothing"],
        [
            Change(
                "flask_impl.sessions",
                "    verified = verified_login(body)\n",
                "    if replaced_session():\n"
                "        database.write(sessions.close_session, replaced_session(), utc_now())\n"
                "    verified = verified_login(body)\n",
            )
        ],
    ),
    Fault(
        "cross-site-writes-allowed",
        "A page of another site may change things with the cookie of its visitor.",
        [_REFUSED],
        [Change("shared.cross_site", "if not _same_site(host, origin, fetch_site):", "if not host:")],
    ),
    Fault(
        "sandboxed-pages-trusted",
        "The origin `null` of a sandboxed page is taken for none.",
        [_REFUSED],
        [Change("shared.cross_site", "return not origin or", 'return origin in (None, "", "null") or')],
    ),
    Fault(
        "sister-sites-trusted",
        "Sec-Fetch-Site: same-site is enough, so that any subdomain may write.",
        [_REFUSED],
        [Change("shared.cross_site", '{"same-origin", "none"}', '{"same-origin", "same-site", "none"}')],
    ),
    Fault(
        "origin-compared-by-its-end",
        "An origin that merely ends like the server's is taken for its own.",
        [_REFUSED],
        [Change("shared.cross_site", 'named[1] == (host or "").lower()', 'named[1].endswith((host or "").lower())')],
    ),
    Fault(
        "login-from-other-sites",
        "A page of another site may log its visitor in.",
        ["test_cross_site.py::test_another_site_can_neither_log_a_browser_in_nor_out"],
        [
            Change("flask_impl.sessions", ", same_site=True", ""),
            Change("fastapi_impl.sessions", "    dependencies=[Depends(check_site)],\n", ""),
        ],
    ),
    Fault(
        "reading-refused-across-sites",
        "A page of another site may not even link to what a visitor may read.",
        ["test_cross_site.py::test_reading_is_not_affected"],
        [Change("shared.cross_site", 'frozenset({"GET", "HEAD", "OPTIONS"})', "frozenset()")],
    ),
    Fault(
        "cross-site-tokens-refused",
        "A request with a token is refused for its origin.",
        ["test_cross_site.py::test_a_token_is_not_affected"],
        [
            Change(
                "flask_impl.current",
                "    return database.read(accounts.identify, services.tokens.read(",
                "    check_site()\n    return database.read(accounts.identify, services.tokens.read(",
            ),
            Change(
                "fastapi_impl.current",
                "    return await database.read(accounts.identify, services.tokens.read(",
                "    await check_site(request)\n"
                "    return await database.read(accounts.identify, services.tokens.read(",
            ),
        ],
    ),
]
