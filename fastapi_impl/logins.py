"""What every login goes through before it opens a session."""

from typing import Annotated

from fastapi import Depends, Form, Request

from fastapi_impl.current import CurrentPasswords, CurrentServices
from fastapi_impl.database import CurrentDatabase
from shared import logins
from shared.errors import WrongPassword
from shared.model import Verified, utc_now
from shared.schemas import Login


async def verified_login(
    form: Annotated[Login, Form()],
    request: Request,
    database: CurrentDatabase,
    passwords: CurrentPasswords,
    services: CurrentServices,
) -> Verified:
    """Dependency: the account whose name and password were sent; raises TooManyLogins or WrongPassword.

    Judged before the hash, which is what costs, and again after it: guesses sent all at once learn no more than guesses
    sent one by one.
    """
    attempt = services.logins.attempt(form.username, request.client.host if request.client else "")
    found = await database.read(logins.credentials, attempt, form.username, utc_now())
    try:
        verified = await passwords.verify(form.password, found)
    except WrongPassword:
        await database.write(logins.record, attempt, utc_now())
        raise
    if await database.read(logins.admit, attempt, utc_now()):
        await database.write(logins.forget, attempt)
    return verified


VerifiedLogin = Annotated[Verified, Depends(verified_login)]
