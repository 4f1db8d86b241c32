"""Hashing, and its bounds on both sides."""

import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from fastapi_impl.passwords import BoundedPasswords as AsyncPasswords
from flask_impl.passwords import BoundedPasswords as ThreadPasswords
from shared.config import Settings
from shared.errors import Overloaded, WrongPassword
from shared.model import Credentials
from shared.passwords import Passwords

CHEAP = Settings(argon2_time_cost=1, argon2_memory_kib=8, password_hash_slots=1, password_hash_wait_seconds=0.05)
PASSWORD = "correct horse"


def test_the_right_password_verifies_and_needs_no_new_hash() -> None:
    passwords = Passwords(CHEAP)
    verified = passwords.verify(PASSWORD, Credentials(7, passwords.hash(PASSWORD)))
    assert (verified.user_id, verified.new_hash) == (7, None)


def test_a_hash_is_argon2id_at_the_cost_of_the_settings_and_salted() -> None:
    passwords = Passwords(CHEAP)
    assert passwords.hash(PASSWORD).startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert passwords.hash(PASSWORD) != passwords.hash(PASSWORD)


def test_a_hash_made_at_another_cost_is_renewed() -> None:
    dearer = Passwords(CHEAP.model_copy(update={"argon2_time_cost": 2}))
    verified = dearer.verify(PASSWORD, Credentials(7, Passwords(CHEAP).hash(PASSWORD)))
    assert verified.new_hash is not None
    assert "t=2" in verified.new_hash


def test_two_unicode_forms_of_one_password_are_the_same() -> None:
    passwords = Passwords(CHEAP)
    assert passwords.verify("cafe\u0301 con leche", Credentials(7, passwords.hash("caf\u00e9 con leche"))).user_id == 7


def test_an_unknown_account_one_without_hash_and_a_wrong_password_cost_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passwords = Passwords(CHEAP)
    tried: list[str] = []
    verify = passwords._hash.verify_and_update

    def counted(password: str, stored: str) -> tuple[bool, str | None]:
        tried.append(stored)
        return verify(password, stored)

    monkeypatch.setattr(passwords._hash, "verify_and_update", counted)
    for account in (None, Credentials(7, None), Credentials(7, passwords.hash("another"))):
        with pytest.raises(WrongPassword):
            passwords.verify(PASSWORD, account)
    assert len(tried) == 3
    assert len({stored.rpartition("$")[0].rpartition("$")[0] for stored in tried}) == 1


def test_in_flask_a_login_that_finds_no_slot_in_time_is_refused() -> None:
    passwords, entered, leave = ThreadPasswords(CHEAP), threading.Event(), threading.Event()

    def occupy() -> None:
        with passwords._slot():
            entered.set()
            leave.wait(10)

    with ThreadPoolExecutor(1) as pool:
        occupied = pool.submit(occupy)
        assert entered.wait(10)
        with pytest.raises(Overloaded):
            passwords.hash(PASSWORD)
        leave.set()
        occupied.result()
    assert passwords.hash(PASSWORD)


def test_in_fastapi_a_login_that_finds_no_slot_in_time_is_refused() -> None:
    async def scenario() -> None:
        passwords = AsyncPasswords(CHEAP)
        async with passwords._slot():
            with pytest.raises(Overloaded):
                await passwords.hash(PASSWORD)
        assert await passwords.hash(PASSWORD)

    anyio.run(scenario)


def test_in_fastapi_hashing_leaves_the_event_loop_free() -> None:
    async def scenario() -> str:
        passwords = AsyncPasswords(CHEAP)
        seen: list[int] = []
        hash_password = passwords._passwords.hash

        def recorded(password: str) -> str:
            seen.append(threading.get_ident())
            return hash_password(password)

        passwords._passwords.hash = recorded  # type: ignore[method-assign]  # to see where it runs
        await passwords.hash(PASSWORD)
        assert threading.get_ident() not in seen
        return str(seen)

    assert anyio.run(scenario) != "[]"
