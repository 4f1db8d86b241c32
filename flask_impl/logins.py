"""What every login goes through before it opens a session."""

from flask import request

from flask_impl.current import passwords, services
from flask_impl.database import database
from shared import logins
from shared.errors import WrongPassword
from shared.model import Verified, utc_now
from shared.schemas import Login


def verified_login(form: Login) -> Verified:
    """The account whose name and password were sent; raises TooManyLogins or WrongPassword.

    Judged before the hash, which is what costs, and again after it: guesses sent all at once learn no more than guesses
    sent one by one.
    """
    attempt = services.logins.attempt(form.username, request.remote_addr or "")
    found = database.read(logins.credentials, attempt, form.username, utc_now())
    try:
        verified = passwords.verify(form.password, found)
    except WrongPassword:
        database.write(logins.record, attempt, utc_now())
        raise
    if database.read(logins.admit, attempt, utc_now()):
        database.write(logins.forget, attempt)
    return verified
