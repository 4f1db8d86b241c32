"""What requests at the same time may not do to each other.

A race is lost by chance, so each of these faults waits where it matters: then every try loses it.
"""

from tests.faults.fault import Change, Fault

# SQLite lets one write at a time pass, so that no two could meet.
_NO_TRANSACTIONS = Change("shared.engine", 'connection.exec_driver_sql("BEGIN IMMEDIATE")', "pass")

FAULTS = [
    Fault(
        "refresh-race-has-many-winners",
        "A refresh token is looked up and then marked, so that several requests at once get new tokens of it.",
        ["test_races.py::test_a_refresh_token_used_many_times_at_once_has_at_most_one_winner"],
        [
            _NO_TRANSACTIONS,
            Change(
                "shared.accounts",
                "    session_id = connection.execute(\n        update(refresh_tokens)",
                "    import time\n"
                "    free = select(refresh_tokens.c.hash).where(refresh_tokens.c.used_at.is_(None))\n"
                "    if refresh_token_hash(token) not in connection.scalars(free).all():\n"
                "        return None\n"
                "    time.sleep(0.2)\n"
                "    session_id = connection.execute(\n        update(refresh_tokens)",
            ),
            Change(
                "shared.accounts",
                "refresh_token_hash(token), refresh_tokens.c.used_at.is_(None))",
                "refresh_token_hash(token))",
            ),
        ],
    ),
    Fault(
        "lost-update",
        "A version is checked before the change, with nothing to hold others off: one change undoes another.",
        ["test_races.py::test_of_two_changes_of_one_version_exactly_one_succeeds"],
        [
            _NO_TRANSACTIONS,
            Change(
                "shared.books",
                "    changed = book.model_copy(",
                "    import time\n    time.sleep(0.2)\n    changed = book.model_copy(",
            ),
            Change("shared.books", "table.c.id == book.id, table.c.version == book.version", "table.c.id == book.id"),
        ],
    ),
    Fault(
        "guesses-at-once-unlimited",
        "Guesses are counted after they were answered, so that many at once all learn something.",
        ["test_login_limits.py::test_guesses_sent_all_at_once_are_no_more_than_guesses_sent_one_by_one"],
        [
            Change(
                "shared.logins",
                "    _one_at_a_time(connection, attempt)\n    admit(connection, attempt, now)\n",
                "    import time\n    time.sleep(0.3)\n",
            ),
            _NO_TRANSACTIONS,
        ],
    ),
]
