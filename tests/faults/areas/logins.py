"""Limits of failed logins."""

from tests.faults.fault import Change, Fault

_FULL = "test_login_limits.py::test_after_some_failed_logins_the_next_is_429_and_says_when_to_come_back"

FAULTS = [
    Fault(
        "logins-unlimited",
        "A login may fail as often as one likes.",
        [_FULL],
        [Change("shared.logins", "    if waits:\n", "    if False:\n")],
    ),
    Fault(
        "limit-without-retry-after",
        "Who is shut out is not told for how long.",
        [_FULL],
        [Change("shared.errors", 'return {"Retry-After": str(self.wait_s)}', "return {}")],
    ),
    Fault(
        "right-password-passes-the-limit",
        "A right password opens an account that is shut, so that guessing goes on.",
        ["test_login_limits.py::test_then_the_right_password_is_429_too_as_a_guess_would_learn_from_it"],
        [
            Change("shared.logins", "    admit(connection, attempt, now)\n    return accounts", "    return accounts"),
            Change("flask_impl.logins", "if database.read(logins.admit, attempt, utc_now()):", "if verified:"),
            Change("fastapi_impl.logins", "if await database.read(logins.admit, attempt, utc_now()):", "if verified:"),
        ],
    ),
    Fault(
        "limit-by-spelling",
        "Each spelling of a name has a count of its own.",
        ["test_login_limits.py::test_the_count_is_that_of_the_account_however_it_is_spelled"],
        [Change("shared.logins", "{network} {fold(username)}", "{network} {username}")],
    ),
    Fault(
        "limit-for-everybody",
        "One account that is shut shuts all others of that address.",
        ["test_login_limits.py::test_other_accounts_are_not_affected"],
        [Change("shared.logins", "login account {network} {fold(username)}", "login account {network}")],
    ),
    Fault(
        "failures-never-forgotten",
        "A right password does not take back the failures before it.",
        ["test_login_limits.py::test_a_right_password_counts_nothing_and_forgets_what_was_counted"],
        [Change("shared.logins", "table.c.key == attempt.account.key))", "table.c.id < 0))")],
    ),
    Fault(
        "unknown-names-uncounted",
        "Only failures of accounts that exist are counted, so that a 429 tells that one does.",
        ["test_login_limits.py::test_a_name_that_nobody_has_is_counted_as_an_account_is"],
        [
            Change(
                "flask_impl.logins",
                "        database.write(logins.record",
                "        found and database.write(logins.record",
            ),
            Change(
                "fastapi_impl.logins",
                "        await database.write(logins.record",
                "        found and await database.write(logins.record",
            ),
        ],
    ),
    Fault(
        "limit-ends-sessions",
        "Failed logins end the sessions that the account has.",
        ["test_login_limits.py::test_sessions_that_are_open_are_not_affected"],
        [
            Change(
                "shared.logins",
                '    """What the login is checked against, None for an unknown name; raises TooManyLogins."""\n',
                "    from sqlalchemy import update\n"
                "    from shared.tables import sessions, users\n"
                "    owner = select(users.c.id).where(users.c.username == fold(username)).scalar_subquery()\n"
                "    connection.execute(update(sessions).where(sessions.c.user_id == owner).values(revoked_at=now))\n",
            )
        ],
    ),
]
